/**
 * exp, exp2, expm1 and the trigonometric and hyperbolic functions of complex numbers, in f64.
 *
 * They are products of real functions of the two parts. Those are known in two parts each, so that a product is rounded
 * about once. Exponentials keep their power of two to the end: a product may be finite where the exponential is not.
 *
 * Special values are C99's, annex G.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { type ComplexNodes, exchanged, isFiniteNode, isInfiniteNode, signedAs } from "./complex.ts";
import { exp, expInParts, expm1 } from "./exponential.ts";
import { FLOAT_FORMATS, powerOfTwo, scaleByPowerOfTwo } from "./float-bits.ts";
import { sinhBeyondLinear } from "./hyperbolic.ts";
import {
  fastSum,
  negated,
  type Pair,
  pairOf,
  pairProduct,
  pairQuotient,
  pairSquare,
  pairSum,
  rounded,
  roundedProduct,
  scaled,
  selectPair,
} from "./pairs.ts";
import { sinAndCosInParts } from "./trigonometric.ts";

/** From here on e^x times the sine of any angle of 2^-1000 or more overflows; down to here 2^n can be made in two steps. */
const EXPONENT_MAX = 1400;

/** 2^n, n a float that is an integer. */
function powerOf(b: GraphBuilder, n: Node): Node {
  const { bias, rounder } = FLOAT_FORMATS.f64;
  return powerOfTwo(b, b.add(n, b.f64(rounder + bias)));
}

/** e^x is 2^n times a pair of about 1. */
function exponential(b: GraphBuilder, x: Node): { readonly n: Node; readonly factor: Pair } {
  const bounded = b.min(b.max(x, b.f64(-EXPONENT_MAX)), b.f64(EXPONENT_MAX));
  const { n, high, low } = expInParts(b, bounded);
  return { n, factor: fastSum(b, high, low) };
}

/** Infinity where an exponent was bounded, else 1: of what isn't 0, the product then is right. */
function overflow(b: GraphBuilder, x: Node): Node {
  return b.select(b.gt(x, b.f64(EXPONENT_MAX)), b.f64(Infinity), b.f64(1));
}

export function complexExp(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  return exponentialOf(b, pairOf(b, re), pairOf(b, im));
}

/** e^(x + i y). */
export function exponentialOf(b: GraphBuilder, x: Pair, y: Pair): ComplexNodes {
  const zero = b.f64(0);
  const { n, factor } = exponential(b, x.high);
  const { sin, cos } = sinAndCosInParts(b, y.high);
  const more = overflow(b, x.high);
  const grown = (pair: Pair): Node => b.mul(scaleByPowerOfTwo(b, roundedProduct(b, factor, pair), n), more);
  // What the low parts do: e^low is about 1 + low, and low · i turns by a right angle.
  const turnedCos = { high: cos.high, low: b.sub(cos.low, b.mul(sin.high, y.low)) };
  const turnedSin = { high: sin.high, low: b.add(sin.low, b.mul(cos.high, y.low)) };
  const grow = (pair: Pair): Pair => ({ high: pair.high, low: b.add(pair.low, b.mul(pair.high, x.low)) });
  const product = { re: grown(grow(turnedCos)), im: grown(grow(turnedSin)) };

  const isReal = b.eq(y.high, zero);
  const isLost = b.and(isInfiniteNode(b, x.high), b.not(isFiniteNode(b, y.high)));
  const isNothing = b.lt(x.high, zero);
  const re = b.select(isLost, b.select(isNothing, zero, b.f64(Infinity)), product.re);
  const im = b.select(b.and(isLost, isNothing), signedAs(b, zero, y.high), product.im);
  return { re, im: b.select(isReal, y.high, im) };
}

/** ln 2 as a pair. */
const LN2: readonly [number, number] = [Math.LN2, 2.3190468138462996e-17];

/** Beyond this the product's second part would be no small angle any more. */
const EXP2_PARTS_MAX: number = 2 ** 20;

