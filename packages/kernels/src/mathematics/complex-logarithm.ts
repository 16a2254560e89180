/**
 * log, log2, log10 and log1p of complex numbers, in f64: the logarithm of the magnitude, and the angle.
 *
 * The magnitude's square is known in two parts, so that its logarithm is accurate also where it is near 1.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { type ComplexNodes, isFiniteNode, isInfiniteNode } from "./complex.ts";
import { arctan2, arctan2InParts } from "./inverse-trigonometric.ts";
import { logInParts } from "./logarithm.ts";
import {
  exactSum,
  fastSum,
  type Pair,
  pairOf,
  pairProduct,
  pairSquare,
  pairSum,
  rounded,
  scaled,
  selectPair,
} from "./pairs.ts";

/** Between these, squares neither overflow nor lose bits; others are multiplied by 2^600 or its inverse. */
const SQUARES_MAX: number = 2 ** 500;
const SQUARES_MIN: number = 2 ** -400;
const SCALE_EXPONENT = 600;
/** 600 ln 2. */
const SCALE_LOGARITHM: readonly [number, number] = [415.88830833596717, 1.8355172981578424e-14];

/** A number's squared magnitude times a power of 4, and half the logarithm of that, to be added. */
interface ScaledSquare {
  readonly square: Pair;
  readonly moved: Pair;
}

function squareOf(b: GraphBuilder, re: Pair, im: Node): ScaledSquare {
  const larger = b.max(b.abs(re.high), b.abs(im));
  const isSmall = b.lt(larger, b.f64(SQUARES_MIN));
  const isLarge = b.gt(larger, b.f64(SQUARES_MAX));
  const choose = (small: number, large: number, other: number): Node =>
    b.select(isSmall, b.f64(small), b.select(isLarge, b.f64(large), b.f64(other)));
  const factor = choose(2 ** SCALE_EXPONENT, 2 ** -SCALE_EXPONENT, 1);
  const [high, low] = SCALE_LOGARITHM;
  return {
    square: pairSum(b, pairSquare(b, scaled(b, re, factor)), pairSquare(b, scaled(b, pairOf(b, im), factor))),
    moved: { high: choose(-high, high, 0), low: choose(-low, low, 0) },
  };
}

/** ln |z| of finite numbers other than 0: see {@link withExtremes}. */
export function logMagnitude(b: GraphBuilder, { re, im }: ComplexNodes): Pair {
  return logMagnitudeOf(b, pairOf(b, re), b.sub(re, b.f64(1)), im);
}

/** Up to here |z|^2 and 1 are too near to each other, where both parts of z - 1 are. */
const BESIDE_1_MAX = 0.5;

/**
 * The same. Beside 1 the magnitude's square is taken as 1 + (2 u + u^2 + y^2).
 *
 * @param re - in two parts
 * @param u - re less 1, exactly, where that is small
 */
function logMagnitudeOf(b: GraphBuilder, re: Pair, u: Node, im: Node): Pair {
  const isBeside1 = b.lt(b.max(b.abs(u), b.abs(im)), b.f64(BESIDE_1_MAX));
  const { square, moved } = squareOf(b, re, im);
  const squares = pairSum(b, pairSquare(b, pairOf(b, u)), pairSquare(b, pairOf(b, im)));
  const beyond = pairSum(b, pairOf(b, b.add(u, u)), squares);
  const sum = fastSum(b, b.f64(1), beyond.high);
  const beside1 = { high: sum.high, low: b.add(sum.low, beyond.low) };
  return pairSum(b, moved, halfLogOf(b, selectPair(b, isBeside1, beside1, square)));
}

/** Half the logarithm of a positive number. */
function halfLogOf(b: GraphBuilder, { high, low }: Pair): Pair {
  const logarithm = logInParts(b, high, low);
  return scaled(b, fastSum(b, logarithm.high, logarithm.low), b.f64(0.5));
}

/** Minus infinity for 0; infinity where a part is infinite, also beside a NaN; else NaN for that. */
function withExtremes(b: GraphBuilder, { re, im }: ComplexNodes, logarithm: Node): Node {
  const isZero = b.eq(b.max(b.abs(re), b.abs(im)), b.f64(0));
  const isInfinite = b.or(isInfiniteNode(b, re), isInfiniteNode(b, im));
  const isFinite = b.and(isFiniteNode(b, re), isFiniteNode(b, im));
  const ofOthers = b.select(isInfinite, b.f64(Infinity), b.f64(Number.NaN));
  return b.select(isZero, b.f64(-Infinity), b.select(isFinite, logarithm, ofOthers));
}

export function complexLog(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return { re: withExtremes(b, z, rounded(b, logMagnitude(b, z))), im: arctan2(b, "f64", z.im, z.re) };
}

/** In another base, whose factor is 1 / ln base as a pair. */
function inBase(b: GraphBuilder, z: ComplexNodes, [high, low]: readonly [number, number]): ComplexNodes {
  const factor: Pair = { high: b.f64(high), low: b.f64(low) };
  const real = rounded(b, pairProduct(b, logMagnitude(b, z), factor));
  const finite = b.copysign(rounded(b, pairProduct(b, arctan2InParts(b, z.im, z.re), factor)), z.im);
  const other = b.mul(arctan2(b, "f64", z.im, z.re), factor.high);
  const isFinite = b.and(isFiniteNode(b, z.re), isFiniteNode(b, z.im));
  return { re: withExtremes(b, z, real), im: b.select(isFinite, finite, other) };
}

const LOG2_OF_E: readonly [number, number] = [Math.LOG2E, 2.0355273740931033e-17];
const LOG10_OF_E: readonly [number, number] = [Math.LOG10E, 1.098319650216765e-17];

export function complexLog2(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return inBase(b, z, LOG2_OF_E);
}

export function complexLog10(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return inBase(b, z, LOG10_OF_E);
}

export function complexLog1p(b: GraphBuilder, { re, im }: ComplexNodes): ComplexNodes {
  const sum = exactSum(b, b.f64(1), re);
  const z = { re: sum.high, im };
  const logarithm = rounded(b, logMagnitudeOf(b, sum, re, im));
  return { re: withExtremes(b, z, logarithm), im: arctan2(b, "f64", im, z.re) };
}
