/**
 * absolute, angle, sign, square, reciprocal, divide and sqrt of complex numbers.
 *
 * Squares, quotients and reciprocals are computed as NumPy computes them, operation by operation.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { type ComplexNodes, complexSelect, isInfiniteNode, signedAs } from "./complex.ts";
import { arctan2 } from "./inverse-trigonometric.ts";
import {
  type Pair,
  pairQuotient,
  pairRoot,
  pairSquare,
  pairSum,
  pairOf,
  rounded,
  scaled,
  selectPair,
} from "./pairs.ts";
import { hypot } from "./roots.ts";

/** The magnitude: a float. */
export function complexAbsolute(b: GraphBuilder, type: FloatLane, { re, im }: ComplexNodes): Node {
  return hypot(b, type, re, im);
}

/** The angle to the positive real axis: a float. */
export function complexAngle(b: GraphBuilder, type: FloatLane, { re, im }: ComplexNodes): Node {
  return arctan2(b, type, im, re);
}

/** A number over its magnitude; of 0 that. An infinite part counts alone, and two of them give NaN. Of f64. */
export function complexSign(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  const [zero, one] = [b.f64(0), b.f64(1)];
  const larger = b.max(b.abs(z.re), b.abs(z.im));
  const factor = scaleOf(b, larger).up;
  const [re, im] = [pairOf(b, b.mul(z.re, factor)), pairOf(b, b.mul(z.im, factor))];
  const magnitude = pairRoot(b, pairSum(b, pairSquare(b, re), pairSquare(b, im)));
  const isZero = b.eq(larger, zero);
  const [isInfiniteRe, isInfiniteIm] = [isInfiniteNode(b, z.re), isInfiniteNode(b, z.im)];
  const isInfinite = b.or(isInfiniteRe, isInfiniteIm);
  const isBoth = b.and(isInfiniteRe, isInfiniteIm);
  const part = (x: Node, isInfinitePart: Node, quotient: Pair): Node => {
    const unit = b.select(isInfinitePart, b.copysign(one, x), zero);
    const ofInfinite = b.select(isBoth, b.f64(Number.NaN), unit);
    const ofFinite = b.copysign(rounded(b, quotient), x);
    return b.select(isZero, zero, b.select(isInfinite, ofInfinite, ofFinite));
  };
  return {
    re: part(z.re, isInfiniteRe, pairQuotient(b, re, magnitude)),
    im: part(z.im, isInfiniteIm, pairQuotient(b, im, magnitude)),
  };
}

export function complexSquare(b: GraphBuilder, _type: FloatLane, { re, im }: ComplexNodes): ComplexNodes {
  const product = b.mul(re, im);
  return { re: b.sub(b.mul(re, re), b.mul(im, im)), im: b.add(product, product) };
}

/** By division with the larger part first. Source: R. Smith, "Algorithm 116: complex division" (1962). */
export function complexReciprocal(b: GraphBuilder, type: FloatLane, { re, im }: ComplexNodes): ComplexNodes {
  const one = b.constant(type, 1);
  const isRealLarger = b.le(b.abs(im), b.abs(re));
  const [larger, smaller] = [b.select(isRealLarger, re, im), b.select(isRealLarger, im, re)];
  const ratio = b.div(smaller, larger);
  const divisor = b.add(larger, b.mul(smaller, ratio));
  const [whole, part] = [b.div(one, divisor), b.div(ratio, divisor)];
  return { re: b.select(isRealLarger, whole, part), im: b.neg(b.select(isRealLarger, part, whole)) };
}

