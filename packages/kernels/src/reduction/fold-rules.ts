/**
 * What each named reduction does with an element, with two states and with the last one.
 *
 * Source: NumPy 2.4, whose names these are, and whose rules for NaNs: the least and the greatest of numbers with a NaN is
 * NaN, and the first NaN is where `argmin` and `argmax` point. Of zeros, -0 is less than +0.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { isNonzero } from "../expansion/casts.ts";
import { isNaNParts, orderedParts } from "../expansion/comparisons.ts";
import { multiplyComplex } from "../expansion/complex-numbers.ts";
import { type Parts, wrapped } from "../expansion/parts.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { LaneValue, Node } from "../graph/graph.ts";
import type { IntegerLane } from "../graph/operations.ts";
import { bitsOf, isInteger, kindOf } from "../typing/promotion.ts";
import { countLane } from "./count-lane.ts";
import { divideByCount, type Scalars } from "./finishes.ts";

/** A reduction of elements of one dtype. States are lists of nodes, one for each slot. */
export interface FoldRule {
  readonly lift: (b: GraphBuilder, element: Parts, position: Node | null) => Parts;
  readonly merge: (b: GraphBuilder, x: Parts, y: Parts) => Parts;
  /** As `merge`, of a state and that of one element which comes after all of its own. Default: `merge`. */
  readonly next?: ((b: GraphBuilder, x: Parts, y: Parts) => Parts) | undefined;
  /** The result, as a value of {@link FoldRule.dtype}. */
  readonly finish: (b: GraphBuilder, state: Parts, scalars: Scalars) => Parts;
  /** The dtype of results before they are cast to that which is wanted. */
  readonly dtype: DType;
  /** A state that changes none it is merged with, to the last bit; null where there is none. */
  readonly neutral: readonly LaneValue[] | null;
  /** Whether it may start with a value, which is as an element. */
  readonly startsWithValue: boolean;
  /** Whether no elements have a result without such a value: that of the neutral state. */
  readonly hasEmpty: boolean;
  readonly takesPosition?: boolean;
  /** Whether the result depends on how many elements there are. */
  readonly counts?: boolean;
}

const first = (_: GraphBuilder, state: Parts): Parts => state;

export function sumRule(dtype: DType): FoldRule {
  const isBool = dtype === "bool";
  return {
    lift: (_, element) => element,
    merge: (b, x, y) => x.map((node, slot) => (isBool ? b.or(node, y[slot]!) : b.add(node, y[slot]!))),
    finish: first,
    dtype,
    neutral: isBool ? [false] : zeros(dtype),
    startsWithValue: true,
    hasEmpty: false,
  };
}

export function productRule(dtype: DType): FoldRule {
  const isComplex = kindOf(dtype) === "complex";
  return {
    lift: (_, element) => element,
    merge: (b, x, y) => {
      if (isComplex) return multiplyComplex(b, x, y);
      return [dtype === "bool" ? b.and(x[0]!, y[0]!) : b.mul(x[0]!, y[0]!)];
    },
    finish: first,
    dtype,
    // A complex 1 is not neutral: its zero times an infinity is NaN.
    neutral: isComplex ? null : [dtype === "bool" ? true : one(dtype)],
    startsWithValue: true,
    hasEmpty: false,
  };
}

export function extremeRule(dtype: DType, extreme: "min" | "max"): FoldRule {
  return {
    lift: (_, element) => element,
    merge: (b, x, y) => extremeOf(b, dtype, extreme, x, y),
    finish: first,
    dtype,
    neutral: limits(dtype, extreme === "min" ? "greatest" : "least"),
    startsWithValue: true,
    hasEmpty: false,
  };
}

export function rangeRule(dtype: DType): FoldRule {
  const count = kindOf(dtype) === "complex" ? 2 : 1;
  return {
    lift: (_, element) => [...element, ...element],
    merge: (b, x, y) => [
      ...extremeOf(b, dtype, "min", x.slice(0, count), y.slice(0, count)),
      ...extremeOf(b, dtype, "max", x.slice(count), y.slice(count)),
    ],
    finish: (b, state) => state.slice(count).map((greatest, part) => wrapped(b, dtype, b.sub(greatest, state[part]!))),
    dtype,
    neutral: null,
    startsWithValue: false,
    hasEmpty: false,
  };
}

export function positionRule(dtype: DType, extreme: "min" | "max"): FoldRule {
  const count = kindOf(dtype) === "complex" ? 2 : 1;
  return {
    lift: (_, element, position) => [...element, position!],
    merge: (b, x, y) => {
      const [values, others] = [x.slice(0, count), y.slice(0, count)];
      const [place, otherPlace] = [x[count]!, y[count]!];
      const [isWorse, isSame] = comparePositions(b, dtype, extreme, values, others);
      const takesOther = b.or(isWorse, b.and(isSame, b.ltU(otherPlace, place)));
      return x.map((node, slot) => b.select(takesOther, y[slot]!, node));
    },
    // The first of those that are the same is where it points to already.
    next: (b, x, y) => {
      const takesOther = isBetter(b, dtype, extreme, x.slice(0, count), y.slice(0, count));
      return x.map((node, slot) => b.select(takesOther, y[slot]!, node));
    },
    finish: (b, state) => [b.extendU(state[count]!)],
    dtype: "int64",
    neutral: null,
    startsWithValue: false,
    hasEmpty: false,
    takesPosition: true,
  };
}

