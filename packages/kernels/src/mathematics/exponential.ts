/**
 * exp, exp2 and expm1.
 *
 * An argument is an integer multiple of ln 2, n of them, and a rest of at most half of it; the result is 2^n times the
 * rest's exponential, a polynomial. The multiple is taken away in two parts, `high` exactly, and the lower one is added
 * only where it is about as large as the rounding errors, so that the rest never has to be one rounded number.
 *
 * Polynomials: of least largest error (Remez's exchange in 60 digits, then rounded), each of (e^r - 1 - r) / r^2 or the
 * same of 2^r on the rests. The errors given are of the whole result.
 *
 * Source: the reduction is W. J. Cody and W. Waite's, "Software Manual for the Elementary Functions" (1980).
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { estrin, horner } from "./expansion.ts";
import { FLOAT_FORMATS, powerOfTwo, scaleBySum, scalingRounder } from "./float-bits.ts";

interface ExponentialTable {
  /** ln 2 with few enough bits that n times it is exact, and what is missing. */
  readonly ln2High: number;
  readonly ln2Low: number;
  /** Relative to the exponential: 2^-57.9, 2^-28.3. */
  readonly exp: readonly number[];
  /** Of 2^r; relative to it: 2^-57.9, 2^-28.3. */
  readonly exp2: readonly number[];
  /** From the third term on, the second being half a square; relative to the exponential less 1: 2^-61.7, 2^-31.9. */
  readonly expm1: readonly number[];
}

const TABLES: Readonly<Record<FloatLane, ExponentialTable>> = {
  f32: {
    ln2High: 0.693115234375,
    ln2Low: 3.194618329871446e-5,
    exp: [0.4999999403953552, 0.1666651964187622, 0.04166839271783829, 0.008368780836462975, 0.0013814466074109077],
    exp2: [
      0.24022647738456726, 0.05550362169742584, 0.009618528187274933, 0.0013390274252742529, 0.00015320991224143654,
    ],
    expm1: [
      0.1666666567325592, 0.04166635870933533, 0.008333389647305012, 0.0013940719654783607, 0.00019845884526148438,
    ],
  },
  f64: {
    ln2High: 0.6931471805582987,
    ln2Low: 1.6465949582897082e-12,
    exp: [
      0.5000000000000011, 0.1666666666666641, 0.04166666666652919, 0.008333333333495629, 0.001388888894392269,
      0.0001984126950475303, 2.4801492762726343e-5, 2.7557587353184076e-6, 2.763037864866658e-7, 2.4999961862137923e-8,
    ],
    exp2: [
      0.24022650695910122, 0.05550410866482072, 0.009618129107596742, 0.0013333558146688123, 0.00015403530454417084,
      1.5252733545366628e-5, 1.321543641525814e-6, 1.017818504072429e-7, 7.073615464669084e-9, 4.4362847839952576e-10,
    ],
    expm1: [
      0.16666666666666677, 0.041666666666666505, 0.008333333333321608, 0.00138888888889629, 0.00019841269886207902,
      2.4801587171844267e-5, 2.755724410421195e-6, 2.755740293989424e-7, 2.5109081395636552e-8, 2.0875328498096407e-9,
    ],
  },
};

/** From this magnitude on exponentials of any base from 2 on are 0 or infinite; up to it, scaling by 2^n works. */
const EXTREME: Readonly<Record<FloatLane, number>> = { f32: 160, f64: 1200 };

/** e^x. */
export function exp(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { sum, exponential } = expOfRest(b, type, withoutExtremes(b, x), scalingRounder(type));
  return scaleBySum(b, exponential, sum);
}

/** A quarter of e^x, for x from 0 to {@link HYPERBOLIC_LIMIT}. */
export function quarterOfExp(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { rounder, bias } = FLOAT_FORMATS[type];
  const { n, exponential } = expOfRest(b, type, x, rounder);
  return b.mul(exponential, powerOfTwo(b, b.add(n, b.constant(type, rounder + bias - 2))));
}

interface ExponentialOfRest {
  readonly n: Node;
  /** n + rounder. */
  readonly sum: Node;
  readonly exponential: Node;
}

/** e^x is 2^n · exponential. @param rounder - what rounds to n: the usual one, and any even number */
function expOfRest(b: GraphBuilder, type: FloatLane, x: Node, rounder: number): ExponentialOfRest {
  const { n, sum, high, low, rest } = reduce(b, x, rounder);
  const tail = b.sub(b.mul(b.mul(rest, rest), polynomial(b, rest, TABLES[type].exp)), low);
  return { n, sum, exponential: b.add(b.constant(type, 1), b.add(high, tail)) };
}

/** e^x as 2^n (high + low), to some 2^-57 of it; high is about 1. Of f64, for |x| below {@link EXTREME}. */
export function expInParts(b: GraphBuilder, x: Node): { readonly n: Node; readonly high: Node; readonly low: Node } {
  const { n, high, low, rest } = reduce(b, x);
  const one = b.f64(1);
  const tail = b.sub(b.mul(b.mul(rest, rest), polynomial(b, rest, TABLES.f64.exp)), low);
  const sum = b.add(one, high);
  return { n, high: sum, low: b.add(b.sub(high, b.sub(sum, one)), tail) };
}

