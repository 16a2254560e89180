/**
 * The same elements along other axes: order, direction and number of axes, without a copy.
 *
 * Axes count from 0, or from -1 backwards. One out of range is an `IndexError` (NumPy's `AxisError` is both an
 * `IndexError` and a `ValueError`), one that is no integer a `TypeError`.
 *
 * Source: NumPy `_core/src/multiarray/shape.c`, `item_selection.c`, `_core/numeric.py`, `lib/_function_base_impl.py`.
 *
 * @module
 */
import { IndexError, ShapeError, describe } from "../errors.ts";
import { type Axis, type Layout, NDIM_MAX, axesOf, layoutOf, safeStride } from "./layout.ts";

/** One axis or several different ones. */
export type AxisArgument = number | readonly number[];

/**
 * Turns an axis into its number from 0.
 *
 * @param axis - from `-ndim` up to, not including, `ndim`
 * @throws {@link IndexError} if it is out of that range; a `TypeError` if it is no integer
 *
 * Source: NumPy `normalize_axis_index`.
 */
export function checkAxis(axis: unknown, ndim: number): number {
  if (typeof axis !== "number" || !Number.isInteger(axis)) {
    throw new TypeError(`cannot use ${describe(axis)} as an axis: expected an integer`);
  }
  if (axis < -ndim || axis >= ndim) {
    throw new IndexError(
      `axis ${axis} is out of range: there are ${ndim} axes, expected ${ndim === 0 ? "none" : `${-ndim} to ${ndim - 1}`}`,
    );
  }
  return axis < 0 ? axis + ndim : axis + 0;
}

/**
 * Turns one axis or several into their numbers from 0, in the order given.
 *
 * @throws {@link ShapeError} if one comes twice; else as {@link checkAxis}
 *
 * Source: NumPy `normalize_axis_tuple`.
 */
export function checkAxes(axes: AxisArgument, ndim: number): number[] {
  const checked = Array.isArray(axes) ? Array.from(axes, (axis) => checkAxis(axis, ndim)) : [checkAxis(axes, ndim)];
  if (new Set(checked).size < checked.length) {
    throw new ShapeError(`cannot use axes ${describe(axes)} of ${ndim}: one comes twice, expected each at most once`);
  }
  return checked;
}

/**
 * Reorders the axes: axis `i` of the result is axis `axes[i]` of the layout. Without `axes` their order is reversed.
 *
 * @throws {@link ShapeError} if `axes` is no permutation of all axes, {@link IndexError} if one is out of range
 *
 * Source: NumPy `PyArray_Transpose`.
 */
export function transpose(layout: Layout, axes?: readonly number[] | null): Layout {
  const ndim = layout.shape.length;
  if (axes === undefined || axes === null) return layoutOf(axesOf(layout).reverse(), layout.byteOffset);
  if (axes.length !== ndim) {
    throw new ShapeError(
      `cannot transpose shape ${describe(layout.shape)} by axes ${describe(axes)}: expected ${ndim} axes`,
    );
  }
  return reorder(layout, checkAxes(axes, ndim));
}

/** Exchanges two axes. @throws {@link IndexError} if one is out of range. Source: NumPy `PyArray_SwapAxes`. */
export function swapAxes(layout: Layout, axis1: number, axis2: number): Layout {
  const ndim = layout.shape.length;
  const first = checkAxis(axis1, ndim);
  const second = checkAxis(axis2, ndim);
  const order = [...layout.shape.keys()].map((axis) => (axis === first ? second : axis === second ? first : axis));
  return reorder(layout, order);
}

/**
 * Moves axes to other places; the rest keep their order.
 *
 * @param source - the axes to move
 * @param destination - where each of them comes to lie, as many as `source`
 * @throws {@link ShapeError} if their numbers differ or one comes twice, {@link IndexError} if one is out of range
 *
 * Source: NumPy `moveaxis`.
 */
export function moveAxis(layout: Layout, source: AxisArgument, destination: AxisArgument): Layout {
  const ndim = layout.shape.length;
  const from = checkAxes(source, ndim);
  const to = checkAxes(destination, ndim);
  if (from.length !== to.length) {
    throw new ShapeError(
      `cannot move axes ${describe(source)} to ${describe(destination)}: expected as many targets as sources`,
    );
  }
  const moves = from.map((axis, i) => ({ axis, to: to[i] ?? axis })).sort((a, b) => a.to - b.to);
  const order = [...layout.shape.keys()].filter((axis) => !from.includes(axis));
  // In ascending order each target is final: later insertions come behind it.
  for (const move of moves) order.splice(move.to, 0, move.axis);
  return reorder(layout, order);
}

