/**
 * A stretch of elements in C order, as boxes: parts of the shape that are a range along each axis.
 *
 * A walk over a box may take its axes in any order and merge them, which one over a stretch may not.
 *
 * Units: elements.
 *
 * @module
 */
import { type HalfOpenRange, sizeOf } from "@instride/core";

export interface Box {
  /** The first index along each axis. */
  readonly start: readonly number[];
  readonly shape: readonly number[];
}

/**
 * Cuts a range of the elements of a shape, counted in C order, into boxes: at most two for each axis, and one more.
 *
 * @param range - within 0 and the elements of the shape
 */
export function boxesOf(shape: readonly number[], { start, stop }: HalfOpenRange): Box[] {
  if (start >= stop) return [];
  const [length, ...inner] = shape;
  if (length === undefined) return [{ start: [], shape: [] }];
  const rowSize = sizeOf(inner);
  const row = Math.floor(start / rowSize);
  const lastRow = Math.floor((stop - 1) / rowSize);
  const within = (of: number, from: number, to: number): Box[] =>
    boxesOf(inner, { start: from - of * rowSize, stop: to - of * rowSize }).map((box) => ({
      start: [of, ...box.start],
      shape: [1, ...box.shape],
    }));
  if (row === lastRow && stop - start < rowSize) return within(row, start, stop);
  // Whole rows, after the rest of one and before the beginning of another.
  const firstWhole = Math.ceil(start / rowSize);
  const endWhole = Math.floor(stop / rowSize);
  const whole: Box = { start: [firstWhole, ...inner.map(() => 0)], shape: [endWhole - firstWhole, ...inner] };
  return [
    ...within(row, start, firstWhole * rowSize),
    ...(endWhole > firstWhole ? [whole] : []),
    ...within(endWhole, endWhole * rowSize, stop),
  ];
}
