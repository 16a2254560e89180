/**
 * `Py_buffer`, field for field: what an exporter tells a consumer about its memory, as far as the consumer asked.
 *
 * C's `buf` pointer is a pair here: `buffer`, the JavaScript buffer object, and `byteOffset`, where the first logical
 * element lies in it. With negative strides that is not the lowest address. `len` is `nbytes`.
 *
 * Source: CPython `Doc/c-api/buffer.rst`; `memory_getbuf` in `Objects/memoryobject.c`; `PyBuffer_FillInfo` in
 * `Objects/abstract.c`.
 *
 * @module
 */
import { BufferError } from "../errors.ts";
import { BufferFlags, requests } from "./flags.ts";
import { byteBounds, type ByteBounds, isContiguous, type Layout } from "../layout/layout.ts";

/** What an exporter gives for a request. */
export interface BufferInfo {
  /** The memory that the elements lie in. */
  readonly buffer: ArrayBufferLike;
  /** Bytes from the start of `buffer` to the first logical element. */
  readonly byteOffset: number;
  /** Product of the shape times `itemsize`: bytes if made contiguous, not the extent of strided memory. */
  readonly nbytes: number;
  readonly readonly: boolean;
  /** Bytes of one element. Keeps the exporter's value where `format` is null; means 1 where `shape` is null. */
  readonly itemsize: number;
  /** Struct syntax; null (not asked for) means "B". */
  readonly format: string | null;
  /** 0 for a scalar; then shape, strides and suboffsets are null. */
  readonly ndim: number;
  /** Elements along each axis, or null where not asked for. */
  readonly shape: readonly number[] | null;
  /** Bytes from one element to the next along each axis, or null where not asked for: C-contiguous. */
  readonly strides: readonly number[] | null;
  /** Where not negative: read a 32-bit byte offset into the same buffer, and add this. Null where none is. */
  readonly suboffsets: readonly number[] | null;
  /** The exporter's own; consumers leave it alone. */
  readonly internal?: unknown;
}

