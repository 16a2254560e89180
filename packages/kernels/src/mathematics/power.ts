/**
 * power: NumPy's, which is C99's pow, and JavaScript's.
 *
 * |x|^y is 2^(y log2 |x|). The exponent may be about as large as the largest of floats, and an error of it is one of the
 * result, relatively: so the logarithm has to be known to ten bits more than a float64 has, or seven more than a float32.
 * The latter is computed in f64 and rounded once; for the former numbers are kept in two parts, an upper one of so few
 * bits that products with it are exact, and the rest.
 *
 * Source of the special cases: ISO C99, F.9.4.4, and ECMA-262, Number::exponentiate.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { estrin, horner } from "./expansion.ts";
import { exp2OfRest } from "./exponential.ts";
import { FLOAT_FORMATS, powerOfTwo, scaleByPowerOfTwo, takeApart, truncateBits } from "./float-bits.ts";

/** x to the power of y. */
export function power(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const one = b.constant(type, 1);
  const isOne = b.or(b.eq(x, one), b.eq(y, b.constant(type, 0)));
  return b.select(isOne, one, powerOfOthers(b, type, x, y));
}

/** JavaScript's: NaN where |x| is 1 and y is infinite or NaN. */
export function jsPower(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const one = b.constant(type, 1);
  const isUnsure = b.and(b.eq(b.abs(x), one), b.not(b.lt(b.abs(y), b.constant(type, Infinity))));
  return b.select(isUnsure, b.constant(type, Number.NaN), power(b, type, x, y));
}

/** For y other than 0 and x other than 1. */
function powerOfOthers(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const [zero, infinity] = [b.constant(type, 0), b.constant(type, Infinity)];
  const magnitude = b.abs(x);
  const isInteger = b.eq(b.trunc(y), y);
  const half = b.mul(y, b.constant(type, 0.5));
  const isOdd = b.and(isInteger, b.ne(b.trunc(half), half));
  const isZero = b.eq(magnitude, zero);
  const isExtreme = b.or(isZero, b.eq(magnitude, infinity));
  const ofMagnitude = type === "f32" ? powerInDouble(b, magnitude, y) : powerInParts(b, magnitude, y);
  // Of 0 and infinity, whose logarithms are infinite.
  const ofExtreme = b.select(b.xor(isZero, b.lt(y, zero)), zero, infinity);
  const result = b.select(isExtreme, ofExtreme, ofMagnitude);
  const signed = b.select(isOdd, b.copysign(result, x), result);
  const isNotReal = b.and(b.lt(x, zero), b.not(b.or(isInteger, isExtreme)));
  const isNaN = b.or(isNotReal, b.or(b.ne(x, x), b.ne(y, y)));
  return b.select(isNaN, b.constant(type, Number.NaN), signed);
}

/** log2((1 + s) / (1 - s)) / s by s^2, for s as below: 2^-37.8 of it. */
const LOG2_SERIES: readonly number[] = [
  2.885390081790265, 0.9617966731157502, 0.5770836287251874, 0.41167004975165683, 0.3407803703853301,
];

/** 2^r for |r| up to 1/2: 2^-29 of it. */
const EXP2_SERIES: readonly number[] = [
  1.0000000005585943, 0.6931472058869323, 0.24022646867813927, 0.055503284507641526, 0.009618490395637565,
  0.0013400063316181504, 0.00015345696708770286,
];

/** Of f32, for positive finite x. */
function powerInDouble(b: GraphBuilder, x: Node, y: Node): Node {
  const one = b.f64(1);
  const { significand, exponent } = takeApart(b, b.promote(x), true);
  const f = b.sub(significand, one);
  const s = b.div(f, b.add(significand, one));
  const logarithm = b.add(exponent, b.mul(s, horner(b, b.mul(s, s), LOG2_SERIES)));
  const exact = b.mul(b.promote(y), logarithm);
  // Infinity times the logarithm of 1 is none, but 0 is meant.
  const product = b.select(b.eq(logarithm, b.f64(0)), b.f64(0), clamp(b, exact, 250));
  const { rounder, bias } = FLOAT_FORMATS.f64;
  const biasedRounder = b.f64(rounder + bias);
  const sum = b.add(product, biasedRounder);
  const rest = b.sub(product, b.sub(sum, biasedRounder));
  return b.demote(b.mul(horner(b, rest, EXP2_SERIES), powerOfTwo(b, sum)));
}

/** Bits to clear so that half of a number's are left. */
const HALF_BITS = 27;

