/**
 * Making nodes: one for one operation on the same nodes, simplified where nothing can tell the difference.
 *
 * What is asked for twice is made once. What takes constants alone is computed (`fold.ts`), what is another operation
 * for every input becomes that (`simplify.ts`); both keep every result as it is, to the last bit.
 *
 * Mistakes of types and places throw internal errors: whoever builds a graph has checked what a user wrote.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import { fold } from "./fold.ts";
import type { LaneValue, Node } from "./graph.ts";
import { type Names, nodeKey } from "./key.ts";
import type { BinaryOperation, ComparisonOperation, Conversion, LaneType, UnaryOperation } from "./operations.ts";
import { childrenOf } from "./order.ts";
import { type LoopNumbers, loopsAround } from "./scopes.ts";
import {
  COMMUTATIVE,
  type Maker,
  simplifyBinary,
  simplifyComparison,
  simplifyConversion,
  simplifySelect,
  simplifyUnary,
} from "./simplify.ts";
import { LANE_OF_DTYPE } from "./storage.ts";
import {
  check,
  checkBinary,
  checkComparison,
  checkConversion,
  checkFused,
  checkSelect,
  checkUnary,
  valueOf,
} from "./typing.ts";

type WithoutId<N> = N extends Node ? Omit<N, "id"> : never;

/** A node before it has its place. */
export type Draft = WithoutId<Node>;

export interface NodeMakerOptions {
  /** Whether to compute constants and simplify. Default true; tests compare both. */
  readonly simplify?: boolean;
}

export class NodeMaker implements Maker {
  readonly operands: readonly DType[];
  readonly parameters: readonly LaneType[];
  /** Whether constants are computed and operations simplified. */
  protected readonly simplifies: boolean;
  /** By id. */
  readonly #nodes: Node[] = [];
  /** By id: the loops that a node is inside of. */
  readonly #loopsAround: LoopNumbers[] = [];
  readonly #byKey: Map<string, Node> = new Map();

  /**
   * @param operands - the dtypes of what is read
   * @param parameters - the types of the call's scalar parameters
   */
  constructor(
    operands: readonly DType[],
    parameters: readonly LaneType[] = [],
    { simplify = true }: NodeMakerOptions = {},
  ) {
    this.operands = operands;
    this.parameters = parameters;
    this.simplifies = simplify;
  }

  /**
   * An element of an operand, or one beside it.
   *
   * @param part - 1 for the imaginary part of a complex number
   * @param shift - elements along each axis; all 0 is none
   */
  load(operand: number, part: 0 | 1 = 0, shift: readonly number[] = []): Node {
    const dtype = this.operands[operand];
    check(dtype !== undefined, `there is no operand ${operand} of ${this.operands.length}`);
    check(part < DTYPES[dtype].lanes, `${dtype} has no part ${part}`);
    check(shift.every(Number.isSafeInteger), `cannot shift by [${shift.join(", ")}]`);
    const beside = shift.some((steps) => steps !== 0) ? [...shift] : [];
    return this.intern({ kind: "load", type: LANE_OF_DTYPE[dtype], operand, part, shift: beside });
  }

  /** A scalar parameter, by its place. */
  parameter(parameter: number): Node {
    const type = this.parameters[parameter];
    check(type !== undefined, `there is no parameter ${parameter} of ${this.parameters.length}`);
    return this.intern({ kind: "parameter", type, parameter });
  }

  /** The index of the element along an axis: an i64. */
  index(axis: number): Node {
    check(Number.isSafeInteger(axis) && axis >= 0, `there is no axis ${axis}`);
    return this.intern({ kind: "index", type: "i64", axis });
  }

  constant(type: LaneType, value: LaneValue): Node {
    return this.intern({ kind: "constant", type, value: valueOf(type, value) });
  }

  bool(value: boolean): Node {
    return this.constant("bool", value);
  }

  /** @param value - signed or unsigned */
  i32(value: number): Node {
    return this.constant("i32", value);
  }

  /** @param value - signed or unsigned */
  i64(value: bigint): Node {
    return this.constant("i64", value);
  }

  /** @param value - rounded to float32 */
  f32(value: number): Node {
    return this.constant("f32", value);
  }

  f64(value: number): Node {
    return this.constant("f64", value);
  }

  unary(op: UnaryOperation, a: Node): Node {
    checkUnary(op, a);
    return this.#make({ kind: "unary", type: a.type, op, args: [a] }, () => simplifyUnary(this, op, a));
  }

  binary(op: BinaryOperation, a: Node, b: Node): Node {
    checkBinary(op, a, b);
    return this.#make({ kind: "binary", type: a.type, op, args: [a, b] }, () => simplifyBinary(this, op, a, b));
  }

  comparison(op: ComparisonOperation, a: Node, b: Node): Node {
    checkComparison(op, a, b);
    return this.#make({ kind: "comparison", type: "bool", op, args: [a, b] }, () => simplifyComparison(this, op, a, b));
  }

  /** `yes` where `condition`, a bool, holds; else `no`. */
  select(condition: Node, yes: Node, no: Node): Node {
    checkSelect(condition, yes, no);
    return this.#make({ kind: "select", type: yes.type, args: [condition, yes, no] }, () =>
      simplifySelect(this, condition, yes, no),
    );
  }

  convert(op: Conversion, a: Node, to: LaneType): Node {
    checkConversion(op, a, to);
    return this.#make({ kind: "conversion", type: to, op, args: [a] }, () => simplifyConversion(this, op, a, to));
  }

  /** `a * b + c`, rounded once. */
  fused(a: Node, b: Node, c: Node): Node {
    checkFused(a, b, c);
    return this.intern({ kind: "fused", type: a.type, args: [a, b, c] });
  }

  #make(draft: Draft, simpler: () => Node | null): Node {
    if (!this.simplifies) return this.intern(draft);
    const value = fold({ ...draft, id: NO_PLACE });
    return value === null ? (simpler() ?? this.intern(draft)) : this.constant(draft.type, value);
  }

  /** The node of a draft: the one that there is, or it gets a place. */
  protected intern(draft: Draft): Node {
    const node = { ...draft, id: this.#nodes.length } as Node;
    for (const child of childrenOf(node)) this.#checkChild(node, child);
    const key = nodeKey(sorted(node), BUILDER_NAMES);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#byKey.set(key, node);
    this.#nodes.push(node);
    this.#loopsAround.push(loopsAround(node, (child) => this.loopsAround(child)));
    return node;
  }

  #checkChild(node: Node, child: Node): void {
    check(this.#nodes[child.id] === child, `a ${node.kind} takes a node of another builder`);
    check((child.kind === "loop") === (node.kind === "loop-result"), `a ${node.kind} takes a ${child.kind}`);
  }

  /** The loops whose carried values a node takes. */
  protected loopsAround(node: Node): LoopNumbers {
    return this.#loopsAround[node.id]!;
  }
}

const NO_PLACE = -1;

const BUILDER_NAMES: Names = { node: (node) => node.id, loop: (loop) => loop };

/** With what it takes in one order, where it takes two in any order. */
function sorted(node: Node): Node {
  if ((node.kind !== "binary" && node.kind !== "comparison") || !COMMUTATIVE.has(node.op)) return node;
  const [a, b] = node.args;
  return a.id <= b.id ? node : { ...node, args: [b, a] };
}
