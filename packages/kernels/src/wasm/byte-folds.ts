/**
 * Folds of bytes that are the same in any order, sixteen elements to a vector.
 *
 * Sums of integers, extremes, and whether any or all are true come out the same however they are grouped. So those of
 * elements of one byte that lie side by side need not be widened one by one to the lanes of a state: extremes are found
 * among bytes, and sums are widened by adding neighbours.
 *
 * What an element becomes is found by asking for each of the 256 bytes, not by the shape of a graph.
 *
 * @module
 */
import type { Graph, LoadNode, Node } from "../graph/graph.ts";
import { Interpreter } from "../graph/interpreter.ts";
import { laneAt } from "../graph/lanes.ts";
import { readerOf } from "../graph/storage.ts";
import type { FoldLoop } from "./fold-parameters.ts";

/** What is done with the bytes. Of truths: `or` and `and`. */
export type ByteOperation = "sum" | "min" | "max" | "or" | "and";

export interface ByteFold {
  readonly operation: ByteOperation;
  /** Whether a byte stands for a number below 0 too. */
  readonly isSigned: boolean;
  /** Whether an element is 1 for any byte but 0. */
  readonly isTruth: boolean;
}

/** Larger graphs are hardly one of these. */
const NODES_MAX = 8;

/** Finds out whether a fold is of such a kind; else null. */
export function byteFoldOf(loop: FoldLoop): ByteFold | null {
  const { lift, merge, slots, inputs, takesPosition } = loop;
  const [dtype] = lift.operands;
  const isOne = lift.operands.length === 1 && slots.length === 1 && !takesPosition && inputs.length === 1;
  if (!isOne || inputs[0] !== 1 || (dtype !== "uint8" && dtype !== "int8" && dtype !== "bool")) return null;
  const isSmall = lift.nodes.length <= NODES_MAX && lift.nodes.every(({ kind }) => KINDS.has(kind));
  const operation = isSmall ? operationOf(merge) : null;
  if (operation === null) return null;
  const values = valuesOf(lift, dtype);
  const isSigned = dtype === "int8";
  const isTruth = values.every((value, byte) => value === Number(byte !== 0));
  const isSame = values.every((value, byte) => value === (isSigned ? (byte << 24) >> 24 : byte));
  const ofTruths = operation === "or" || operation === "and";
  if (ofTruths ? slots[0] === "bool" && isTruth : operation === "sum" ? isTruth || isSame : isSame)
    return { operation, isSigned: isSigned && isSame, isTruth };
  return null;
}

const KINDS: ReadonlySet<Node["kind"]> = new Set(["load", "constant", "conversion", "comparison", "unary", "select"]);

/** What a byte becomes, by its value without a sign. */
function valuesOf(lift: Graph, dtype: "uint8" | "int8" | "bool"): number[] {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const interpreter = new Interpreter(lift, bytes.length);
  const memory = new DataView(bytes.buffer);
  for (const { lanes } of interpreter.loads) readerOf(dtype)(memory, 0, 1, lanes, 0, bytes.length);
  interpreter.run(bytes.length);
  const [lanes] = interpreter.outputs[0]!.parts;
  const { type } = lift.stores[0]!.value[0]!;
  return Array.from(bytes, (byte) => Number(laneAt(type, lanes!, byte)));
}

function operationOf({ stores, nodes }: Graph): ByteOperation | null {
  const value = stores[0]!.value[0]!;
  const isOfLoads = (args: readonly Node[]): args is readonly [LoadNode, LoadNode] =>
    args.length === 2 && args.every(({ kind }) => kind === "load") && args[0] !== args[1];
  if (value.kind === "binary" && isOfLoads(value.args) && nodes.length === 3) {
    if (value.op === "add") return "sum";
    return value.type === "bool" && (value.op === "or" || value.op === "and") ? value.op : null;
  }
  if (value.kind !== "select" || value.type !== "i32" || nodes.length !== 4) return null;
  const [condition, yes, no] = value.args;
  if (condition.kind !== "comparison" || !isOfLoads(condition.args) || !condition.op.startsWith("lt_")) return null;
  const [a, b] = condition.args;
  if (yes === a && no === b) return "min";
  return yes === b && no === a ? "max" : null;
}
