/**
 * Whether a claim is sound: the rule that the validator is held to, in exact arithmetic, with nothing of its code.
 *
 * A claim is sound if every byte of every element lies in the buffer. The lowest and the highest element are corners of
 * the array: in the one, every axis with a negative stride is at its end, in the other every axis with a positive one.
 *
 * @module
 */
import { HANDLES_MAX } from "@instride/core";
import type { Claim } from "./claim.ts";

/** Characters of a format at most, in a descriptor. */
export const FORMAT_LENGTH_MAX = 65_536;

/** The largest integer that a number holds for certain. */
const INT_MAX = 2n ** 53n - 1n;

/** Axes at most, in CPython and NumPy. */
const AXES_MAX = 64;

/** Bytes of an entry of a table of offsets. */
const ENTRY_BYTES = 4n;

/** @returns true if the claim must be accepted, false if it must be refused */
export function isSound({ fields, byteLength, formatSize, throws }: Claim): boolean {
  const { byteOffset, format, itemsize, readonly, lease } = fields;
  if (throws || byteLength === null || typeof readonly !== "boolean" || !isLease(lease)) return false;
  if (typeof format !== "string" || format.length > FORMAT_LENGTH_MAX) return false;
  const start = integerOf(byteOffset, 0n);
  const size = integerOf(itemsize, 0n);
  if (start === null || size === null || formatSize !== size) return false;
  const lengths = integersOf(fields.shape, 0n);
  const strides = integersOf(fields.strides, -INT_MAX);
  if (lengths === null || strides === null || lengths.length !== strides.length) return false;
  const suboffsets = suboffsetsOf(fields.suboffsets, lengths.length);
  if (suboffsets === undefined) return false;
  // Elements, bytes and contiguous strides stay numbers, also where an empty axis would hide the product.
  let product = size === 0n ? 1n : size;
  for (const length of lengths) if (length > 0n) product *= length;
  if (product > INT_MAX) return false;

  const end = BigInt(byteLength);
  if (lengths.includes(0n)) return start <= end;
  // What a table leads to is known when it is read; the table itself has a place.
  const table = suboffsets?.findIndex((suboffset) => suboffset >= 0n) ?? -1;
  const axes = table < 0 ? lengths.length : table + 1;
  let [low, high] = [start, start + (table < 0 ? size : ENTRY_BYTES)];
  for (let axis = 0; axis < axes; axis++) {
    const reach = (lengths[axis]! - 1n) * strides[axis]!;
    if (reach < 0n) low += reach;
    else high += reach;
  }
  return low >= 0n && high <= end;
}

function integerOf(value: unknown, least: bigint): bigint | null {
  if (typeof value !== "number" || value % 1 !== 0) return null;
  const integer = BigInt(value);
  return integer >= least && integer <= INT_MAX ? integer : null;
}

function integersOf(value: unknown, least: bigint): bigint[] | null {
  if (!Array.isArray(value) || value.length > AXES_MAX) return null;
  const integers: bigint[] = [];
  for (let axis = 0; axis < value.length; axis++) {
    const integer = integerOf(value[axis], least);
    if (integer === null) return null;
    integers.push(integer);
  }
  return integers;
}

/** Null for none that says anything, undefined for what is none. */
function suboffsetsOf(value: unknown, ndim: number): readonly bigint[] | null | undefined {
  if (value === null || value === undefined) return null;
  const suboffsets = integersOf(value, -INT_MAX);
  if (suboffsets === null || suboffsets.length !== ndim) return undefined;
  return suboffsets.some((suboffset) => suboffset >= 0n) ? suboffsets : null;
}

function isLease(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== "object") return false;
  const { slot, generation } = value as { slot?: unknown; generation?: unknown };
  const place = integerOf(slot, 0n);
  return place !== null && place < BigInt(HANDLES_MAX) && integerOf(generation, 0n) !== null;
}
