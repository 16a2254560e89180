/**
 * Oracle: a graph's meaning, one element at a time, by recursion and with the machine's own scalar instructions.
 *
 * @module
 */
import type { Graph, LaneValue, LoopNode, Node } from "../../src/graph/graph.ts";
import { scalar } from "./scalar-wasm.ts";

/** What stands outside of a graph. */
export interface Outside {
  readonly load: (node: Node & { readonly kind: "load" }) => LaneValue;
  readonly parameters: readonly LaneValue[];
  readonly index: readonly number[];
}

/** Thrown where a loop goes on too long. */
export class NaiveBudgetError extends Error {}

/** The values of a graph's stores. */
export function naive(graph: Graph, outside: Outside): LaneValue[][] {
  const element = new Element(outside);
  return graph.stores.map(({ value }) => value.map((node) => element.value(node)));
}

class Element {
  readonly #outside: Outside;
  /** The carried values of the loops that are in a round. */
  readonly #carried: ReadonlyMap<number, readonly LaneValue[]>;
  readonly #known: Map<Node, LaneValue> = new Map();
  readonly #left: Map<LoopNode, readonly LaneValue[]> = new Map();

  constructor(outside: Outside, carried: ReadonlyMap<number, readonly LaneValue[]> = new Map()) {
    this.#outside = outside;
    this.#carried = carried;
  }

  value(node: Node): LaneValue {
    if (!this.#known.has(node)) this.#known.set(node, this.#compute(node));
    return this.#known.get(node)!;
  }

  #compute(node: Node): LaneValue {
    switch (node.kind) {
      case "load":
        return this.#outside.load(node);
      case "parameter":
        return this.#outside.parameters[node.parameter]!;
      case "index":
        return BigInt(this.#outside.index[node.axis]!);
      case "constant":
        return node.value;
      case "carried":
        return this.#carried.get(node.loop)![node.slot]!;
      case "loop-result":
        return this.#leave(node.args[0])[node.slot]!;
      case "loop":
        throw new Error("a loop has no value");
      default: {
        const args = node.args.map((arg) => this.value(arg));
        return operation(node, args);
      }
    }
  }

  #leave(loop: LoopNode): readonly LaneValue[] {
    if (this.#left.has(loop)) return this.#left.get(loop)!;
    let values = loop.initial.map((node) => this.value(node));
    for (let rounds = 0; ; rounds++) {
      const round = new Element(this.#outside, new Map([...this.#carried, [loop.loop, values]]));
      if (round.value(loop.condition) !== true) break;
      if (rounds === loop.roundsMax) throw new NaiveBudgetError();
      values = loop.next.map((node) => round.value(node));
    }
    this.#left.set(loop, values);
    return values;
  }
}

/** One operation, by its definition where no instruction of the machine has it whole. */
export function operation(node: Node, args: readonly LaneValue[]): LaneValue {
  const [a, b, c] = args as [LaneValue, LaneValue, LaneValue];
  switch (node.kind) {
    case "unary":
      return node.op === "not" ? a === false : scalar(`unary ${node.type} ${node.op}`, args);
    case "binary":
      if (typeof a === "boolean") return node.op === "and" ? a && b : node.op === "or" ? a || b : a !== b;
      if (node.op === "copysign" && Number.isNaN(b)) return Math.abs(a as number);
      return isDivision(node.op) ? divide(node.op, a, b) : scalar(`binary ${node.type} ${node.op}`, args);
    case "comparison":
      return scalar(`comparison ${node.args[0].type} ${node.op}`, args);
    case "select":
      return a === true ? b : c;
    case "conversion":
      return convert(node, a);
    default:
      throw new Error(`no oracle for ${node.kind}`);
  }
}

function isDivision(op: string): boolean {
  return op.startsWith("div_") || op.startsWith("rem_");
}

function divide(op: string, a: LaneValue, b: LaneValue): LaneValue {
  const isWide = typeof a === "bigint";
  if (b === 0) return 0;
  if (b === 0n) return 0n;
  if (op === "div_s" && (b === -1 || b === -1n)) return isWide ? BigInt.asIntN(64, -a) : -(a as number) | 0;
  return scalar(`binary ${isWide ? "i64" : "i32"} ${op}`, [a, b]);
}

function convert(node: Node & { readonly kind: "conversion" }, a: LaneValue): LaneValue {
  const from = node.args[0].type;
  if (node.op === "to_bool") return a !== 0 && a !== 0n;
  if (node.op === "from_bool") return node.type === "i32" ? Number(a) : BigInt(a);
  if (node.op === "reinterpret" && Number.isNaN(a)) return node.type === "i32" ? 0x7fc0_0000 : 0x7ff8_0000_0000_0000n;
  return scalar(`conversion ${from} ${node.op} ${node.type}`, [a]);
}
