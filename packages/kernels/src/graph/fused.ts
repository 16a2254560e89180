/**
 * `a * b + c`, rounded once: what a fused multiply-add gives, in JavaScript, which has none.
 *
 * Sources: IEEE 754-2019, 5.4.1 (fusedMultiplyAdd); S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded
 * sums: proved algorithms using rounding to odd" (2008).
 *
 * @module
 */
import type { LanesOf } from "./lanes.ts";

/** @param count - lanes */
export type FusedLanes<L> = (target: L, a: L, b: L, c: L, count: number) => void;

export const F32_FUSED: FusedLanes<LanesOf["f32"]> = (target, a, b, c, count) => {
  for (let i = 0; i < count; i++) target[i] = fusedF32(a[i]!, b[i]!, c[i]!);
};

export const F64_FUSED: FusedLanes<LanesOf["f64"]> = (target, a, b, c, count) => {
  for (let i = 0; i < count; i++) target[i] = fusedF64(a[i]!, b[i]!, c[i]!);
};

const f64 = new Float64Array(1);
const bits: BigUint64Array<ArrayBuffer> = new BigUint64Array(f64.buffer);

/**
 * The product of two numbers of binary32 is exact in binary64. The sum is rounded there to odd: if it isn't exact, to
 * that neighbour whose last bit is 1. Rounding this to binary32, by more than two bits shorter, is as rounding the sum.
 */
function fusedF32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  if (!Number.isFinite(sum)) return Math.fround(sum);
  // What the rounding of the sum took away, exactly. Source: Knuth's TwoSum.
  const added = sum - product;
  const error = product - (sum - added) + (c - added);
  if (error === 0) return Math.fround(sum);
  f64[0] = sum;
  if ((bits[0]! & 1n) === 0n) bits[0] = bits[0]! + (error > 0 === sum > 0 ? 1n : -1n);
  return Math.fround(f64[0]);
}

/** Bits of binary64's significand, and the exponent of its least number. */
const SIGNIFICAND_BITS = 53;
const EXPONENT_MIN = -1074;

/** In exact integers: slow. */
function fusedF64(a: number, b: number, c: number): number {
  // With no product to round, or none that is a number, two operations do. An infinite sum of a product that is not
  // infinite itself is none of its rounding.
  if (!Number.isFinite(a) || !Number.isFinite(b) || a === 0 || b === 0) return a * b + c;
  if (!Number.isFinite(c)) return c;
  const [x, y, z] = [parts(a), parts(b), parts(c)];
  const exponent = Math.min(x.exponent + y.exponent, z.exponent);
  const sum =
    ((x.significand * y.significand) << BigInt(x.exponent + y.exponent - exponent)) +
    (z.significand << BigInt(z.exponent - exponent));
  return rounded(sum, exponent);
}

/** `significand * 2^exponent` */
interface Parts {
  readonly significand: bigint;
  readonly exponent: number;
}

function parts(x: number): Parts {
  f64[0] = x;
  const biased = Number((bits[0]! >> 52n) & 0x7ffn);
  const fraction = bits[0]! & 0xf_ffff_ffff_ffffn;
  const magnitude = biased === 0 ? fraction : fraction | 0x10_0000_0000_0000n;
  return { significand: x < 0 ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** The number of binary64 next to `integer * 2^exponent`, ties to even. Of no number at all it is +0. */
function rounded(integer: bigint, exponent: number): number {
  const magnitude = integer < 0n ? -integer : integer;
  const length = magnitude.toString(2).length;
  const kept = Math.max(exponent + length - SIGNIFICAND_BITS, EXPONENT_MIN);
  const dropped = kept - exponent;
  // Of at most 53 bits either way, so that neither step rounds; too large a power of two is infinite.
  const significand = dropped > 0 ? shiftedToEven(magnitude, BigInt(dropped)) : magnitude;
  const result = Number(significand) * 2 ** (dropped > 0 ? kept : exponent);
  return integer < 0n ? -result : result;
}

/** Drops bits of an integer; what is left is rounded to nearest, ties to even. */
function shiftedToEven(magnitude: bigint, dropped: bigint): bigint {
  const quotient = magnitude >> dropped;
  const rest = magnitude - (quotient << dropped);
  const half = 1n << (dropped - 1n);
  return rest > half || (rest === half && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}
