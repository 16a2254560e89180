/**
 * The same bytes in other shapes, or as elements of another size, where that needs no copy.
 *
 * Source: NumPy `_core/src/multiarray/shape.c` and `getset.c`.
 *
 * @module
 */
import { ShapeError, describe } from "../errors.ts";
import {
  type Axis,
  type Layout,
  type Order,
  axesOf,
  checkOrder,
  checkShape,
  contiguousStrides,
  isContiguous,
  layoutOf,
  resolveOrder,
  sizeOf,
} from "./layout.ts";

/**
 * Gives the elements, counted in `order`, another shape.
 *
 * @param itemsize - bytes of one element
 * @param shape - lengths in elements; one of them may be -1 and is then computed from the others
 * @param order - the order in which elements of both shapes are counted; `A` is `F` where only that fits the memory
 * @returns the layout over the same bytes, or `null` where the strides don't allow it and only a copy has that shape
 * @throws {@link ShapeError} if the sizes differ or -1 can't be computed
 *
 * Cost: O(ndim). Source: NumPy `PyArray_Newshape`.
 */
export function reshape(layout: Layout, itemsize: number, shape: readonly number[], order: Order = "C"): Layout | null {
  const wanted = resolveShape(shape, layout.shape);
  const direction = resolveOrder(layout, itemsize, checkOrder(order));
  const isSame = wanted.length === layout.shape.length && wanted.every((length, axis) => length === layout.shape[axis]);
  if (isSame) return layoutOf(axesOf(layout), layout.byteOffset);
  const strides = isContiguous(layout.shape, layout.strides, itemsize, direction)
    ? contiguousStrides(wanted, itemsize, direction)
    : stridesWithoutCopy(axesOf(layout), wanted, itemsize, direction);
  if (strides === null) return null;
  return Object.freeze({ shape: wanted, strides: Object.freeze(strides), byteOffset: layout.byteOffset });
}

/**
 * Reads the bytes of the last axis as elements of another size.
 *
 * @param itemsize - bytes of one element of the layout
 * @param newItemsize - bytes of one element of the result
 * @throws {@link ShapeError} if the sizes differ and there is no axis, the elements of the last axis don't lie side by
 * side, or its bytes are no whole number of new elements
 *
 * Cost: O(ndim). Source: NumPy `ndarray.view(dtype)` (`array_descr_set`).
 */
export function dtypeView(layout: Layout, itemsize: number, newItemsize: number): Layout {
  const axes = axesOf(layout);
  if (newItemsize === itemsize) return layoutOf(axes, layout.byteOffset);
  const last = axes.pop();
  const attempt = `cannot view ${itemsize}-byte elements of shape ${describe(layout.shape)} as ${newItemsize}-byte ones`;
  if (last === undefined)
    throw new ShapeError(`${attempt}: there is no axis to take the difference, expected the same size`);
  if (last.length !== 1 && last.stride !== itemsize && !layout.shape.includes(0)) {
    throw new ShapeError(`${attempt}: the last axis has stride ${last.stride}, expected ${itemsize}`);
  }
  if (newItemsize === 0 || (newItemsize < itemsize && itemsize % newItemsize !== 0)) {
    throw new ShapeError(`${attempt}: expected a divisor of ${itemsize}`);
  }
  const bytes = last.length * itemsize;
  if (!Number.isSafeInteger(bytes) || bytes % newItemsize !== 0) {
    throw new ShapeError(`${attempt}: the last axis has ${bytes} bytes, expected a multiple of ${newItemsize}`);
  }
  const result = layoutOf([...axes, { length: bytes / newItemsize, stride: newItemsize }], layout.byteOffset);
  checkShape(result.shape);
  return result;
}

/** Computes the length that -1 stands for. Source: NumPy `_fix_unknown_dimension`. */
function resolveShape(shape: readonly number[], from: readonly number[]): readonly number[] {
  const size = sizeOf(from);
  const unknown = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (unknown === -1) {
    const wanted = checkShape(shape);
    if (sizeOf(wanted) === size) return wanted;
    throw new ShapeError(
      `cannot reshape ${describe(from)} to ${describe(shape)}: it has ${sizeOf(wanted)} elements, expected ${size}`,
    );
  }
  if (shape.lastIndexOf(-1) !== unknown) {
    throw new ShapeError(
      `cannot reshape ${describe(from)} to ${describe(shape)}: more than one length is unknown, expected at most one -1`,
    );
  }
  const known = checkShape(shape.with(unknown, 1));
  const others = sizeOf(known);
  if (others === 0 || size % others !== 0) {
    throw new ShapeError(
      `cannot reshape ${describe(from)} to ${describe(shape)}: the known lengths have product ${others}, expected a divisor of ${size}`,
    );
  }
  return Object.freeze(known.with(unknown, size / others));
}

/**
 * Finds strides for `shape` over the elements of `axes`, none of them empty, or `null` where a new axis would have to
 * step unevenly. Source: the question of NumPy's `_attempt_nocopy_reshape`, answered by runs.
 */
function stridesWithoutCopy(
  axes: readonly Axis[],
  shape: readonly number[],
  itemsize: number,
  order: "C" | "F",
): number[] | null {
  if (order === "C") return stridesWithoutCopy(axes.toReversed(), shape.toReversed(), itemsize, "F")?.reverse() ?? null;
  const runs = evenRuns(axes).reverse();
  const strides: number[] = [];
  // What is left of the run that is being split, and the step to its next part.
  let left = 1;
  let stride = itemsize;
  for (const length of shape) {
    if (length === 1) {
      strides.push(itemsize);
      continue;
    }
    if (left === 1) ({ length: left, stride } = runs.pop() ?? { length: 1, stride });
    // Otherwise this axis would cross the end of the run, where the step changes.
    if (left % length !== 0) return null;
    strides.push(stride);
    left /= length;
    stride *= length;
  }
  return strides;
}

/** Joins axes, fastest first, that one even step walks through: the longest runs, none of length 1. */
function evenRuns(axes: readonly Axis[]): Axis[] {
  const runs: Axis[] = [];
  for (const axis of axes) {
    if (axis.length === 1) continue;
    const run = runs.at(-1);
    if (run !== undefined && axis.stride === run.length * run.stride) {
      runs[runs.length - 1] = { length: run.length * axis.length, stride: run.stride };
    } else {
      runs.push(axis);
    }
  }
  return runs;
}
