/**
 * log, log2, log10 and log1p.
 *
 * A number is 2^k (1 + f) with 1 + f from sqrt(1/2) up to sqrt(2). With s = f / (2 + f), log(1 + f) is
 * 2 (s + s^3/3 + s^5/5 + ...), and since 2 s is f - s f, it is f - s (f - R) with R = 2 (s^2/3 + s^4/5 + ...): most of the
 * result is f, which is exact. The same is f - (h - s (h + R)) with h = f^2/2, one operation more and more accurate. R is a polynomial in s^2 of least largest error (Remez's exchange in 60 digits, then
 * rounded): 2^-59.5 and 2^-30.2 of the logarithm.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { horner } from "./expansion.ts";
import { takeApart, truncateBits } from "./float-bits.ts";

interface LogarithmTable {
  /** R / s^2. */
  readonly series: readonly number[];
  /** ln 2 and log10 2 with few enough bits that a multiple by an exponent is exact; and what is missing. */
  readonly ln2: readonly [number, number];
  readonly log10Of2: readonly [number, number];
  /** Bits to clear so that half of a number's are left. */
  readonly halfBits: number;
  /** 1 / ln 2 and 1 / ln 10 with half as many bits as numbers have; and what is missing. */
  readonly log2OfE: readonly [number, number];
  readonly log10OfE: readonly [number, number];
}

const TABLES: Readonly<Record<FloatLane, LogarithmTable>> = {
  f32: {
    series: [0.6666677594184875, 0.3997744917869568, 0.29874417185783386],
    ln2: [0.693115234375, 3.194618329871446e-5],
    log10Of2: [0.301025390625, 4.605039066518657e-6],
    halfBits: 12,
    log2OfE: [1.4423828125, 0.00031222838896340733],
    log10OfE: [0.4342041015625, 9.038034075182765e-5],
  },
  f64: {
    series: [
      0.6666666666666735, 0.39999999999407493, 0.28571428744140764, 0.222221983785379, 0.18183575162446838,
      0.1531375583613204, 0.14799065343152754,
    ],
    ln2: [0.6931471805582987, 1.6465949582897082e-12],
    log10Of2: [0.30102999566224753, 1.7336659603752853e-12],
    halfBits: 27,
    log2OfE: [1.4426950216293335, 1.9259629911266175e-8],
    log10OfE: [0.4342944771051407, 4.798111141615973e-9],
  },
};

/** The natural logarithm. */
export function log(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { exponent, f, smaller } = reduce(b, x, false);
  const [high, low] = TABLES[type].ln2;
  const rest = b.sub(f, b.sub(smaller, b.mul(exponent, b.constant(type, low))));
  return withExtremes(b, x, x, b.add(b.mul(exponent, b.constant(type, high)), rest));
}

/** The logarithm to base 2; of powers of two exact. */
export function log2(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const reduced = reduce(b, x, false);
  return withExtremes(b, x, x, inBase(b, TABLES[type].log2OfE, reduced.exponent, null, reduced));
}

/** The logarithm to base 10; of powers of ten exact. */
export function log10(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { log10Of2, log10OfE } = TABLES[type];
  const reduced = reduce(b, x, false);
  const high = b.mul(reduced.exponent, b.constant(type, log10Of2[0]));
  const low = b.mul(reduced.exponent, b.constant(type, log10Of2[1]));
  return withExtremes(b, x, x, inBase(b, log10OfE, high, low, reduced));
}

/** The logarithm of 1 + x. */
export function log1p(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const result = log1pOfSum(b, type, x, null);
  // Also for the sign of zeros.
  return b.select(b.lt(b.abs(x), b.constant(type, type === "f32" ? 2 ** -30 : 2 ** -60)), x, result);
}

/**
 * The logarithm of 1 + x + low: of positive numbers, and of 0 and infinity.
 *
 * @param low - small beside x, or none
 */
