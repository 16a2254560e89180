/**
 * Which axes are reduced, and what shape is left.
 *
 * @module
 */
import { type AxisArgument, checkAxes, ShapeError } from "@instride/core";

/**
 * Finds the axes that are reduced: numbers from 0, in order.
 *
 * @param axes - one, several, or null for all
 * @param allowsAxisOfScalar - whether axis 0 or -1 of an array without axes stands for none
 * @throws an `IndexError` for an axis that there is not, a {@link ShapeError} for one that comes twice
 */
export function reducedAxes(axes: AxisArgument | null, ndim: number, allowsAxisOfScalar: boolean): number[] {
  if (axes === null) return Array.from({ length: ndim }, (_, axis) => axis);
  if (ndim === 0 && allowsAxisOfScalar && (axes === 0 || axes === -1)) return [];
  return checkAxes(axes, ndim).sort((a, b) => a - b);
}

/** The shape that a reduction leaves. @param axes - as {@link reducedAxes} gives them */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepdims: boolean): number[] {
  if (keepdims) return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * The strides of a result along the axes that are kept, in order.
 *
 * @param result - of the shape that {@link reducedShape} gives
 * @throws a {@link ShapeError} for another shape
 */
export function keptStrides(
  shape: readonly number[],
  axes: readonly number[],
  keepdims: boolean,
  result: { readonly shape: readonly number[]; readonly strides: readonly number[] },
): number[] {
  const expected = reducedShape(shape, axes, keepdims);
  const isSame =
    expected.length === result.shape.length && expected.every((length, axis) => length === result.shape[axis]);
  if (!isSame) {
    throw new ShapeError(
      `cannot reduce shape [${shape.join(", ")}] into shape [${result.shape.join(", ")}]: expected [${expected.join(", ")}]`,
    );
  }
  return keepdims ? result.strides.filter((_, axis) => !axes.includes(axis)) : [...result.strides];
}
