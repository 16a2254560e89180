/**
 * Units of work: the blocks of a grid over a walk's axes.
 *
 * A block covers the short axes near the run whole, so that what lies close together is worked on together, and starts at
 * a multiple of 64 elements along the run: threads then begin on lines of memory of their own, where the output is
 * contiguous and aligned.
 *
 * Units: elements.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import { type Box, boxesOf } from "../graph/boxes.ts";

/** Blocks along the run are multiples of this many elements. */
const RUN_UNIT = 64;

/**
 * Finds the lengths of blocks of some elements.
 *
 * @param shape - of the walk
 * @param dense - how many of the axes before the run are denser than it
 * @param elements - about how many a block is to have
 */
export function blockOf(shape: readonly number[], dense: number, elements: number): number[] {
  const run = shape.length - 1;
  const block = shape.map(() => 1);
  let left = elements;
  const take = (axis: number, length: number): void => {
    block[axis] = length;
    left /= length;
  };
  for (let axis = run - 1; axis >= run - dense; axis--) if (shape[axis]! * RUN_UNIT <= left) take(axis, shape[axis]!);
  take(run, Math.min(shape[run]!, Math.max(RUN_UNIT, Math.floor(left / RUN_UNIT) * RUN_UNIT)));
  for (let axis = run - 1; axis >= 0; axis--) {
    const isInnerWhole = block[axis + 1] === shape[axis + 1] || axis >= run - dense;
    if (block[axis]! > 1 || !isInnerWhole || left < 2) continue;
    take(axis, Math.min(shape[axis]!, Math.floor(left)));
  }
  return block;
}

/** Blocks along each axis. */
export function gridOf(shape: readonly number[], block: readonly number[]): number[] {
  return shape.map((length, axis) => Math.ceil(length / block[axis]!));
}

/** The elements of a range of blocks, counted in C order of the grid, as boxes of the walk. */
export function elementBoxes(shape: readonly number[], block: readonly number[], range: HalfOpenRange): Box[] {
  return boxesOf(gridOf(shape, block), range).map(({ start, shape: blocks }) => {
    const first = start.map((at, axis) => at * block[axis]!);
    return {
      start: first,
      shape: blocks.map((count, axis) => Math.min(count * block[axis]!, shape[axis]! - first[axis]!)),
    };
  });
}