/** e^(z ln 2). Imaginary parts beyond {@link EXP2_PARTS_MAX} are rounded after the multiplication, as NumPy rounds them. */
export function complexExp2(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  const factor: Pair = { high: b.f64(LN2[0]), low: b.f64(LN2[1]) };
  const times = (x: Node): Pair => {
    const isModerate = b.and(b.lt(b.abs(x), b.f64(EXP2_PARTS_MAX)), b.ne(x, b.f64(0)));
    return selectPair(b, isModerate, pairProduct(b, pairOf(b, x), factor), pairOf(b, b.mul(x, factor.high)));
  };
  return exponentialOf(b, times(re), times(im));
}

/** From here on e^x - 1 is e^x. */
const EXPM1_LARGE = 40;

/** From here on e^x is infinite. */
const EXP_INFINITE = 709.782712893384;

/** Up to here, in both parts, e^x cos y and 1 are too near to each other. */
const EXPM1_SMALL = 0.25;

/** e^x cos y - 1, of small numbers as (e^x - 1) cos y - 2 sin(y/2)^2; and e^x sin y. */
export function complexExpm1(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  const { re, im } = z;
  const whole = complexExp(b, z);
  const { n, factor } = exponential(b, b.min(re, b.f64(EXPM1_LARGE)));
  const { cos } = sinAndCosInParts(b, im);
  const product = scaled(b, pairProduct(b, factor, cos), powerOf(b, b.max(n, b.f64(-1000))));
  const less = rounded(b, pairSum(b, product, pairOf(b, b.f64(-1))));
  const half = rounded(b, sinAndCosInParts(b, b.mul(im, b.f64(0.5))).sin);
  const square = b.mul(half, half);
  const small = b.sub(b.mul(expm1(b, "f64", re), rounded(b, cos)), b.add(square, square));
  const isSmall = b.lt(b.max(b.abs(re), b.abs(im)), b.f64(EXPM1_SMALL));
  const moderate = b.select(isSmall, small, less);
  const real = b.select(b.gt(re, b.f64(EXPM1_LARGE)), whole.re, moderate);
  // NumPy multiplies, also infinity by 0.
  const isFinite = isFiniteNode(b, im);
  const isProduct = b.and(isFinite, b.or(b.ne(im, b.f64(0)), b.lt(re, b.f64(EXP_INFINITE))));
  const nan = b.f64(Number.NaN);
  return { re: b.select(isFinite, real, nan), im: b.select(isProduct, whole.im, nan) };
}

/** sinh and cosh of |x|, each 2^n times a pair. */
interface Hyperbolic {
  readonly n: Node;
  readonly sinh: Pair;
  readonly cosh: Pair;
}

/** Up to here sinh goes by its series. */
const SERIES_MAX = 1;

function hyperbolic(b: GraphBuilder, x: Node): Hyperbolic {
  const size = b.abs(x);
  const { n, factor } = exponential(b, size);
  const one = b.f64(1);
  // e^-x beside e^x, from a small power of two on no more than nothing.
  const power = powerOf(b, b.max(b.mul(n, b.f64(-2)), b.f64(-1000)));
  const inverse = scaled(b, pairQuotient(b, pairOf(b, one), factor), power);
  const series = scaled(b, fastSum(b, size, sinhBeyondLinear(b, "f64", size)), powerOf(b, b.sub(one, n)));
  const isSmall = b.lt(size, b.f64(SERIES_MAX));
  return {
    n: b.sub(n, one),
    sinh: selectPair(b, isSmall, series, pairSum(b, factor, negated(b, inverse))),
    cosh: pairSum(b, factor, inverse),
  };
}

/** Products of a hyperbolic and a trigonometric function. */
interface Products {
  /** sinh(x) times cos(y) or sin(y). */
  readonly bySinh: Node;
  /** cosh(x) times the other one. */
  readonly byCosh: Node;
}

