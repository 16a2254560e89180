/**
 * fmod, remainder and floor_divide of floats. Remainders are exact, for any two numbers.
 *
 * What is left of x after the nearest integer multiple q of y is a number of y's own steps, and so a float. It is computed
 * without rounding if q has few bits: y is two halves, whose products with q are exact, and so is each difference.
 *
 * Where q would have more bits, rounds of a loop come first: y times a power of two for y, so that q has as many bits as it
 * may. Each round takes as many binary digits off the quotient; there are up to 2100 of them in f64, 280 in f32.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { bitPattern, FLOAT_FORMATS, truncateBits } from "./float-bits.ts";

interface Limits {
  /**
   * Bits of a quotient: those of half a significand, less one. What is left of x is at most about y/2, and with q times
   * the lower half of y less than y: no bit of the difference is lost.
   */
  readonly quotientBits: number;
  /** Of y's significand, in the lower half. */
  readonly lowerBits: number;
  /** More than there can be: each takes off at least two bits less than quotients have. */
  readonly roundsMax: number;
}

const LIMITS: Readonly<Record<FloatLane, Limits>> = {
  f64: { quotientBits: 25, lowerBits: 26, roundsMax: 100 },
  f32: { quotientBits: 10, lowerBits: 12, roundsMax: 40 },
};

/**
 * x less the integer multiple of y that leaves the least number that isn't negative.
 *
 * @param x - from y up to `2^quotientBits · y`, positive; of a smaller one nothing is said
 */
function leftOf(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const constant = (value: number): Node => b.constant(type, value);
  // The nearest multiple may be above the largest number.
  const isLarge = b.lt(constant(1), y);
  const scale = b.select(isLarge, constant(0.25), constant(1));
  const [dividend, divisor] = [b.mul(x, scale), b.mul(y, scale)];
  const quotient = b.nearest(b.div(dividend, divisor));
  const upper = truncateBits(b, divisor, LIMITS[type].lowerBits);
  const left = b.sub(b.sub(dividend, b.mul(quotient, upper)), b.mul(quotient, b.sub(divisor, upper)));
  const positive = b.select(b.lt(left, constant(0)), b.add(left, divisor), left);
  return b.mul(positive, b.select(isLarge, constant(4), constant(1)));
}

/**
 * One round: x less a multiple of y that makes it smaller by some binary digits.
 *
 * @param x - from `2^quotientBits · y` on, y positive
 */
function shortened(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const { bias, fractionBits, tiny } = FLOAT_FORMATS[type];
  const { quotientBits } = LIMITS[type];
  const constant = (value: number): Node => b.constant(type, value);
  // Small numbers are scaled, so that what follows has an exponent of its own.
  const up = 2 ** (4 * quotientBits);
  const isSmall = b.lt(x, constant(tiny * up));
  const scaled = b.select(isSmall, b.mul(x, constant(up)), x);
  const normal = b.select(b.lt(y, constant(tiny)), b.mul(y, constant(2 ** (fractionBits + 2))), y);
  const significand = b.and(b.reinterpret(normal), bitPattern(b, type, (1n << BigInt(fractionBits)) - 1n));
  const exponent = b.and(b.reinterpret(scaled), bitPattern(b, type, BigInt(2 * bias + 1) << BigInt(fractionBits)));
  const lower = bitPattern(b, type, BigInt(quotientBits - 1) << BigInt(fractionBits));
  const multiple = b.reinterpret(b.or(b.sub(exponent, lower), significand));
  const left = leftOf(b, type, scaled, multiple);
  return b.select(isSmall, b.mul(left, constant(1 / up)), left);
}

/** What is left of x after division by y, toward zero: with the sign of x. NaN for an infinite x, and for y of 0. */
export function fmod(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  const { quotientBits, roundsMax } = LIMITS[type];
  const divisor = b.abs(y);
  const zero = b.constant(type, 0);
  const beyond = b.constant(type, 2 ** quotientBits);
  // An infinite x becomes NaN in a round. The divisor is carried so that what is made of it is not computed without need.
  const [dividend] = b.loop([b.abs(x), divisor], roundsMax, ([rest, carried]) => ({
    condition: b.and(b.le(b.mul(carried!, beyond), rest!), b.lt(zero, carried!)),
    next: [shortened(b, type, rest!, carried!), carried!],
  }));
  // Less than the divisor it is the result, also where that is infinite.
  const isResult = b.lt(dividend!, divisor);
  return b.copysign(b.select(isResult, dividend!, leftOf(b, type, dividend!, divisor)), x);
}

interface Division {
  readonly quotient: Node;
  readonly rest: Node;
}

/**
 * Division toward negative infinity, as NumPy has it: the quotient is made of the exact remainder, and rounded where it is
 * no float.
 */
function divideFloor(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Division {
  const zero = b.constant(type, 0);
  const one = b.constant(type, 1);
  const left = fmod(b, type, x, y);
  const exact = b.div(b.sub(x, left), y);
  const isWhole = b.eq(left, zero);
  const isOther = b.xor(b.lt(y, zero), b.lt(left, zero));
  const isMoved = b.and(b.not(isWhole), isOther);
  const rest = b.select(isWhole, b.copysign(zero, y), b.select(isMoved, b.add(left, y), left));
  const quotient = b.select(isMoved, b.sub(exact, one), exact);
  const floor = b.floor(quotient);
  const rounded = b.select(b.gt(b.sub(quotient, floor), b.constant(type, 0.5)), b.add(floor, one), floor);
  const plain = b.div(x, y);
  const isZero = b.eq(quotient, zero);
  const byZero = b.eq(y, zero);
  return {
    quotient: b.select(byZero, plain, b.select(isZero, b.copysign(zero, plain), rounded)),
    rest: b.select(byZero, left, rest),
  };
}

/** What is left of x after {@link floorDivide}: with the sign of y. NaN for an infinite x, and for y of 0. */
export function remainder(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  return divideFloor(b, type, x, y).rest;
}

/** The largest integer that isn't above x / y. By zero it is x / y. */
export function floorDivide(b: GraphBuilder, type: FloatLane, x: Node, y: Node): Node {
  return divideFloor(b, type, x, y).quotient;
}
