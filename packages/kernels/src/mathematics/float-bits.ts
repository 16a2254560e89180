/**
 * Exponents and bits of floats: how to scale by powers of two, and how to take numbers apart.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane, IntegerLane } from "../graph/operations.ts";

export interface FloatFormat {
  /** The integer of as many bits. */
  readonly integer: IntegerLane;
  /** Bits after the leading one, the lowest of a float; the exponent's follow. */
  readonly fractionBits: number;
  readonly bias: number;
  /** The least number of full precision. */
  readonly tiny: number;
  /** 1.5 · 2^fractionBits: adding it to a number rounds that to an integer, which then is in the sum's low bits. */
  readonly rounder: number;
}

export const FLOAT_FORMATS: Readonly<Record<FloatLane, FloatFormat>> = {
  f32: { integer: "i32", fractionBits: 23, bias: 127, tiny: 2 ** -126, rounder: 1.5 * 2 ** 23 },
  f64: { integer: "i64", fractionBits: 52, bias: 1023, tiny: 2 ** -1022, rounder: 1.5 * 2 ** 52 },
};

/** A constant of the integer type of as many bits as a float. */
export function bitPattern(b: GraphBuilder, type: FloatLane, value: bigint): Node {
  return type === "f32" ? b.i32(Number(BigInt.asIntN(32, value))) : b.i64(BigInt.asIntN(64, value));
}

const words = new DataView(new ArrayBuffer(8));

/** The bits of a float, as an unsigned integer. */
export function bitsOfFloat(type: FloatLane, value: number): bigint {
  if (type === "f32") {
    words.setFloat32(0, value);
    return BigInt(words.getUint32(0));
  }
  words.setFloat64(0, value);
  return words.getBigUint64(0);
}

/**
 * Makes 2^n.
 *
 * @param sum - n + bias + {@link FloatFormat.rounder}, with n + bias from 0 on; 0 gives 0
 */
export function powerOfTwo(b: GraphBuilder, sum: Node): Node {
  const type = sum.type as FloatLane;
  const { fractionBits } = FLOAT_FORMATS[type];
  return b.reinterpret(b.shl(b.reinterpret(sum), bitPattern(b, type, BigInt(fractionBits))));
}

/**
 * `x` · 2^n, rounded once, for any result from 0 to infinity.
 *
 * In two steps, of which the first is exact where |n| is less than twice the largest exponent and x is about 1.
 *
 * @param n - a float that is an integer
 */
export function scaleByPowerOfTwo(b: GraphBuilder, x: Node, n: Node): Node {
  const type = n.type as FloatLane;
  return scaleBySum(b, x, b.add(n, b.constant(type, scalingRounder(type))));
}

/** What is added to a number to round it to n, for {@link scaleBySum}: it gives room for two biases. */
export function scalingRounder(type: FloatLane): number {
  const { rounder, bias } = FLOAT_FORMATS[type];
  return rounder + 2 * bias;
}

/** The same. @param sum - n + {@link scalingRounder} */
export function scaleBySum(b: GraphBuilder, x: Node, sum: Node): Node {
  const type = sum.type as FloatLane;
  const power = (biased: Node): Node =>
    b.reinterpret(b.shl(biased, bitPattern(b, type, BigInt(FLOAT_FORMATS[type].fractionBits))));
  // Half of both, and what is left: each has one bias. Shifting moves no other bits to where exponents are.
  const both = b.reinterpret(sum);
  const half = b.shrU(both, bitPattern(b, type, 1n));
  return b.mul(b.mul(x, power(half)), power(b.sub(both, half)));
}

/**
 * Clears low bits, so that a product with another number of few bits is exact.
 *
 * @param cleared - how many bits
 */
export function truncateBits(b: GraphBuilder, x: Node, cleared: number): Node {
  const type = x.type as FloatLane;
  return b.reinterpret(b.and(b.reinterpret(x), bitPattern(b, type, -(1n << BigInt(cleared)))));
}

/** A number of about 1, and the exponent that goes with it. */
export interface Significand {
  /** From sqrt(1/2) up to sqrt(2). */
  readonly significand: Node;
  /** A float. */
  readonly exponent: Node;
}

/**
 * Takes a positive finite number apart: `x` is significand · 2^exponent. Of zeros, negative numbers, infinities and NaNs
 * something comes out.
 *
 * @param isNormal - whether x is known to have full precision, which saves the steps for what has less
 */
export function takeApart(b: GraphBuilder, x: Node, isNormal: boolean): Significand {
  const type = x.type as FloatLane;
  const { bias, fractionBits, tiny } = FLOAT_FORMATS[type];
  const extra = fractionBits + 2;
  const isSubnormal = b.lt(x, b.constant(type, tiny));
  const number = isNormal ? x : b.select(isSubnormal, b.mul(x, b.constant(type, 2 ** extra)), x);
  // Moved so that the exponent's bits change at sqrt(1/2).
  const lowest = bitsOfFloat(type, Math.SQRT1_2);
  const one = bitsOfFloat(type, 1);
  const moved = b.add(b.reinterpret(number), bitPattern(b, type, one - lowest));
  const fraction = b.and(moved, bitPattern(b, type, (1n << BigInt(fractionBits)) - 1n));
  const biased = b.shrU(moved, bitPattern(b, type, BigInt(fractionBits)));
  // An integer behind the exponent of 2^52 is a number by itself; of 32 bits there is a conversion.
  const offset = type === "f32" ? bias : bias + 2 ** 52;
  const converted =
    type === "f32" ? b.convertS(biased, type) : b.reinterpret(b.or(biased, b.i64(bitsOfFloat(type, 2 ** 52))));
  const offsetNode = isNormal
    ? b.constant(type, offset)
    : b.select(isSubnormal, b.constant(type, offset + extra), b.constant(type, offset));
  return {
    significand: b.reinterpret(b.add(fraction, bitPattern(b, type, lowest))),
    exponent: b.sub(converted, offsetNode),
  };
}
