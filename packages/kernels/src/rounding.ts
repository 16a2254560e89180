/**
 * How a float64 becomes an integer: to the nearest, ties to even, and the nearest that the type holds beyond its range.
 *
 * Source: NumPy `rint`; IEEE 754-2019, 4.3.1 (roundTiesToEven).
 *
 * @module
 */

/** In float64, numbers around this one are 1 apart: adding it rounds to an integer, subtracting it again is exact. */
const ROUNDER: number = 1.5 * 2 ** 52;

/** The numbers from here on are integers. */
const INTEGERS_FROM: number = 2 ** 52;

/**
 * Rounds to an integer type of up to 32 bits; NaN stays NaN, which integer arrays store as 0.
 *
 * @param min - and `max`: integers with a magnitude of at most 2^32
 */
export function saturate(value: number, min: number, max: number): number {
  const clamped = value < min ? min : value > max ? max : value;
  return clamped + ROUNDER - ROUNDER;
}

/** Rounds to a 64-bit integer type; NaN to 0. */
export function saturateBigInt(value: number, min: bigint, max: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  // Number(max) is rounded up to the power of two, which is out of range as all above it is.
  if (value >= Number(max)) return max;
  if (value <= Number(min)) return min;
  return BigInt(roundTiesToEven(value));
}

function roundTiesToEven(value: number): number {
  if (Math.abs(value) >= INTEGERS_FROM) return value;
  return value < 0 ? value - INTEGERS_FROM + INTEGERS_FROM : value + INTEGERS_FROM - INTEGERS_FROM;
}

export const INT64_MIN: bigint = -(2n ** 63n);
export const INT64_MAX: bigint = 2n ** 63n - 1n;
export const UINT64_MAX: bigint = 2n ** 64n - 1n;
