/**
 * How arrays of different shapes go together: axes of length 1, and missing outer axes, are repeated without a copy.
 *
 * Source: NumPy's broadcasting rules; Array API `broadcast_to`.
 *
 * @module
 */
import { ShapeError, describe } from "../errors.ts";
import { type Axis, type Layout, NDIM_MAX, axesOf, checkShape, layoutOf } from "./layout.ts";

/**
 * Finds the shape that all of the given ones broadcast to; `[]` for none.
 *
 * @throws {@link ShapeError} if two of them have different lengths on an axis and neither is 1, or the result is too
 * large
 *
 * Source: NumPy `broadcast_shapes`.
 */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): readonly number[] {
  const ndim = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  if (ndim > NDIM_MAX) throw new ShapeError(`cannot broadcast shapes of ${ndim} axes: expected at most ${NDIM_MAX}`);
  const result = new Array<number>(ndim).fill(1);
  for (const shape of shapes) {
    for (const [i, length] of shape.entries()) {
      const axis = ndim - shape.length + i;
      if (result[axis] === 1) result[axis] = length;
      else if (length !== 1 && length !== result[axis]) {
        throw new ShapeError(
          `cannot broadcast shapes ${shapes.map(describe).join(", ")}: axis ${axis - ndim} has lengths ${result[axis]} and ${length}, expected equal ones or 1`,
        );
      }
    }
  }
  return checkShape(result);
}

/**
 * Repeats a layout along new outer axes and axes of length 1, without copying.
 *
 * The elements of the result share bytes, so it is for reading.
 *
 * @param shape - wanted length of each axis, in elements; at least as many axes as the layout has
 * @returns the same bytes, with stride 0 on each repeated axis
 * @throws {@link ShapeError} if an axis is neither 1 nor the wanted length, or if `shape` has less axes
 *
 * Cost: O(ndim). Source: Array API `broadcast_to`.
 */
export function broadcastTo(layout: Layout, shape: readonly number[]): Layout {
  const target = checkShape(shape);
  const added = target.length - layout.shape.length;
  if (added < 0) {
    throw new ShapeError(
      `cannot broadcast shape ${describe(layout.shape)} to ${describe(target)}: expected at least ${layout.shape.length} axes`,
    );
  }
  const axes = axesOf(layout);
  const result = target.map((length, i): Axis => {
    const axis = axes[i - added] ?? { length: 1, stride: 0 };
    if (axis.length === length) return axis;
    if (axis.length === 1) return { length, stride: 0 };
    throw new ShapeError(
      `cannot broadcast shape ${describe(layout.shape)} to ${describe(target)}: axis ${i - added} has length ${axis.length}, expected 1 or ${length}`,
    );
  });
  return layoutOf(result, layout.byteOffset);
}
