/**
 * How a range of several dimensions is cut: into the cells of a grid, which are handed out like the iterations of a line.
 *
 * Source of the idea: oneTBB's `blocked_range2d` and `blocked_nd_range`, which split their longest side first.
 *
 * @module
 */
import { describe, type HalfOpenRange, ValueError } from "@instride/core";
import { checkGrainsize, checkRange } from "./range.ts";

/** One dimension: its range, and the length of a cell along it; the last cell may be shorter. */
export interface GridAxis extends HalfOpenRange {
  readonly cellLength: number;
  readonly cellCount: number;
}

/** The dimensions of a range, outermost first. */
export type Grid = readonly GridAxis[];

/** The dimensions that a loop may have. */
const GRID_NDIM_MAX = 8;

/**
 * Passes the ranges of several dimensions through.
 *
 * @throws {@link ValueError} as {@link checkRange}, or for no dimension or too many
 */
export function checkRanges(over: readonly (number | HalfOpenRange)[]): readonly HalfOpenRange[] {
  if (over.length >= 1 && over.length <= GRID_NDIM_MAX) return over.map((axis) => checkRange(axis));
  throw new ValueError(`cannot loop over ${over.length} dimensions: expected from 1 to ${GRID_NDIM_MAX}`);
}

/** Passes a grain size for each dimension through. @throws {@link ValueError} unless there are as many */
export function checkGrainsizes(grainsize: number | readonly number[] | undefined, ndim: number): readonly number[] {
  if (typeof grainsize !== "object") return new Array<number>(ndim).fill(checkGrainsize(grainsize));
  if (grainsize.length === ndim) return grainsize.map((size) => checkGrainsize(size));
  throw new ValueError(
    `cannot cut ${ndim} dimensions with grainsize ${describe(grainsize)}: expected ${ndim} integers`,
  );
}

/**
 * Cuts a range of several dimensions: the dimension with the most grains in a cell is halved, until there are about
 * `wantedCells` cells or none can be cut. A function of its arguments alone.
 */
export function cutGrid(ranges: readonly HalfOpenRange[], grainsizes: readonly number[], wantedCells: number): Grid {
  const lengths = ranges.map(({ start, stop }) => stop - start);
  const parts = ranges.map(() => 1);
  const cellLength = (axis: number): number => Math.max(1, Math.ceil(lengths[axis]! / parts[axis]!));
  const grains = (axis: number): number => cellLength(axis) / grainsizes[axis]!;
  const product = (): number => parts.reduce((cells, count) => cells * count, 1);
  while (product() * 2 <= wantedCells) {
    let longest = 0;
    for (let axis = 1; axis < parts.length; axis++) if (grains(axis) > grains(longest)) longest = axis;
    if (grains(longest) < 2) break;
    parts[longest] = parts[longest]! * 2;
  }
  return ranges.map(({ start, stop }, axis) => {
    const length = cellLength(axis);
    return { start, stop, cellLength: length, cellCount: Math.ceil((stop - start) / length) };
  });
}

/** Cells of a grid: 0 if a dimension is empty. */
export function cellCount(grid: Grid): number {
  return grid.reduce((count, axis) => count * axis.cellCount, 1);
}

/** The ranges of a cell; the last dimension changes fastest. */
export function cellAt(grid: Grid, index: number): HalfOpenRange[] {
  const ranges = new Array<HalfOpenRange>(grid.length);
  let rest = index;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const { start, stop, cellLength, cellCount: count } = grid[axis]!;
    const from = start + (rest % count) * cellLength;
    ranges[axis] = { start: from, stop: Math.min(stop, from + cellLength) };
    rest = Math.floor(rest / count);
  }
  return ranges;
}