export function log1pOfSum(b: GraphBuilder, type: FloatLane, x: Node, low: Node | null): Node {
  const one = b.constant(type, 1);
  const sum = b.add(one, x);
  // The sum's error, exactly. Source: D. E. Knuth, "The Art of Computer Programming" 2, 4.2.2.
  const taken = b.sub(sum, one);
  const error = b.add(b.sub(one, b.sub(sum, taken)), b.sub(x, taken));
  const correction = b.div(low === null ? error : b.add(error, low), sum);
  const { exponent, f, smaller } = reduce(b, sum, true);
  const [ln2High, ln2Low] = TABLES[type].ln2;
  const lows = b.add(b.mul(exponent, b.constant(type, ln2Low)), correction);
  const rest = b.sub(f, b.sub(smaller, lows));
  return withExtremes(b, sum, x, b.add(b.mul(exponent, b.constant(type, ln2High)), rest));
}

/**
 * log(x + low) in two parts, to some 2^-56 of it or of 1/2, whichever is less. Of f64.
 *
 * @param x - positive, finite, of full precision
 * @param low - less than an ulp of it
 */
export function logInParts(b: GraphBuilder, x: Node, low: Node): { readonly high: Node; readonly low: Node } {
  const { exponent, f, smaller } = reduce(b, x, true);
  const [ln2High, ln2Low] = TABLES.f64.ln2;
  const lows = b.add(b.mul(exponent, b.f64(ln2Low)), b.div(low, x));
  // The multiple is the larger one, or 0.
  const multiple = b.mul(exponent, b.f64(ln2High));
  const high = b.add(multiple, f);
  return { high, low: b.add(b.sub(f, b.sub(high, multiple)), b.sub(lows, smaller)) };
}

interface ReducedLogarithm {
  readonly exponent: Node;
  readonly f: Node;
  /** log(1 + f) is f less this. */
  readonly smaller: Node;
  /** The same, more accurately. */
  readonly smallerFinely: Node;
}

function reduce(b: GraphBuilder, x: Node, isNormal: boolean): ReducedLogarithm {
  const type = x.type as FloatLane;
  const { exponent, significand } = takeApart(b, x, isNormal);
  const f = b.sub(significand, b.constant(type, 1));
  const s = b.div(f, b.add(f, b.constant(type, 2)));
  const square = b.mul(s, s);
  const series = b.mul(square, horner(b, square, TABLES[type].series));
  const h = b.mul(b.mul(f, f), b.constant(type, 0.5));
  return {
    exponent,
    f,
    smaller: b.mul(s, b.sub(f, series)),
    smallerFinely: b.sub(h, b.mul(s, b.add(h, series))),
  };
}

/**
 * high + low + log(1 + f) in another base. log(1 + f) is split into a part whose product with the base's factor is exact,
 * and the rest.
 *
 * @param factor - in two parts
 */
function inBase(
  b: GraphBuilder,
  factor: readonly [number, number],
  high: Node,
  low: Node | null,
  { f, smallerFinely: smaller }: ReducedLogarithm,
): Node {
  const type = f.type as FloatLane;
  const natural = truncateBits(b, b.sub(f, smaller), TABLES[type].halfBits);
  const naturalRest = b.sub(b.sub(f, natural), smaller);
  const [factorHigh, factorLow] = factor.map((part) => b.constant(type, part)) as [Node, Node];
  const main = b.mul(natural, factorHigh);
  const whole = b.constant(type, factor[0] + factor[1]);
  const rest = b.add(b.mul(naturalRest, whole), b.mul(natural, factorLow));
  // `high` is 0 or the larger one, so that the sum's error is known exactly.
  const sum = b.add(high, main);
  const sumError = b.add(b.sub(high, sum), main);
  const lows = b.add(sumError, low === null ? rest : b.add(rest, low));
  return b.add(sum, lows);
}

/**
 * The logarithms of what is not positive and finite.
 *
 * @param x - whose logarithm it is
 * @param infinity - what is infinite or NaN where x is
 */
function withExtremes(b: GraphBuilder, x: Node, infinity: Node, result: Node): Node {
  const type = x.type as FloatLane;
  const zero = b.constant(type, 0);
  const isFinite = b.lt(x, b.constant(type, Infinity));
  const ofNone = b.select(b.eq(x, zero), b.constant(type, -Infinity), b.constant(type, Number.NaN));
  return b.select(b.gt(x, zero), b.select(isFinite, result, infinity), ofNone);
}
