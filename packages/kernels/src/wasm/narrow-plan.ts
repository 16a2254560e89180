/**
 * Whether a graph can be computed in lanes of 8 or 16 bits, so that a vector has sixteen or eight elements.
 *
 * Such a lane holds the low bits of what is 32 bits wide in the graph. Sums, products and bit operations make low bits of
 * low bits. For what looks at a whole number (comparisons, shifts to the right, extremes) its range has to fit into the
 * lane, with a sign or without.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { BinaryNode, Graph, Node } from "../graph/graph.ts";
import { rangeOf } from "../graph/ranges.ts";
import type { LanePlan } from "./lane-plan.ts";
import type { Step } from "./streams.ts";

export type NarrowBits = 8 | 16;

/** Code is written by recursion: larger graphs are left as they are. */
const NODES_MAX = 100;

const STEP_MAX = 4;

/** Elements at these may be more or fewer than 32 bits of a number, but no more than a lane's. */
const NARROW: ReadonlySet<DType> = new Set(["bool", "int8", "uint8", "int16", "uint16"]);

/** Finds the narrowest lanes that do; null where there are none. */
export function narrowBitsOf(plan: LanePlan, inputs: readonly Step[], outputs: readonly Step[]): NarrowBits | null {
  const { graph } = plan;
  if (graph.nodes.length > NODES_MAX || outputs.some((step) => step !== 1)) return null;
  if (inputs.some((step) => step === "strided" || Math.abs(step) > STEP_MAX)) return null;
  const isVarying = graph.stores.some(({ value }) => !plan.isInvariant(value[0]!));
  if (!isVarying || graph.stores.some(({ dtype }) => !NARROW.has(dtype))) return null;
  return ([8, 16] as const).find((bits) => isNarrow(plan, bits)) ?? null;
}

function isNarrow(plan: LanePlan, bits: NarrowBits): boolean {
  const { graph } = plan;
  const stored = graph.stores.every(({ dtype, value }) => {
    const isWider = 8 * DTYPES[dtype].itemsize > bits;
    return !isWider || fitOf(value[0]!, graph, bits) !== null;
  });
  return stored && graph.nodes.every((node) => plan.isInvariant(node) || isNodeNarrow(node, graph, bits));
}

function isNodeNarrow(node: Node, graph: Graph, bits: NarrowBits): boolean {
  switch (node.kind) {
    case "load": {
      const dtype = graph.operands[node.operand]!;
      return NARROW.has(dtype) && 8 * DTYPES[dtype].itemsize <= bits;
    }
    case "unary":
      return node.type === "bool";
    case "binary":
      return node.type === "bool" || (node.type === "i32" && isBinaryNarrow(node, graph, bits));
    case "comparison":
      return node.args[0].type === "i32" && commonFit(node.args, graph, bits, node.op.endsWith("_u")) !== null;
    case "select":
      return node.type === "bool" || node.type === "i32";
    case "conversion":
      if (node.op === "from_bool") return node.type === "i32";
      return node.op === "to_bool" && node.args[0].type === "i32" && fitOf(node.args[0], graph, bits) !== null;
    default:
      return false;
  }
}

function isBinaryNarrow(node: BinaryNode, graph: Graph, bits: NarrowBits): boolean {
  const [value, other] = node.args;
  switch (node.op) {
    case "add":
    case "sub":
    case "and":
    case "or":
    case "xor":
      return true;
    case "shl":
      return other.kind === "constant";
    case "mul":
      // There is no product of 8-bit lanes.
      return bits === 16;
    case "shr_s":
    case "shr_u": {
      if (extensionOf(node) !== null) return true;
      if (other.kind !== "constant") return false;
      const count = Number(other.value) & 31;
      const fit = fitOf(value, graph, bits);
      return count < bits && (fit === "u" || (fit === "s" && node.op === "shr_s"));
    }
    default:
      return false;
  }
}

/** How all values of a node fit into lanes: without a sign if that goes, else with one; null if not at all. */
export function fitOf(node: Node, { operands }: Graph, bits: NarrowBits): "s" | "u" | null {
  const range = rangeOf(node, operands);
  if (range === null || range.isNaN) return null;
  if (range.min >= 0 && range.max < 2 ** bits) return "u";
  return range.min >= -(2 ** (bits - 1)) && range.max < 2 ** (bits - 1) ? "s" : null;
}

/** How two nodes fit in the same way. @param isUnsigned - whether they are compared as unsigned numbers */
export function commonFit(
  nodes: readonly [Node, Node],
  graph: Graph,
  bits: NarrowBits,
  isUnsigned: boolean,
): "s" | "u" | null {
  const fits = nodes.map((node) => fitOf(node, graph, bits));
  if (fits.every((fit) => fit === "u")) return "u";
  if (isUnsigned || fits.includes(null)) return null;
  const isBelow = nodes.every((node) => rangeOf(node, graph.operands)!.max < 2 ** (bits - 1));
  return isBelow ? "s" : null;
}

/** What is shifted up and down again, and how many of its bits are left, extended by their sign; null for all else. */
export function extensionOf(node: BinaryNode): { readonly value: Node; readonly bits: number } | null {
  const [inner, count] = node.args;
  if (node.op !== "shr_s" || count.kind !== "constant" || inner.kind !== "binary" || inner.op !== "shl") return null;
  const [value, innerCount] = inner.args;
  if (innerCount.kind !== "constant" || innerCount.value !== count.value) return null;
  return { value, bits: 32 - Number(count.value) };
}
