/**
 * The plain object in which a view travels between threads, and the check that it passes on arrival.
 *
 * A descriptor survives structured clone; a `SharedArrayBuffer` in it arrives as the same memory. The receiving thread
 * trusts none of it: {@link readDescriptor} reads each field once into a private, frozen snapshot, proves that every
 * element lies inside the buffer, and only the snapshot is used. No descriptor, however hostile, reads or writes
 * outside its buffer.
 *
 * Units: `shape` in elements; `byteOffset`, `itemsize` and `strides` in bytes.
 *
 * @module
 */
import { byteLengthOf } from "../memory/array-buffer.ts";
import { DescriptorError, describe } from "../errors.ts";
import { nativeFormat, parseFormat } from "../formats/format.ts";
import { NDIM_MAX } from "../layout/layout.ts";
import type { LeaseHandle } from "./lease-protocol.ts";
import { HANDLES_MAX } from "./lease-words.ts";
import { lengthBound, reachOf } from "../protocol/py-buffer.ts";

/** Longer format strings are refused before they are parsed. */
export const FORMAT_LENGTH_MAX = 65_536;

/** A view, as it travels. */
export interface Descriptor {
  readonly buffer: ArrayBufferLike;
  /** Where the first logical element lies. */
  readonly byteOffset: number;
  readonly format: string;
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly suboffsets: readonly number[] | null;
  readonly readonly: boolean;
  /** The lease under which it travels, or null for memory that no owner counts. */
  readonly lease: LeaseHandle | null;
}

/**
 * Takes a private snapshot of a descriptor and validates it.
 *
 * @param value - anything, from anywhere
 * @returns a frozen descriptor of memory that lies inside its buffer
 * @throws {@link DescriptorError} naming the field, its value and what would have been right; no memory is touched
 *
 * Cost: O(ndim + length of the format).
 */
export function readDescriptor(value: unknown): Descriptor {
  if (typeof value !== "object" || value === null) {
    throw new DescriptorError(`cannot read a descriptor from ${describe(value)}: expected an object`);
  }
  let descriptor: Descriptor;
  try {
    descriptor = snapshotOf(value);
  } catch (error) {
    if (error instanceof DescriptorError) throw error;
    // Reading a field ran code, and that threw: no descriptor that was posted has such fields.
    throw new DescriptorError("cannot read a descriptor: one of its fields throws", { cause: error });
  }
  checkInside(descriptor);
  return Object.freeze(descriptor);
}

function snapshotOf(value: object): Descriptor {
  const raw = value as Readonly<Record<keyof Descriptor, unknown>>;
  const { buffer } = raw;
  if (byteLengthOf(buffer) === null) refuse("buffer", buffer, "an ArrayBuffer or SharedArrayBuffer");
  const byteOffset = readInteger("byteOffset", raw.byteOffset, 0);
  const itemsize = readInteger("itemsize", raw.itemsize, 0);
  const format = readFormat(raw.format, itemsize);
  const shape = readIntegers("shape", raw.shape, 0);
  const strides = readIntegers("strides", raw.strides, Number.MIN_SAFE_INTEGER);
  if (strides.length !== shape.length) refuse("strides", strides, `${shape.length} integers, as many as shape has`);
  const suboffsets = readSuboffsets(raw.suboffsets, shape.length);
  const { readonly } = raw;
  if (typeof readonly !== "boolean") return refuse("readonly", readonly, "a boolean");
  const lease = readLease(raw.lease);
  return {
    buffer: buffer as ArrayBufferLike,
    byteOffset,
    format,
    itemsize,
    shape,
    strides,
    suboffsets,
    readonly,
    lease,
  };
}

/** Proves that all elements lie in the buffer. */
function checkInside(descriptor: Descriptor): void {
  const { byteOffset, itemsize, shape, strides, suboffsets } = descriptor;
  const byteLength = byteLengthOf(descriptor.buffer) ?? 0;
  if (lengthBound(shape, itemsize) > Number.MAX_SAFE_INTEGER) refuse("shape", shape, "less than 2^53 bytes");
  const { low, high } = reachOf(descriptor, itemsize, suboffsets);
  if (low >= 0 && high <= byteLength) return;
  throw new DescriptorError(
    `cannot use a descriptor that reaches bytes [${low}, ${high}) of a buffer of ${byteLength} bytes: ` +
      `byteOffset ${byteOffset}, shape [${shape.join(", ")}], strides [${strides.join(", ")}], itemsize ${itemsize}`,
  );
}

function refuse(field: string, value: unknown, expectation: string): never {
  throw new DescriptorError(`cannot use a descriptor whose ${field} is ${describe(value)}: expected ${expectation}`);
}

function readInteger(field: string, value: unknown, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value + 0;
  return refuse(field, value, least === 0 ? "an integer from 0 to 2^53 - 1" : "an integer within ±(2^53 - 1)");
}

function readIntegers(field: string, value: unknown, least: number): readonly number[] {
  if (!Array.isArray(value)) return refuse(field, value, "an array of integers");
  const array = value as unknown[];
  const length = readInteger(`${field}.length`, array.length, 0);
  if (length > NDIM_MAX) refuse(`${field}.length`, length, `at most NDIM_MAX = ${NDIM_MAX} axes`);
  const copy: number[] = [];
  for (let axis = 0; axis < length; axis++) copy.push(readInteger(`${field}[${axis}]`, array[axis], least));
  return Object.freeze(copy);
}

function readSuboffsets(value: unknown, ndim: number): readonly number[] | null {
  if (value === null || value === undefined) return null;
  const suboffsets = readIntegers("suboffsets", value, Number.MIN_SAFE_INTEGER);
  if (suboffsets.length !== ndim) refuse("suboffsets", suboffsets, `null or ${ndim} integers`);
  return suboffsets.every((suboffset) => suboffset < 0) ? null : suboffsets;
}

function readFormat(value: unknown, itemsize: number): string {
  if (typeof value !== "string") return refuse("format", value, "a format string");
  if (value.length > FORMAT_LENGTH_MAX) return refuse("format", value, `at most ${FORMAT_LENGTH_MAX} characters`);
  let calculated: number;
  try {
    // Most formats are single characters: what is known of them needs no parser.
    calculated = nativeFormat(value)?.itemsize ?? parseFormat(value).itemsize;
  } catch (cause) {
    throw new DescriptorError(`cannot use a descriptor whose format is ${describe(value)}: it doesn't parse`, {
      cause,
    });
  }
  if (calculated !== itemsize) refuse("itemsize", itemsize, `${calculated}, the size of format ${describe(value)}`);
  return value;
}

function readLease(value: unknown): LeaseHandle | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return refuse("lease", value, "null or a handle");
  const { slot, generation } = value as { slot?: unknown; generation?: unknown };
  const handle = {
    slot: readInteger("lease.slot", slot, 0),
    generation: readInteger("lease.generation", generation, 0),
  };
  if (handle.slot >= HANDLES_MAX) refuse("lease.slot", handle.slot, `less than HANDLES_MAX = ${HANDLES_MAX}`);
  return Object.freeze(handle);
}
