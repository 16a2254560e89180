/**
 * Numbers of f64 in two parts, and arithmetic with them that loses little more than 2^-75 of a result.
 *
 * Complex functions are made of several real ones, each of which rounds; where that would be too much, they take and give
 * these, and only the last sum is rounded.
 *
 * Source: T. J. Dekker, "A floating-point technique for extending the available precision" (1971); D. E. Knuth, "The Art of
 * Computer Programming" 2, 4.2.2.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { truncateBits } from "./float-bits.ts";

/** A number, `high + low`; the second is the smaller one by far. */
export interface Pair {
  readonly high: Node;
  readonly low: Node;
}

export function pairOf(b: GraphBuilder, high: Node): Pair {
  return { high, low: b.f64(0) };
}

/** The number, rounded. */
export function rounded(b: GraphBuilder, { high, low }: Pair): Node {
  return b.add(high, low);
}

export function negated(b: GraphBuilder, { high, low }: Pair): Pair {
  return { high: b.neg(high), low: b.neg(low) };
}

/** Times a power of two. */
export function scaled(b: GraphBuilder, { high, low }: Pair, factor: Node): Pair {
  return { high: b.mul(high, factor), low: b.mul(low, factor) };
}

export function selectPair(b: GraphBuilder, condition: Node, yes: Pair, no: Pair): Pair {
  return { high: b.select(condition, yes.high, no.high), low: b.select(condition, yes.low, no.low) };
}

/** The sum of two floats, of which the first is the larger one or 0: exactly. */
export function fastSum(b: GraphBuilder, larger: Node, smaller: Node): Pair {
  const high = b.add(larger, smaller);
  return { high, low: b.sub(smaller, b.sub(high, larger)) };
}

/** The sum of two floats, exactly. */
export function exactSum(b: GraphBuilder, x: Node, y: Node): Pair {
  const high = b.add(x, y);
  const ofX = b.sub(high, y);
  return { high, low: b.add(b.sub(x, ofX), b.sub(y, b.sub(high, ofX))) };
}

export function pairSum(b: GraphBuilder, x: Pair, y: Pair): Pair {
  const { high, low } = exactSum(b, x.high, y.high);
  return fastSum(b, high, b.add(low, b.add(x.low, y.low)));
}

export function pairDifference(b: GraphBuilder, x: Pair, y: Pair): Pair {
  return pairSum(b, x, negated(b, y));
}

/** Bits to clear so that half of a number's are left. */
const HALF_BITS = 27;

/** The same number with a first part of half the bits: products of such are exact. */
function halved(b: GraphBuilder, { high, low }: Pair): Pair {
  const upper = truncateBits(b, high, HALF_BITS);
  return { high: upper, low: b.add(b.sub(high, upper), low) };
}

export function pairProduct(b: GraphBuilder, x: Pair, y: Pair): Pair {
  const [halvedX, halvedY] = [halved(b, x), halved(b, y)];
  const rest = b.add(b.mul(halvedX.high, halvedY.low), b.mul(halvedX.low, y.high));
  return fastSum(b, b.mul(halvedX.high, halvedY.high), rest);
}

/** The product, rounded: of the first parts, and what the others add to it. */
export function roundedProduct(b: GraphBuilder, x: Pair, y: Pair): Node {
  return b.add(b.mul(x.high, y.high), b.add(b.mul(x.high, y.low), b.mul(x.low, y.high)));
}

export function pairSquare(b: GraphBuilder, x: Pair): Pair {
  const { high, low } = halved(b, x);
  return fastSum(b, b.mul(high, high), b.mul(low, b.add(x.high, high)));
}

export function pairQuotient(b: GraphBuilder, x: Pair, y: Pair): Pair {
  const high = b.div(x.high, y.high);
  const product = pairProduct(b, pairOf(b, high), y);
  const left = b.add(b.sub(b.sub(x.high, product.high), product.low), x.low);
  return { high, low: b.div(left, y.high) };
}

/** The square root, of 0 that. */
export function pairRoot(b: GraphBuilder, x: Pair): Pair {
  const high = b.sqrt(x.high);
  const square = pairSquare(b, pairOf(b, high));
  const left = b.add(b.sub(b.sub(x.high, square.high), square.low), x.low);
  const low = b.div(left, b.add(high, high));
  return { high, low: b.select(b.eq(high, b.f64(0)), b.f64(0), low) };
}