/** 2^x; of integers exact. */
export function exp2(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const rounder = b.constant(type, scalingRounder(type));
  const inRange = withoutExtremes(b, x);
  const sum = b.add(inRange, rounder);
  const rest = b.sub(inRange, b.sub(sum, rounder));
  return scaleBySum(b, exp2OfRest(b, type, rest, null), sum);
}

/**
 * 2^(rest + low), with an error of little more than the last rounding's.
 *
 * @param rest - of a magnitude of at most 1/2
 * @param low - less than an ulp of that, or none
 */
export function exp2OfRest(b: GraphBuilder, type: FloatLane, rest: Node, low: Node | null): Node {
  // r ln 2 is r/2, which is exact, and a smaller part, which is rounded more finely than the whole would be.
  const [one, half] = [b.constant(type, 1), b.mul(rest, b.constant(type, 0.5))];
  const series = b.mul(b.mul(rest, rest), polynomial(b, rest, TABLES[type].exp2));
  const smaller = b.add(b.mul(rest, b.constant(type, Math.LN2 - 0.5)), series);
  const sum = b.add(one, half);
  const sumError = b.sub(half, b.sub(sum, one));
  const errors = low === null ? sumError : b.add(sumError, b.mul(low, b.constant(type, Math.LN2)));
  return b.add(sum, b.add(errors, smaller));
}

/**
 * A bit more than the largest arguments of hyperbolic sines and cosines that are finite. The multiple of ln 2 in it is the
 * largest exponent and 1.
 */
export const HYPERBOLIC_LIMIT: Readonly<Record<FloatLane, number>> = { f32: 89.6, f64: 710.6 };

/** From where to where e^x - 1 is neither -1 nor infinite, and a bit more. */
const EXPM1_RANGE: Readonly<Record<FloatLane, readonly [number, number]>> = { f32: [-20, 89], f64: [-40, 710] };

/** e^x - 1. */
export function expm1(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const half = halfOfExpm1(b, type, x);
  // Also for the sign of zeros.
  const isSmall = b.lt(b.abs(x), b.constant(type, FLOAT_FORMATS[type].tiny * 2 ** 64));
  const [lowest, largest] = EXPM1_RANGE[type];
  const isAbove = b.gt(x, b.constant(type, largest));
  const isBelow = b.lt(x, b.constant(type, lowest));
  const above = b.select(isAbove, b.constant(type, Infinity), b.select(isSmall, x, b.add(half, half)));
  return b.select(isBelow, b.constant(type, -1), above);
}

/** Half of e^x - 1, for x within {@link EXPM1_RANGE}; of subnormal numbers not accurate. */
function halfOfExpm1(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { rounder, bias } = FLOAT_FORMATS[type];
  const { n, high, low, rest } = reduce(b, x);
  const square = b.mul(rest, rest);
  const cubic = b.mul(b.mul(square, rest), polynomial(b, rest, TABLES[type].expm1));
  const tail = b.sub(b.add(b.mul(square, b.constant(type, 0.5)), cubic), low);
  // What rounding has done to the rest matters in its square as well, where much of the sum cancels out.
  const restError = b.mul(rest, b.sub(b.sub(high, rest), low));
  const scale = powerOfTwo(b, b.add(n, b.constant(type, rounder + bias - 1)));
  // (scale - 1/2) + scale · high + scale · tail, where only the last product is rounded; each sum's error is known
  // exactly, since its first number is the larger one.
  const minusHalf = b.constant(type, -0.5);
  const first = b.add(scale, minusHalf);
  const firstError = b.add(b.sub(scale, first), minusHalf);
  const scaledHigh = b.mul(scale, high);
  const sum = b.add(first, scaledHigh);
  const sumError = b.sub(scaledHigh, b.sub(sum, first));
  return b.add(sum, b.add(b.add(sumError, firstError), b.mul(scale, b.add(tail, restError))));
}

interface ReducedExponential {
  /** A float that is an integer. */
  readonly n: Node;
  /** n + rounder. */
  readonly sum: Node;
  /** x - n · ln2High, exactly. */
  readonly high: Node;
  /** n · ln2Low. */
  readonly low: Node;
  /** high - low, rounded. */
  readonly rest: Node;
}

/** x is n · ln 2 + rest. */
function reduce(
  b: GraphBuilder,
  x: Node,
  rounder: number = FLOAT_FORMATS[x.type as FloatLane].rounder,
): ReducedExponential {
  const type = x.type as FloatLane;
  const { ln2High, ln2Low } = TABLES[type];
  const sum = b.add(b.mul(x, b.constant(type, Math.LOG2E)), b.constant(type, rounder));
  const n = b.sub(sum, b.constant(type, rounder));
  const high = b.sub(x, b.mul(n, b.constant(type, ln2High)));
  const low = b.mul(n, b.constant(type, ln2Low));
  return { n, sum, high, low, rest: b.sub(high, low) };
}

function polynomial(b: GraphBuilder, x: Node, coefficients: readonly number[]): Node {
  return coefficients.length > 8 ? estrin(b, x, coefficients) : horner(b, x, coefficients);
}

/** The argument; beyond {@link EXTREME} the nearest one, which scaling makes 0 or infinity of. A NaN stays. */
function withoutExtremes(b: GraphBuilder, x: Node): Node {
  const limit = EXTREME[x.type as FloatLane];
  const [least, most] = [b.constant(x.type, -limit), b.constant(x.type, limit)];
  const above = b.select(b.lt(x, least), least, x);
  return b.select(b.lt(most, above), most, above);
}
