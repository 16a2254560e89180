/**
 * Where the elements of an array lie: the facts that follow from shape, strides and byte offset alone.
 *
 * Nothing here touches memory or owns it. What makes one layout out of another is in `axes.ts`, `broadcast.ts`,
 * `reshape.ts` and `slicing.ts`; whether two layouts meet is in `overlap.ts`.
 *
 * Units: `shape` counts elements; `strides` and `byteOffset` count bytes. Strides have any sign and may be zero.
 *
 * Layouts are taken as checked: lengths are non-negative safe integers of bounded product, and where there are elements
 * every byte of them lies inside one buffer, so that sums and products of real addresses stay below 2^53. Nothing is
 * known of a stride that no element needs (an axis shorter than 2, or an empty array): arithmetic on those goes through
 * {@link safeStride}. An empty result keeps the byte offset of what it was made from, and so stays inside the buffer.
 *
 * Source: PEP 3118; CPython `Objects/abstract.c` and `Doc/c-api/buffer.rst`.
 *
 * @module
 */
import { ShapeError, ValueError, describe } from "../errors.ts";

/** The most axes that an array may have: CPython's `PyBUF_MAX_NDIM`, NumPy's `NPY_MAXDIMS`. */
export const NDIM_MAX = 64;

/**
 * Element order: `C` varies the last axis fastest, `F` the first; `A` is `F` where only that fits the memory, else
 * `C`.
 */
export type Order = "C" | "F" | "A";

/** Where the elements lie. */
export interface Layout {
  /** Length of each axis, in elements. */
  readonly shape: readonly number[];
  /** Step of each axis, in bytes. */
  readonly strides: readonly number[];
  /** Place of the first logical element (all indices 0), in bytes: with negative strides not the lowest one. */
  readonly byteOffset: number;
}

/** One axis of a layout: its length in elements, its stride in bytes. */
export interface Axis {
  readonly length: number;
  readonly stride: number;
}

/** The axes of a layout, outermost first. */
export function axesOf(layout: Layout): Axis[] {
  return layout.shape.map((length, axis) => ({ length, stride: layout.strides[axis] ?? 0 }));
}

/** The inverse of {@link axesOf}; everything in the result is frozen. */
export function layoutOf(axes: readonly Axis[], byteOffset: number): Layout {
  return Object.freeze({
    shape: Object.freeze(axes.map((axis) => axis.length)),
    strides: Object.freeze(axes.map((axis) => axis.stride)),
    byteOffset,
  });
}

/**
 * Passes a computed stride through, without a negative zero, and gives 0 for one past 2^53.
 *
 * Only a stride that no element needs can get there, since the others lead from one byte of a buffer to another.
 */
export function safeStride(stride: number): number {
  return Number.isSafeInteger(stride) ? stride + 0 : 0;
}

/** Passes an order through. @throws {@link ValueError} for anything but `"C"`, `"F"` and `"A"`. */
export function checkOrder(order: unknown): Order {
  if (order === "C" || order === "F" || order === "A") return order;
  throw new ValueError(`no element order is named ${describe(order)}: expected "C", "F" or "A"`);
}

/** The order that `A` stands for in this layout. Source: NumPy's `PyArray_ISFORTRAN`. */
export function resolveOrder(layout: Layout, itemsize: number, order: Order): "C" | "F" {
  if (order !== "A") return order;
  const { shape, strides } = layout;
  return isContiguous(shape, strides, itemsize, "F") && !isContiguous(shape, strides, itemsize, "C") ? "F" : "C";
}

/**
 * Counts the elements of a shape: 1 for no axes, 0 where any axis is empty.
 *
 * @throws {@link ShapeError} if there are 2^53 or more
 */
export function sizeOf(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  let size = 1;
  for (const length of shape) size *= length;
  if (size > Number.MAX_SAFE_INTEGER) throw tooManyElements(shape);
  return size;
}

/**
 * Makes a frozen copy of a shape of unknown origin, read once.
 *
 * Axes of length 0 count as 1 in the bound on the product, so that the strides of an empty array are bounded too.
 *
 * @throws {@link ShapeError} if it is no array of at most {@link NDIM_MAX} integers from 0 with a product below 2^53
 *
 * Source: NumPy's `PyArray_NewFromDescr_int`, for the bound.
 */
export function checkShape(shape: unknown): readonly number[] {
  if (!Array.isArray(shape))
    throw new ShapeError(`cannot use ${describe(shape)} as a shape: expected an array of lengths`);
  const ndim = shape.length;
  if (ndim > NDIM_MAX) throw new ShapeError(`cannot use a shape of ${ndim} axes: expected at most ${NDIM_MAX}`);
  const lengths: number[] = [];
  let product = 1;
  for (let axis = 0; axis < ndim; axis++) {
    const length: unknown = shape[axis];
    if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
      throw new ShapeError(
        `cannot use shape ${describe(shape)}: axis ${axis} has length ${describe(length)}, expected an integer from 0`,
      );
    }
    // Adding 0 turns a negative zero into zero.
    lengths.push(length + 0);
    product *= length === 0 ? 1 : length;
  }
  if (product > Number.MAX_SAFE_INTEGER) throw tooManyElements(lengths);
  return Object.freeze(lengths);
}

