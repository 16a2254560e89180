/**
 * IEEE 754 binary16, as bits and as numbers, for engines that have no `Float16Array` (Node 22).
 *
 * Source: IEEE 754-2019, 3.4 (encoding) and 4.3.1 (roundTiesToEven).
 *
 * @module
 */

/** Bits of plus infinity: what {@link encodeFloat16} gives for numbers that are too large. */
export const FLOAT16_INFINITY = 0x7c00;

/** Bits of the one NaN that is written. */
const FLOAT16_NAN = 0x7e00;

const SUBNORMAL_STEP: number = 2 ** -24;

/** Numbers from here on round to infinity: half a step above the largest, 65504. */
const FLOAT16_ROUNDS_TO_INFINITY = 65_520;

/** Gives the number that 16 bits stand for; exact. */
export function decodeFloat16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * SUBNORMAL_STEP;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Gives the 16 bits of the nearest binary16 number, ties to even; infinity beyond the range, one NaN for all.
 *
 * Rounds once, from the 53 bits of `value`: going by float32 would round twice.
 */
export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return FLOAT16_NAN;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= FLOAT16_ROUNDS_TO_INFINITY) return sign | FLOAT16_INFINITY;
  const exponent = Math.max(exponentOf(magnitude), -14);
  // Dividing by a power of two is exact, so the only rounding is this one. Where it carries into the next power of
  // two, the sum below carries into the exponent: the encoding is monotonic.
  const steps = roundTiesToEven(magnitude / 2 ** (exponent - 10));
  return sign | (((exponent + 14) << 10) + steps);
}

const float32 = new Float32Array(1);
const float32Bits: Uint32Array = new Uint32Array(float32.buffer);

/**
 * The exponent of a positive number's leading bit; some exponent below -14 for numbers below 2^-14.
 *
 * One that is within float32's rounding of the next power of two gets that one's exponent. It rounds to it anyway.
 */
function exponentOf(magnitude: number): number {
  float32[0] = magnitude;
  return ((float32Bits[0] ?? 0) >>> 23) - 127;
}

/** Of a number from 0 to 2^11. */
function roundTiesToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