/**
 * Reverses the direction of the given axes, or of all.
 *
 * @throws {@link IndexError} if one is out of range, {@link ShapeError} if one comes twice
 *
 * Source: NumPy `flip`.
 */
export function flip(layout: Layout, axes?: AxisArgument | null): Layout {
  const flipped = axes === undefined || axes === null ? null : new Set(checkAxes(axes, layout.shape.length));
  let byteOffset = layout.byteOffset;
  const result = axesOf(layout).map((axis, i): Axis => {
    if (flipped !== null && !flipped.has(i)) return axis;
    byteOffset += (axis.length - 1) * axis.stride;
    return { length: axis.length, stride: safeStride(-axis.stride) };
  });
  return layoutOf(result, layout.shape.includes(0) ? layout.byteOffset : byteOffset);
}

/**
 * Drops the given axes of length 1, or all of them.
 *
 * An array without axes has none to name: we follow `AxisError` there, where NumPy lets 0 and -1 pass.
 *
 * @throws {@link ShapeError} if a named axis has another length, {@link IndexError} if it is out of range
 *
 * Source: NumPy `PyArray_Squeeze`, `PyArray_SqueezeSelected`.
 */
export function squeeze(layout: Layout, axes?: AxisArgument | null): Layout {
  const { shape, byteOffset } = layout;
  if (axes === undefined || axes === null)
    return layoutOf(
      axesOf(layout).filter((axis) => axis.length !== 1),
      byteOffset,
    );
  const dropped = checkAxes(axes, shape.length);
  const long = dropped.find((axis) => shape[axis] !== 1);
  if (long !== undefined) {
    throw new ShapeError(`cannot squeeze shape ${describe(shape)}: axis ${long} has length ${shape[long]}, expected 1`);
  }
  return layoutOf(
    axesOf(layout).filter((_, axis) => !dropped.includes(axis)),
    byteOffset,
  );
}

/**
 * Inserts axes of length 1.
 *
 * @param axes - their places in the result
 * @throws {@link IndexError} if one is out of the result's range, {@link ShapeError} if one comes twice or there are
 * too many
 *
 * Source: NumPy `expand_dims`.
 */
export function expandDims(layout: Layout, axes: AxisArgument): Layout {
  const ndim = layout.shape.length + (Array.isArray(axes) ? axes.length : 1);
  if (ndim > NDIM_MAX)
    throw new ShapeError(`cannot expand shape ${describe(layout.shape)} to ${ndim} axes: expected at most ${NDIM_MAX}`);
  const places = checkAxes(axes, ndim).sort((a, b) => a - b);
  const result = axesOf(layout);
  for (const place of places) result.splice(place, 0, { length: 1, stride: 0 });
  return layoutOf(result, layout.byteOffset);
}

/**
 * Takes a diagonal of two axes; it becomes the last axis of the result.
 *
 * @param offset - in elements: above the main diagonal (along `axis2`) where positive, below it where negative
 * @throws {@link ShapeError} if there are less than two axes or both are the same, {@link IndexError} if one is out of
 * range; a `TypeError` if `offset` is no integer
 *
 * Source: NumPy `PyArray_Diagonal`.
 */
export function diagonal(layout: Layout, offset: number = 0, axis1: number = 0, axis2: number = 1): Layout {
  const { shape, strides, byteOffset } = layout;
  if (shape.length < 2)
    throw new ShapeError(`cannot take a diagonal of shape ${describe(shape)}: expected at least 2 axes`);
  if (!Number.isInteger(offset)) throw new TypeError(`cannot take diagonal ${describe(offset)}: expected an integer`);
  const row = checkAxis(axis1, shape.length);
  const column = checkAxis(axis2, shape.length);
  if (row === column)
    throw new ShapeError(`cannot take a diagonal of axis ${row} with itself: expected two different axes`);

  const [rows, rowStride] = [shape[row] ?? 0, strides[row] ?? 0];
  const [columns, columnStride] = [shape[column] ?? 0, strides[column] ?? 0];
  const length = Math.max(0, offset < 0 ? Math.min(rows + offset, columns) : Math.min(rows, columns - offset));
  const rest = axesOf(layout).filter((_, axis) => axis !== row && axis !== column);
  const axes = [...rest, { length, stride: safeStride(rowStride + columnStride) }];
  if (axes.some((axis) => axis.length === 0)) return layoutOf(axes, byteOffset);
  return layoutOf(axes, byteOffset + (offset < 0 ? -offset * rowStride : offset * columnStride));
}

function reorder(layout: Layout, order: readonly number[]): Layout {
  const axes = axesOf(layout);
  return layoutOf(
    order.flatMap((axis) => axes[axis] ?? []),
    layout.byteOffset,
  );
}