function products(b: GraphBuilder, x: Node, bySinh: Pair, byCosh: Pair): Products {
  const { n, sinh, cosh } = hyperbolic(b, x);
  const more = overflow(b, b.abs(x));
  const grown = (product: Node): Node => b.mul(scaleByPowerOfTwo(b, product, n), more);
  const ofSize = b.mul(grown(roundedProduct(b, sinh, bySinh)), signedAs(b, b.f64(1), x));
  // The sign of a zero would be lost in a sum.
  const isNone = b.eq(x, b.f64(0));
  return { bySinh: b.select(isNone, b.mul(x, bySinh.high), ofSize), byCosh: grown(roundedProduct(b, cosh, byCosh)) };
}

/** sinh(x) cos(y), and cosh(x) sin(y). */
export function complexSinh(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  const { sin, cos } = sinAndCosInParts(b, im);
  const { bySinh, byCosh } = products(b, re, cos, sin);
  const zero = b.f64(0);
  const isZero = b.eq(re, zero);
  const isTurnless = b.and(b.not(isFiniteNode(b, im)), b.or(isZero, isInfiniteNode(b, re)));
  const turnless = b.select(isZero, re, b.f64(Infinity));
  return { re: b.select(isTurnless, turnless, bySinh), im: b.select(b.eq(im, zero), im, byCosh) };
}

/** cosh(x) cos(y), and sinh(x) sin(y). */
export function complexCosh(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  const { sin, cos } = sinAndCosInParts(b, im);
  const { bySinh, byCosh } = products(b, re, sin, cos);
  const zero = b.f64(0);
  const isTurnless = b.not(isFiniteNode(b, im));
  const real = b.select(b.and(isTurnless, isInfiniteNode(b, re)), b.f64(Infinity), byCosh);
  const ofReal = b.mul(im, signedAs(b, b.f64(1), re));
  const imaginary = b.select(b.and(isTurnless, b.eq(re, zero)), zero, bySinh);
  return { re: real, im: b.select(b.eq(im, zero), ofReal, imaginary) };
}

/** From here on tanh is 1. */
const TANH_ONE = 22;

/** sinh(x) cosh(x) and sin(y) cos(y), both over sinh(x)^2 + cos(y)^2. */
export function complexTanh(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  const size = b.abs(re);
  const { n, sinh, cosh } = hyperbolic(b, b.min(size, b.f64(TANH_ONE)));
  const power = powerOf(b, n);
  const [s, c] = [scaled(b, sinh, power), scaled(b, cosh, power)];
  const { sin, cos } = sinAndCosInParts(b, im);
  const divisor = pairSum(b, pairSquare(b, s), pairSquare(b, cos));
  const re1 = rounded(b, pairQuotient(b, pairProduct(b, s, c), divisor));
  const im1 = rounded(b, pairQuotient(b, pairProduct(b, sin, cos), divisor));
  const isLarge = b.gt(size, b.f64(TANH_ONE));
  // There sin(y) cos(y) 4 e^-2x.
  const turn = b.mul(b.mul(rounded(b, sin), rounded(b, cos)), b.f64(4));
  const vanishing = b.mul(turn, exp(b, "f64", b.mul(size, b.f64(-2))));
  const zero = b.f64(0);
  const isTurnless = b.not(isFiniteNode(b, im));
  const isInfinite = isInfiniteNode(b, re);
  const far = b.select(b.and(isInfinite, isTurnless), signedAs(b, zero, im), vanishing);
  const one = b.select(b.or(isInfinite, isFiniteNode(b, im)), b.f64(1), b.f64(Number.NaN));
  const real = signedAs(b, b.select(isLarge, one, re1), re);
  const imaginary = b.select(isLarge, far, im1);
  return { re: b.select(b.eq(re, zero), re, real), im: b.select(b.eq(im, zero), im, imaginary) };
}

/** sin(x + i y) is sinh(y + i x) with the parts exchanged. */
export function complexSin(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return exchanged(complexSinh(b, exchanged(z)));
}

/** cos(x + i y) is cosh(-y + i x). */
export function complexCos(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  return complexCosh(b, { re: b.neg(im), im: re });
}

/** tan(x + i y) is tanh(y + i x) with the parts exchanged. */
export function complexTan(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return exchanged(complexTanh(b, exchanged(z)));
}