/**
 * Computes the strides, in bytes, of elements that lie side by side in `order`.
 *
 * An axis of length 0 makes the strides outside of it 0, as CPython has it (NumPy differs there).
 *
 * @throws {@link ShapeError} if they pass 2^53 bytes
 *
 * Source: CPython `PyBuffer_FillContiguousStrides`.
 */
export function contiguousStrides(shape: readonly number[], itemsize: number, order: "C" | "F"): readonly number[] {
  const strides: number[] = [];
  let stride = itemsize;
  for (const length of order === "F" ? shape : shape.toReversed()) {
    strides.push(stride);
    stride *= length;
    if (stride > Number.MAX_SAFE_INTEGER) {
      throw new ShapeError(
        `cannot lay out shape ${describe(shape)} of ${itemsize}-byte elements: expected less than 2^53 bytes`,
      );
    }
  }
  return Object.freeze(order === "F" ? strides : strides.reverse());
}

/**
 * Tells whether the elements lie side by side in `order`; `A` asks for either one.
 *
 * True where there is nothing to lie anywhere; an axis of length 1 may have any stride.
 *
 * Source: CPython `PyBuffer_IsContiguous` (`_IsCContiguous`, `_IsFortranContiguous`).
 */
export function isContiguous(
  shape: readonly number[],
  strides: readonly number[],
  itemsize: number,
  order: Order,
): boolean {
  if (order === "A") return isContiguous(shape, strides, itemsize, "C") || isContiguous(shape, strides, itemsize, "F");
  if (itemsize === 0 || shape.includes(0)) return true;
  const ndim = shape.length;
  let expected = itemsize;
  for (let i = 0; i < ndim; i++) {
    const axis = order === "F" ? i : ndim - 1 - i;
    const length = shape[axis]!;
    if (length > 1 && strides[axis] !== expected) return false;
    expected *= length;
  }
  return true;
}

/** Bytes from `low` up to, not including, `high`. */
export interface ByteBounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Computes the smallest half-open range with every byte of every element; without any, `low === high === byteOffset`.
 *
 * Fit to check a layout of unknown origin whose numbers are safe integers: a bound that passes 2^53 is rounded, but
 * stays past the end (or before the start) of any buffer.
 *
 * Cost: O(ndim). Source: NumPy `lib.array_utils.byte_bounds`.
 */
export function byteBounds(layout: Layout, itemsize: number): ByteBounds {
  const { shape, strides, byteOffset } = layout;
  if (itemsize === 0 || shape.includes(0)) return { low: byteOffset, high: byteOffset };
  let low = byteOffset;
  let high = byteOffset + itemsize;
  for (let axis = 0; axis < shape.length; axis++) {
    const reach = (shape[axis]! - 1) * (strides[axis] ?? 0);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return { low, high };
}

/**
 * Tells whether a structure is valid over a block of memory: the predicate `verify_structure` of CPython's documentation.
 *
 * Its elements lie inside the block, and offset and strides are multiples of the item size. That second half is stricter
 * than the protocol itself: exporters and descriptors may have elements at any byte.
 *
 * @param layout - anything of these fields: lengths that are no integers from 0, or are not as many as strides, are invalid
 * @param memlen - bytes of the block, from offset 0
 *
 * Cost: O(ndim). Source: CPython `Doc/c-api/buffer.rst`, "NumPy-style: shape and strides".
 */
export function verifyStructure(layout: Layout, itemsize: number, memlen: number): boolean {
  const { shape, strides, byteOffset } = layout;
  const isLength = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (shape.length > NDIM_MAX || strides.length !== shape.length) return false;
  if (![itemsize, memlen, byteOffset, ...shape].every(isLength) || !strides.every(Number.isSafeInteger)) return false;
  if (byteOffset + itemsize > memlen) return false;
  if (itemsize > 0 && [byteOffset, ...strides].some((bytes) => bytes % itemsize !== 0)) return false;
  if (shape.includes(0)) return true;
  const reach = strides.map((stride, axis) => stride * (shape[axis]! - 1));
  const low = reach.reduce((sum, bytes) => sum + Math.min(0, bytes), byteOffset);
  const high = reach.reduce((sum, bytes) => sum + Math.max(0, bytes), byteOffset + itemsize);
  return low >= 0 && high <= memlen;
}

function tooManyElements(shape: readonly number[]): ShapeError {
  return new ShapeError(`cannot use shape ${describe(shape)}: it has too many elements, expected less than 2^53`);
}
