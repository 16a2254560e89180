/**
 * Along which axes a kernel walks: merged, in order of the output's strides, with the one that makes good runs innermost.
 *
 * A walk sees outputs, operands and indices as columns ({@link WalkColumns}). Axes whose index matters stay apart: their
 * columns can't be merged.
 *
 * @module
 */
import type { WalkColumns } from "../graph/run-interpreted.ts";
import { planRuns } from "../runs.ts";

/** A walk: the axes, outermost first, of which the last is the run. At least one. */
export interface Walk extends WalkColumns {
  readonly shape: readonly number[];
}

/** Runs that are shorter cost more to begin than to go along at whatever steps: two vectors of four lanes. */
const RUN_MIN = 8;

/**
 * Plans a walk over all elements, of which there is at least one.
 *
 * @param memories - how many columns are of memory; those that follow are of indices
 */
export function planWalk(shape: readonly number[], columns: WalkColumns, memories: number): Walk {
  const forward = forwards(shape, columns, memories);
  return { ...planRuns(shape, forward.strides, RUN_MIN), offsets: forward.offsets };
}

/** The offsets of all columns at an element. */
export function offsetsAt({ offsets, strides }: WalkColumns, index: readonly number[]): number[] {
  return offsets.map((offset, column) => {
    const own = strides[column]!;
    let sum = offset;
    for (let axis = 0; axis < index.length; axis++) sum += index[axis]! * own[axis]!;
    return sum;
  });
}

/** How many axes before the run the first output has denser than the run: those that were too short for it. */
export function denserAxes({ shape, strides }: Walk): number {
  const own = strides[0]!.map(Math.abs);
  const run = shape.length - 1;
  let count = 0;
  while (count < run && own[run - 1 - count]! < own[run]!) count++;
  return count;
}

/** The same walk, with one of the axes just before the run. */
export function withRows({ shape, strides, offsets }: Walk, axis: number): Walk {
  const moved = (own: readonly number[]): number[] => [...own.toSpliced(axis, 1).slice(0, -1), own[axis]!, own.at(-1)!];
  return { shape: moved(shape), strides: strides.map(moved), offsets };
}

/** The same elements, with the first output's strides positive along every axis whose index doesn't matter. */
function forwards(shape: readonly number[], { offsets, strides }: WalkColumns, memories: number): WalkColumns {
  const indices = strides.slice(memories);
  const isTurned = shape.map((_, axis) => strides[0]![axis]! < 0 && indices.every((own) => own[axis] === 0));
  if (!isTurned.includes(true)) return { offsets, strides };
  return {
    offsets: offsets.map((offset, column) =>
      shape.reduce((sum, n, axis) => (isTurned[axis]! ? sum + (n - 1) * strides[column]![axis]! : sum), offset),
    ),
    strides: strides.map((own) => own.map((stride, axis) => (isTurned[axis]! ? -stride : stride))),
  };
}