/** 2 / (3 ln 2), with half as many bits as numbers have; and what is missing. */
const LOG2_FACTOR: readonly [number, number] = [0.9617966860532761, 7.872699542894897e-9];

/** 3 / 5 + 3 z / 7 + 3 z^2 / 9 + ..., of least largest error: of the logarithm 2^-66.3. */
const LOGARITHM_SERIES: readonly number[] = [
  0.6000000000000342, 0.4285714285512923, 0.333333337837615, 0.27272676190075007, 0.23080153476428691,
  0.19884801445222203, 0.19798592342042545,
];

/** Of f64, for positive finite x. */
function powerInParts(b: GraphBuilder, x: Node, y: Node): Node {
  const [logHigh, logLow] = log2InParts(b, x);
  // So large an exponent gives 0 or infinity with the logarithm of any x other than 1, and products that are finite.
  const bounded = clamp(b, y, 2 ** 65);
  const yHigh = truncateBits(b, bounded, HALF_BITS);
  const low = b.add(b.mul(b.sub(bounded, yHigh), logHigh), b.mul(bounded, logLow));
  const high = b.mul(yHigh, logHigh);
  const product = b.add(high, low);
  const rounder = b.f64(FLOAT_FORMATS.f64.rounder);
  const n = b.sub(b.add(product, rounder), rounder);
  const highRest = b.sub(high, n);
  const rest = b.add(highRest, low);
  const restError = b.add(b.sub(highRest, rest), low);
  const result = scaleByPowerOfTwo(b, exp2OfRest(b, "f64", rest, restError), n);
  const isAbove = b.gt(product, b.f64(1200));
  const isBelow = b.lt(product, b.f64(-1200));
  return b.select(isBelow, b.f64(0), b.select(isAbove, b.f64(Infinity), result));
}

/**
 * log2 x in two parts, of which the first has half the bits.
 *
 * With x = 2^k m and s = (m - 1) / (m + 1), log m is 2 s / 3 (3 + z + 3 z^2 / 5 + 3 z^3 / 7 + ...) with z = s^2.
 */
function log2InParts(b: GraphBuilder, x: Node): readonly [Node, Node] {
  const one = b.f64(1);
  const { significand, exponent } = takeApart(b, x, false);
  const dividend = b.sub(significand, one);
  const divisor = b.add(significand, one);
  const reciprocal = b.div(one, divisor);
  const s = b.mul(dividend, reciprocal);
  // What is missing of the quotient, by what remains: the products with upper parts are exact.
  const sHigh = truncateBits(b, s, HALF_BITS);
  const divisorHigh = truncateBits(b, divisor, HALF_BITS);
  const divisorLow = b.sub(significand, b.sub(divisorHigh, one));
  const remainder = b.sub(b.sub(dividend, b.mul(sHigh, divisorHigh)), b.mul(sHigh, divisorLow));
  const sLow = b.mul(remainder, reciprocal);
  const z = b.mul(s, s);
  const zHigh = b.mul(sHigh, sHigh);
  const zLow = b.mul(sLow, b.add(s, sHigh));
  const terms = b.add(b.mul(b.mul(z, z), estrin(b, z, LOGARITHM_SERIES)), zLow);
  const three = b.f64(3);
  const seriesHigh = truncateBits(b, b.add(b.add(three, zHigh), terms), HALF_BITS);
  const seriesLow = b.sub(terms, b.sub(b.sub(seriesHigh, three), zHigh));
  // s · series, again in two parts, and that times the factor.
  const main = b.mul(sHigh, seriesHigh);
  const minor = b.add(b.mul(sLow, seriesHigh), b.mul(s, seriesLow));
  const natural = b.add(main, minor);
  const naturalHigh = truncateBits(b, natural, HALF_BITS);
  const naturalLow = b.sub(minor, b.sub(naturalHigh, main));
  const [factorHigh, factorLow] = LOG2_FACTOR;
  const log2High = b.mul(naturalHigh, b.f64(factorHigh));
  const log2Low = b.add(b.mul(naturalHigh, b.f64(factorLow)), b.mul(naturalLow, b.f64(factorHigh + factorLow)));
  const high = truncateBits(b, b.add(b.add(exponent, log2High), log2Low), HALF_BITS);
  return [high, b.sub(log2Low, b.sub(b.sub(high, exponent), log2High))];
}

/** A number, or the nearest within these bounds; of NaN that. */
function clamp(b: GraphBuilder, x: Node, most: number): Node {
  const type = x.type as FloatLane;
  const [low, high] = [b.constant(type, -most), b.constant(type, most)];
  return b.select(b.lt(x, low), low, b.select(b.gt(x, high), high, x));
}
