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
import { DescriptorError, describe } from "./errors.ts";
import { byteLengthOf } from "./exporter.ts";
import { parseFormat } from "./format.ts";
import { NDIM_MAX } from "./layout.ts";
import { HANDLES_MAX, type LeaseHandle } from "./lease-words.ts";

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
  const raw = value as Readonly<Record<keyof Descriptor, unknown>>;
  const { buffer } = raw;
  const byteLength = byteLengthOf(buffer);
  if (byteLength === null) refuse("buffer", buffer, "an ArrayBuffer or SharedArrayBuffer");
  const byteOffset = readInteger("byteOffset", raw.byteOffset, 0);
  const itemsize = readInteger("itemsize", raw.itemsize, 0);
  const format = readFormat(raw.format, itemsize);
  const shape = readIntegers("shape", raw.shape, 0);
  const strides = readIntegers("strides", raw.strides, Number.MIN_SAFE_INTEGER);
  if (strides.length !== shape.length) refuse("strides", strides, `${shape.length} integers, as many as shape has`);
  const suboffsets = readSuboffsets(raw.suboffsets, shape.length);
  const readonly = raw.readonly;
  if (typeof readonly !== "boolean") refuse("readonly", readonly, "a boolean");
  const lease = readLease(raw.lease);
  const descriptor = {
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
  checkInside(descriptor, byteLength);
  return Object.freeze(descriptor);
}

/** Proves that all elements lie in `[0, byteLength)`. All sums and products stay exact: what passes 2^53 is refused. */
function checkInside(descriptor: Descriptor, byteLength: number): void {
  const { byteOffset, itemsize, shape, strides, suboffsets } = descriptor;
  let size = itemsize;
  for (const length of shape) if (length !== 0) size = exact(size * length, "shape", shape);
  if (shape.includes(0)) {
    if (byteOffset > byteLength) refuse("byteOffset", byteOffset, `at most the buffer's ${byteLength} bytes`);
    return;
  }
  let low = byteOffset;
  let high = exact(byteOffset + itemsize, "byteOffset", byteOffset);
  for (const [axis, length] of shape.entries()) {
    const stride = strides[axis]!;
    const reach = exact(stride * (length - 1), "strides", strides);
    if (reach < 0) low = exact(low + reach, "strides", strides);
    else high = exact(high + reach, "strides", strides);
    // What lies beyond a table of offsets is checked when an offset is read: the table's content may change.
    if (suboffsets !== null && suboffsets[axis]! >= 0) {
      high = Math.max(byteOffset + POINTER_BYTES, high - itemsize + POINTER_BYTES);
      break;
    }
  }
  if (low < 0 || high > byteLength) {
    throw new DescriptorError(
      `cannot use a descriptor that reaches bytes [${low}, ${high}) of a buffer of ${byteLength} bytes: ` +
        `byteOffset ${byteOffset}, shape [${shape.join(", ")}], strides [${strides.join(", ")}], itemsize ${itemsize}`,
    );
  }
}

/** Bytes of one entry in a table of offsets. */
export const POINTER_BYTES = 4;

function exact(value: number, field: string, shown: unknown): number {
  if (Number.isSafeInteger(value)) return value;
  return refuse(field, shown, "extents below 2^53 bytes");
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
  const { length } = value as unknown[];
  if (length > NDIM_MAX) refuse(field, value, `at most NDIM_MAX = ${NDIM_MAX} axes`);
  const copy: number[] = [];
  for (let axis = 0; axis < length; axis++)
    copy.push(readInteger(`${field}[${axis}]`, (value as unknown[])[axis], least));
  return Object.freeze(copy);
}

function readSuboffsets(value: unknown, ndim: number): readonly number[] | null {
  if (value === null || value === undefined) return null;
  const suboffsets = readIntegers("suboffsets", value, Number.MIN_SAFE_INTEGER);
  if (suboffsets.length !== ndim) refuse("suboffsets", value, `null or ${ndim} integers`);
  return suboffsets.every((suboffset) => suboffset < 0) ? null : suboffsets;
}

function readFormat(value: unknown, itemsize: number): string {
  if (typeof value !== "string") return refuse("format", value, "a format string");
  if (value.length > FORMAT_LENGTH_MAX) return refuse("format", value, `at most ${FORMAT_LENGTH_MAX} characters`);
  let calculated: number;
  try {
    calculated = parseFormat(value).itemsize;
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