/** All that an exporter knows of its memory: a {@link BufferInfo} with nothing left out. */
export interface FullBufferInfo extends BufferInfo {
  readonly format: string;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Memory whose elements lie side by side along one axis. */
export interface FlatBufferInfo {
  readonly buffer: ArrayBufferLike;
  /** Default 0. */
  readonly byteOffset?: number;
  /** Default: all bytes from `byteOffset` on. */
  readonly nbytes?: number;
  /** Default false. */
  readonly readonly?: boolean;
  /** Default 1. */
  readonly itemsize?: number;
  /** Default "B". */
  readonly format?: string;
}

/**
 * Answers a request from what the exporter knows, by the rules of CPython's memoryview.
 *
 * @param exporter - what to call the exporter in errors
 * @throws {@link BufferError} if the request can't be met
 */
export function answerRequest(full: FullBufferInfo, flags: number, exporter: string): BufferInfo {
  const { shape, strides, itemsize, suboffsets, ndim } = full;
  const refuse = (fact: string): never => {
    throw new BufferError(`cannot export ${exporter} for request ${flagNames(flags)}: ${fact}`);
  };
  const contiguous = (order: "C" | "F" | "A"): boolean =>
    suboffsets === null && isContiguous(shape, strides, itemsize, order);

  if (full.readonly && requests(flags, BufferFlags.WRITABLE)) refuse("it is read-only");
  if (requests(flags, BufferFlags.C_CONTIGUOUS) && !contiguous("C")) refuse("it is not C-contiguous");
  if (requests(flags, BufferFlags.F_CONTIGUOUS) && !contiguous("F")) refuse("it is not Fortran-contiguous");
  if (requests(flags, BufferFlags.ANY_CONTIGUOUS) && !contiguous("A")) refuse("it is not contiguous");
  if (suboffsets !== null && !requests(flags, BufferFlags.INDIRECT)) refuse("it needs suboffsets");
  const wantsStrides = requests(flags, BufferFlags.STRIDES);
  if (!wantsStrides && !contiguous("C")) refuse("it is not C-contiguous, and strides were not asked for");
  const format = requests(flags, BufferFlags.FORMAT) ? full.format : null;
  if (requests(flags, BufferFlags.ND)) {
    const scalar = ndim === 0;
    return { ...full, format, shape: scalar ? null : shape, strides: scalar || !wantsStrides ? null : strides };
  }
  if (format !== null) refuse("a format without a shape has no meaning");
  return { ...full, format, ndim: 1, shape: null, strides: null };
}

/**
 * Answers a request for memory whose elements lie side by side along one axis: `PyBuffer_FillInfo`, which raw byte
 * exporters use. Unlike a memoryview it takes `SIMPLE | FORMAT`.
 *
 * @param exporter - what to call the exporter in errors
 * @throws {@link BufferError} for WRITABLE on read-only memory
 */
export function fillInfo(flat: FlatBufferInfo, flags: number, exporter: string): BufferInfo {
  const { buffer, byteOffset = 0, readonly = false, itemsize = 1, format = "B" } = flat;
  const { nbytes = buffer.byteLength - byteOffset } = flat;
  if (readonly && requests(flags, BufferFlags.WRITABLE)) {
    throw new BufferError(`cannot export ${exporter} for request ${flagNames(flags)}: it is read-only`);
  }
  return {
    buffer,
    byteOffset,
    nbytes,
    readonly,
    itemsize,
    format: requests(flags, BufferFlags.FORMAT) ? format : null,
    ndim: 1,
    shape: requests(flags, BufferFlags.ND) ? Object.freeze([nbytes / itemsize]) : null,
    strides: requests(flags, BufferFlags.STRIDES) ? Object.freeze([itemsize]) : null,
    suboffsets: null,
  };
}

/** Bytes of one entry in a table of offsets, to which a suboffset leads. */
export const POINTER_BYTES = 4;

/**
 * Computes the range of bytes that the elements take. Behind suboffsets they may lie anywhere, and only the first table
 * of offsets has a known place: what an offset leads to is checked when it is read, since the table's content may change.
 *
 * Fit to check numbers of unknown origin, as `byteBounds` is. Cost: O(ndim).
 */
export function reachOf(layout: Layout, itemsize: number, suboffsets: readonly number[] | null): ByteBounds {
  const { shape, strides, byteOffset } = layout;
  const indirect = suboffsets?.findIndex((suboffset) => suboffset >= 0) ?? -1;
  if (indirect < 0 && itemsize === 0 && !shape.includes(0)) {
    // Elements without bytes have places, too.
    const { low, high } = byteBounds(layout, 1);
    return { low, high: high - 1 };
  }
  if (indirect < 0 || shape.includes(0)) return byteBounds(layout, itemsize);
  const table = { shape: shape.slice(0, indirect + 1), strides: strides.slice(0, indirect + 1), byteOffset };
  return byteBounds(table, POINTER_BYTES);
}

/**
 * Bounds every product of lengths and `itemsize`, also where an axis is empty: where this is below 2^53, so are the
 * number of elements, their bytes and all contiguous strides.
 */
export function lengthBound(shape: readonly number[], itemsize: number): number {
  return shape.reduce((bound, length) => bound * Math.max(1, length), Math.max(1, itemsize));
}

/** A request as its largest named parts: `"STRIDED | FORMAT"`. */
export function flagNames(flags: number): string {
  const exact = Object.entries(BufferFlags).find(([, value]) => value === flags);
  if (exact !== undefined) return exact[0];
  const names: string[] = [];
  let covered = 0;
  for (const [name, value] of Object.entries(BufferFlags).toSorted(([, a], [, b]) => b - a)) {
    if (value === 0 || !requests(flags, value) || (covered & value) === value) continue;
    names.push(name);
    covered |= value;
  }
  return names.length === 0 ? String(flags) : names.join(" | ");
}