/** Whether the second value is to be taken for what it is. */
function isBetter(b: GraphBuilder, dtype: DType, extreme: "min" | "max", x: Parts, y: Parts): Node {
  if (kindOf(dtype) !== "float") return comparePositions(b, dtype, extreme, x, y)[0];
  const [[a], [c]] = [x, y] as [[Node], [Node]];
  // What is not as good at most is better or NaN.
  return b.and(b.not(extreme === "min" ? b.le(a, c) : b.le(c, a)), b.eq(a, a));
}

/** Whether the second value is to be taken for what it is; and whether nothing but its place can decide. */
function comparePositions(b: GraphBuilder, dtype: DType, extreme: "min" | "max", x: Parts, y: Parts): [Node, Node] {
  const dtypes = [dtype, dtype];
  const isBefore = (a: Parts, c: Parts): Node =>
    extreme === "min" ? orderedParts(b, "less", dtypes, a, c) : orderedParts(b, "less", dtypes, c, a);
  const [xIsNaN, yIsNaN] = [isNaNParts(b, x), isNaNParts(b, y)];
  const isWorse = b.and(b.or(isBefore(y, x), yIsNaN), b.not(xIsNaN));
  const equal = x.map((node, part) => (node.type === "bool" ? b.not(b.xor(node, y[part]!)) : b.eq(node, y[part]!)));
  return [
    isWorse,
    b.or(
      equal.reduce((a, c) => b.and(a, c)),
      b.and(xIsNaN, yIsNaN),
    ),
  ];
}

function extremeOf(b: GraphBuilder, dtype: DType, extreme: "min" | "max", x: Parts, y: Parts): Parts {
  const [a, c] = [x[0]!, y[0]!];
  const isMin = extreme === "min";
  switch (kindOf(dtype)) {
    case "bool":
      return [isMin ? b.and(a, c) : b.or(a, c)];
    case "float":
      return [isMin ? b.min(a, c) : b.max(a, c)];
    case "complex": {
      const [isWorse] = comparePositions(b, dtype, extreme, x, y);
      return x.map((node, part) => b.select(isWorse, y[part]!, node));
    }
    default: {
      const isLess = kindOf(dtype) === "signed" ? b.ltS(a, c) : b.ltU(a, c);
      return [isMin ? b.select(isLess, a, c) : b.select(isLess, c, a)];
    }
  }
}

/** Of bools. */
export function anyRule(): FoldRule {
  return { ...sumRule("bool"), startsWithValue: false, hasEmpty: true };
}

export function allRule(): FoldRule {
  return { ...productRule("bool"), startsWithValue: false, hasEmpty: true };
}

/** Of bools. @param elements - the most there are */
export function countRule(elements: number): FoldRule {
  const lane: IntegerLane = countLane(elements);
  return {
    lift: (b, [element]) => [b.fromBool(isNonzero(b, element!), lane)],
    merge: (b, x, y) => [b.add(x[0]!, y[0]!)],
    finish: (b, [count]) => [lane === "i32" ? b.extendU(count!) : count!],
    dtype: "int64",
    neutral: [lane === "i32" ? 0 : 0n],
    startsWithValue: false,
    hasEmpty: true,
  };
}

export function meanRule(dtype: DType): FoldRule {
  return {
    ...sumRule(dtype),
    finish: (b, state, scalars) => divideByCount(b, dtype, state, scalars),
    counts: true,
  };
}

/** Of squares that are real; their sum by degrees of freedom, or its root. */
export function varianceRule(dtype: DType, isRoot: boolean): FoldRule {
  return {
    ...meanRule(dtype),
    finish: (b, state, scalars) => {
      const [variance] = divideByCount(b, dtype, state, scalars);
      return [isRoot && variance!.type !== "i32" && variance!.type !== "i64" ? b.sqrt(variance!) : variance!];
    },
  };
}

/** Of squares that are real: the root of their sum. */
export function normRule(dtype: DType): FoldRule {
  return { ...sumRule(dtype), finish: (b, [sum]) => [b.sqrt(sum!)] };
}

function zeros(dtype: DType): LaneValue[] {
  if (isInteger(dtype)) return [bitsOf(dtype) === 64 ? 0n : 0];
  return kindOf(dtype) === "complex" ? [-0, -0] : [-0];
}

function one(dtype: DType): LaneValue {
  return isInteger(dtype) && bitsOf(dtype) === 64 ? 1n : 1;
}

function limits(dtype: DType, end: "least" | "greatest"): LaneValue[] {
  const isLeast = end === "least";
  switch (kindOf(dtype)) {
    case "bool":
      return [!isLeast];
    case "float":
      return [isLeast ? -Infinity : Infinity];
    case "complex":
      return isLeast ? [-Infinity, -Infinity] : [Infinity, Infinity];
    case "signed": {
      const half = 2n ** BigInt(bitsOf(dtype) - 1);
      return [integerLimit(dtype, isLeast ? -half : half - 1n)];
    }
    default:
      return [integerLimit(dtype, isLeast ? 0n : 2n ** BigInt(bitsOf(dtype)) - 1n)];
  }
}

/** As a lane holds it: signed. */
function integerLimit(dtype: DType, value: bigint): LaneValue {
  return bitsOf(dtype) === 64 ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));
}
