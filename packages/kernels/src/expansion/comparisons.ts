/**
 * The order of values: of all dtypes, and of signed with unsigned 64-bit integers.
 *
 * Complex numbers are ordered by their real parts, then by their imaginary parts, as in NumPy.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { isInteger, kindOf } from "../typing/promotion.ts";
import type { Parts } from "./parts.ts";

export type Order = "less" | "less_equal";

export function equalParts(b: GraphBuilder, dtypes: readonly DType[], x: Parts, y: Parts): Node {
  const [a, c] = [x[0]!, y[0]!];
  if (a.type === "bool") return b.not(b.xor(a, c));
  if (dtypes[0] !== dtypes[1] && isInteger(dtypes[0]!)) {
    // Of the signed one, which has no bits in common with a large unsigned one unless it is negative.
    const signed = kindOf(dtypes[0]!) === "signed" ? a : c;
    return b.and(b.eq(a, c), b.geS(signed, b.i64(0n)));
  }
  const same = b.eq(a, c);
  return x.length === 2 ? b.and(same, b.eq(x[1]!, y[1]!)) : same;
}

/** Whether `x` comes before `y`, or is equal to it: false where one is NaN. */
export function orderedParts(b: GraphBuilder, order: Order, dtypes: readonly DType[], x: Parts, y: Parts): Node {
  const [first, second] = dtypes as readonly [DType, DType];
  const [a, c] = [x[0]!, y[0]!];
  switch (kindOf(first)) {
    case "bool":
      return order === "less" ? b.and(b.not(a), c) : b.or(b.not(a), c);
    case "float":
      return orderedFloats(b, order, a, c);
    case "complex":
      return orderedComplex(b, order, x, y);
    default:
      return first === second ? orderedIntegers(b, order, first, a, c) : orderedMixed(b, order, first, a, c);
  }
}

function orderedFloats(b: GraphBuilder, order: Order, a: Node, c: Node): Node {
  return order === "less" ? b.lt(a, c) : b.le(a, c);
}

function orderedIntegers(b: GraphBuilder, order: Order, dtype: DType, a: Node, c: Node): Node {
  if (kindOf(dtype) === "unsigned") return order === "less" ? b.ltU(a, c) : b.leU(a, c);
  return order === "less" ? b.ltS(a, c) : b.leS(a, c);
}

/** An int64 and a uint64, or the other way round: a negative number comes first, others are as unsigned ones. */
function orderedMixed(b: GraphBuilder, order: Order, first: DType, a: Node, c: Node): Node {
  const unsigned = order === "less" ? b.ltU(a, c) : b.leU(a, c);
  const zero = b.i64(0n);
  return kindOf(first) === "signed" ? b.or(b.ltS(a, zero), unsigned) : b.and(b.geS(c, zero), unsigned);
}

function orderedComplex(b: GraphBuilder, order: Order, [xRe, xIm]: Parts, [yRe, yIm]: Parts): Node {
  const bothAre = b.and(b.eq(xIm!, xIm!), b.eq(yIm!, yIm!));
  const byReal = b.and(b.lt(xRe!, yRe!), bothAre);
  return b.or(byReal, b.and(b.eq(xRe!, yRe!), orderedFloats(b, order, xIm!, yIm!)));
}

/** Whether a value is NaN, or has a part that is. */
export function isNaNParts(b: GraphBuilder, parts: Parts): Node {
  const tests = parts.map((node) => (node.type === "f32" || node.type === "f64" ? b.ne(node, node) : b.bool(false)));
  return tests.reduce((a, c) => b.or(a, c));
}

/**
 * The lesser or greater of two values. Of equal ones, which zeros of two signs are, it is the second of float32 and
 * float64, and the first of float16 and complex numbers, as in NumPy.
 *
 * @param nan - whether NaN comes out where one of them is, or the other one
 */
export function extremeParts(
  b: GraphBuilder,
  dtype: DType,
  extreme: "minimum" | "maximum",
  nan: "kept" | "left",
  [x, y]: readonly [Parts, Parts],
): Parts {
  const order = kindOf(dtype) === "complex" || dtype === "float16" ? "less_equal" : "less";
  const dtypes = [dtype, dtype];
  const comesFirst =
    extreme === "minimum" ? orderedParts(b, order, dtypes, x, y) : orderedParts(b, order, dtypes, y, x);
  const takesFirst = b.or(comesFirst, isNaNParts(b, nan === "kept" ? x : y));
  return x.map((node, part) => b.select(takesFirst, node, y[part]!));
}