/** By Smith's algorithm; by zero, each part over the zero's magnitude. */
export function complexDivide(b: GraphBuilder, type: FloatLane, x: ComplexNodes, y: ComplexNodes): ComplexNodes {
  const [width, height] = [b.abs(y.re), b.abs(y.im)];
  const isRealLarger = b.le(height, width);
  const [larger, smaller] = [b.select(isRealLarger, y.re, y.im), b.select(isRealLarger, y.im, y.re)];
  const ratio = b.div(smaller, larger);
  const scale = b.div(b.constant(type, 1), b.add(larger, b.mul(smaller, ratio)));
  const [first, second] = [b.select(isRealLarger, x.re, x.im), b.select(isRealLarger, x.im, x.re)];
  const re = b.mul(b.add(first, b.mul(second, ratio)), scale);
  // Of -(second - first · ratio) the zeros have another sign.
  const [product, other] = [b.mul(first, ratio), second];
  const im = b.mul(b.select(isRealLarger, b.sub(other, product), b.sub(product, other)), scale);
  const zero = b.constant(type, 0);
  const isZero = b.and(b.eq(width, zero), b.eq(height, zero));
  return complexSelect(b, isZero, { re: b.div(x.re, width), im: b.div(x.im, width) }, { re, im });
}

/** The square root of a number that is finite, and 0 or not anywhere near the ends of the range. */
export interface RootParts {
  readonly re: Pair;
  readonly im: Pair;
}

/**
 * The square root with the positive real part, in parts: with t = sqrt((|x| + |z|) / 2) it is t and y / 2t, or for a negative
 * x these exchanged.
 */
export function rootInParts(b: GraphBuilder, re: Pair, im: Node): RootParts {
  const isLeft = b.lt(re.high, b.f64(0));
  const size = { high: b.abs(re.high), low: b.select(isLeft, b.neg(re.low), re.low) };
  const magnitude = pairRoot(b, pairSum(b, pairSquare(b, size), pairSquare(b, pairOf(b, im))));
  const root = pairRoot(b, scaled(b, pairSum(b, size, magnitude), b.f64(0.5)));
  const isZero = b.eq(root.high, b.f64(0));
  const other = selectPair(b, isZero, root, pairQuotient(b, pairOf(b, b.mul(im, b.f64(0.5))), root));
  const signed = (pair: Pair, sign: Node): Pair => {
    const isNegative = b.lt(b.copysign(b.f64(1), sign), b.f64(0));
    return {
      high: b.select(isNegative, b.neg(pair.high), pair.high),
      low: b.select(isNegative, b.neg(pair.low), pair.low),
    };
  };
  const positive = signed(other, im);
  return { re: selectPair(b, isLeft, positive, root), im: selectPair(b, isLeft, signed(root, im), other) };
}

/** The largest and the smallest numbers of which squares neither overflow nor lose bits, and a factor for others. */
const SQUARES_MAX: number = 2 ** 500;
const SQUARES_MIN: number = 2 ** -400;
const SCALE: number = 2 ** 600;

interface Scale {
  /** What brings a number into the range. */
  readonly up: Node;
  /** What brings its square root back. */
  readonly rootDown: Node;
}

function scaleOf(b: GraphBuilder, larger: Node): Scale {
  const isSmall = b.lt(larger, b.f64(SQUARES_MIN));
  const isLarge = b.gt(larger, b.f64(SQUARES_MAX));
  const choose = (small: number, large: number): Node =>
    b.select(isSmall, b.f64(small), b.select(isLarge, b.f64(large), b.f64(1)));
  return { up: choose(SCALE, 1 / SCALE), rootDown: choose(1 / Math.sqrt(SCALE), Math.sqrt(SCALE)) };
}

/** The square root with the positive real part, as C99 has it for zeros and infinities. Of f64. */
export function complexSqrt(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  const [zero, infinity] = [b.f64(0), b.f64(Infinity)];
  const larger = b.max(b.abs(re), b.abs(im));
  const { up: factor, rootDown: back } = scaleOf(b, larger);
  const root = rootInParts(b, pairOf(b, b.mul(re, factor)), b.mul(im, factor));
  const finite = { re: b.mul(rounded(b, root.re), back), im: b.mul(rounded(b, root.im), back) };
  const isLeft = b.lt(re, zero);
  const zeroOrNaN = b.abs(b.sub(im, im));
  const ofInfinite = { re: b.select(isLeft, zeroOrNaN, infinity), im: b.select(isLeft, infinity, zeroOrNaN) };
  const other = complexSelect(b, isInfiniteNode(b, re), ofInfinite, finite);
  const ofOthers = { re: other.re, im: signedAs(b, other.im, im) };
  return complexSelect(b, isInfiniteNode(b, im), { re: infinity, im }, ofOthers);
}
