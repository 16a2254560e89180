/**
 * What the operations on integers and bools do, lane by lane.
 *
 * The arrays take what is stored in them modulo 2^32 or 2^64, and give it back signed. 64-bit results are brought to
 * their range by `BigInt.asIntN` all the same: engines compute in 64 bits where they see it.
 *
 * Each loop has a text of its own: an engine keeps with the text what it knows of the arrays and of the operation.
 *
 * @module
 */
import type { BinaryLanes, UnaryLanes } from "./float-lanes.ts";
import type { LanesOf } from "./lanes.ts";
import type { BoolBinary, IntegerBinary, IntegerComparison } from "./operations.ts";

type Bool = LanesOf["bool"];
type I32 = LanesOf["i32"];
type I64 = LanesOf["i64"];

/** The bits of a shift's count that say something. */
const I64_SHIFT_MASK = 63n;

const unsigned = (x: bigint): bigint => BigInt.asUintN(64, x);

/**
 * A quotient `a / b` of 32-bit integers is an integer, or differs from one by at least `1 / b`. Float64 rounds it by less
 * than `2^-20 / b`, and so never onto an integer: what `| 0` leaves is the true quotient's integer part. It takes the
 * infinities and the NaN of a division by zero to 0.
 */
export const I32_BINARY: Readonly<Record<IntegerBinary, BinaryLanes<I32>>> = {
  add: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = (a[i]! + b[i]!) | 0;
  },
  sub: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = (a[i]! - b[i]!) | 0;
  },
  mul: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = Math.imul(a[i]!, b[i]!);
  },
  div_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = (a[i]! / b[i]!) | 0;
  },
  div_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = ((a[i]! >>> 0) / (b[i]! >>> 0)) | 0;
  },
  rem_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = (a[i]! % b[i]!) | 0;
  },
  rem_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = ((a[i]! >>> 0) % (b[i]! >>> 0)) | 0;
  },
  and: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! & b[i]!;
  },
  or: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! | b[i]!;
  },
  xor: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! ^ b[i]!;
  },
  shl: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! << b[i]!;
  },
  shr_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >> b[i]!;
  },
  shr_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >>> b[i]!;
  },
};

export const I64_BINARY: Readonly<Record<IntegerBinary, BinaryLanes<I64>>> = {
  add: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = BigInt.asIntN(64, a[i]! + b[i]!);
  },
  sub: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = BigInt.asIntN(64, a[i]! - b[i]!);
  },
  mul: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = BigInt.asIntN(64, a[i]! * b[i]!);
  },
  div_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = b[i] === 0n ? 0n : BigInt.asIntN(64, a[i]! / b[i]!);
  },
  div_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = b[i] === 0n ? 0n : BigInt.asIntN(64, unsigned(a[i]!) / unsigned(b[i]!));
  },
  rem_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = b[i] === 0n ? 0n : a[i]! % b[i]!;
  },
  rem_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = b[i] === 0n ? 0n : BigInt.asIntN(64, unsigned(a[i]!) % unsigned(b[i]!));
  },
  and: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! & b[i]!;
  },
  or: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! | b[i]!;
  },
  xor: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! ^ b[i]!;
  },
  shl: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = BigInt.asIntN(64, a[i]! << (b[i]! & I64_SHIFT_MASK));
  },
  shr_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >> (b[i]! & I64_SHIFT_MASK);
  },
  shr_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = BigInt.asIntN(64, unsigned(a[i]!) >> (b[i]! & I64_SHIFT_MASK));
  },
};

export const I32_COMPARISON: Readonly<Record<IntegerComparison, BinaryLanes<I32, Bool>>> = {
  eq: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 1 : 0;
  },
  ne: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 0 : 1;
  },
  lt_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! < b[i]! ? 1 : 0;
  },
  lt_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >>> 0 < b[i]! >>> 0 ? 1 : 0;
  },
  le_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  le_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >>> 0 <= b[i]! >>> 0 ? 1 : 0;
  },
  gt_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! > b[i]! ? 1 : 0;
  },
  gt_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >>> 0 > b[i]! >>> 0 ? 1 : 0;
  },
  ge_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >= b[i]! ? 1 : 0;
  },
  ge_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >>> 0 >= b[i]! >>> 0 ? 1 : 0;
  },
};

export const I64_COMPARISON: Readonly<Record<IntegerComparison, BinaryLanes<I64, Bool>>> = {
  eq: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 1 : 0;
  },
  ne: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! === b[i]! ? 0 : 1;
  },
  lt_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! < b[i]! ? 1 : 0;
  },
  lt_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = unsigned(a[i]!) < unsigned(b[i]!) ? 1 : 0;
  },
  le_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! <= b[i]! ? 1 : 0;
  },
  le_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = unsigned(a[i]!) <= unsigned(b[i]!) ? 1 : 0;
  },
  gt_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! > b[i]! ? 1 : 0;
  },
  gt_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = unsigned(a[i]!) > unsigned(b[i]!) ? 1 : 0;
  },
  ge_s: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! >= b[i]! ? 1 : 0;
  },
  ge_u: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = unsigned(a[i]!) >= unsigned(b[i]!) ? 1 : 0;
  },
};

export const BOOL_BINARY_LANES: Readonly<Record<BoolBinary, BinaryLanes<Bool>>> = {
  and: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! & b[i]!;
  },
  or: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! | b[i]!;
  },
  xor: (target, a, b, count) => {
    for (let i = 0; i < count; i++) target[i] = a[i]! ^ b[i]!;
  },
};

export const BOOL_NOT: UnaryLanes<Bool> = (target, a, count) => {
  for (let i = 0; i < count; i++) target[i] = a[i]! ^ 1;
};
