/**
 * Numbers of float16 by operations on bits: there are no lanes of 16-bit floats.
 *
 * Between operations a number of float16 is in an f32, which has each of them. What a function computes there is rounded
 * once, to nearest, ties to even.
 *
 * Source: IEEE 754-2019, binary16: 11 bits of significand, exponents from -14 to 15.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";

const EXPONENT_MIN = -14;
/** Numbers from here on, once rounded, are infinite. */
const END: number = 2 ** 16;

const SIGN = 0x8000;
const INFINITY_BITS = 0x7c00;
const NAN_BITS = 0x7e00;
/** Bits of binary32's significand that binary16 hasn't. */
const MORE_BITS = 13;
/** What the exponents of binary32 and binary16 are apart, for the same bits. */
const BIAS_APART = 112;

const F32_INFINITY_BITS = 0x7f80_0000;
const F64_INFINITY_BITS = 0x7ff0_0000_0000_0000n;

/** The number that the low 16 bits of an i32, the others being 0, stand for. */
export function decodeHalf(b: GraphBuilder, bits: Node): Node {
  const magnitude = b.shl(b.and(bits, b.i32(SIGN - 1)), b.i32(MORE_BITS));
  // As an f32 this is smaller by a power of two. Multiplying is exact, also for subnormal numbers.
  const number = b.mul(b.reinterpret(magnitude), b.f32(2 ** BIAS_APART));
  const special = b.reinterpret(b.or(magnitude, b.i32(F32_INFINITY_BITS)));
  const isSpecial = b.geS(magnitude, b.i32(INFINITY_BITS << MORE_BITS));
  const sign = b.shl(b.and(bits, b.i32(SIGN)), b.i32(16));
  return b.copysign(b.select(isSpecial, special, number), b.reinterpret(sign));
}

/** The bits of a number of float16. */
export function encodeHalf(b: GraphBuilder, number: Node): Node {
  const bits = b.reinterpret(number);
  const magnitude = b.abs(number);
  const scaled = b.shrU(b.reinterpret(b.mul(magnitude, b.f32(2 ** -BIAS_APART))), b.i32(MORE_BITS));
  const sign = b.and(b.shrU(bits, b.i32(16)), b.i32(SIGN));
  const signed = b.or(b.select(b.lt(magnitude, b.f32(END)), scaled, b.i32(INFINITY_BITS)), sign);
  // Of a NaN, not even the sign is the same on all machines.
  return b.select(b.eq(number, number), signed, b.i32(NAN_BITS));
}

/**
 * Rounds an f32 or f64 to float16, as an f32.
 *
 * Added to a power of two so much larger that only the bits which float16 has are left, a number is rounded by the
 * addition itself: to nearest, ties to even.
 */
export function roundToHalf(b: GraphBuilder, number: Node): Node {
  const isF32 = number.type === "f32";
  const float = (value: number): Node => b.constant(number.type, value);
  const magnitude = b.abs(number);
  const power = isF32
    ? b.reinterpret(b.and(b.reinterpret(number), b.i32(F32_INFINITY_BITS)))
    : b.reinterpret(b.and(b.reinterpret(number), b.i64(F64_INFINITY_BITS)));
  const exponent = b.min(b.max(power, float(2 ** EXPONENT_MIN)), float(END));
  const larger = b.mul(exponent, float(isF32 ? 2 ** MORE_BITS : 2 ** 42));
  const rounded = b.sub(b.add(magnitude, larger), larger);
  const limited = b.select(b.ge(rounded, float(END)), float(Infinity), rounded);
  const signed = b.copysign(limited, number);
  return isF32 ? signed : b.demote(signed);
}
