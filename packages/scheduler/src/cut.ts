/**
 * How what a loop runs over becomes chunks: of a line, or the cells of a grid.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import { cellCount, checkGrainsizes, checkRanges, cutGrid, type Grid } from "./grid.ts";
import {
  checkGrainsize,
  checkRange,
  CHUNKS_PER_PARTICIPANT,
  type ChunkedRange,
  cutForLoop,
  cutForReduction,
  REDUCTION_CHUNKS_MAX,
} from "./range.ts";

/** What a loop runs over: `[0, n)`, a range, or one of either for each dimension. */
export type Over = number | HalfOpenRange | readonly (number | HalfOpenRange)[];

/** A cut range. */
export interface Cut {
  readonly chunks: ChunkedRange;
  /** Of several dimensions: each chunk is a cell of it. */
  readonly grid: Grid | undefined;
  /** Iterations of the whole. */
  readonly total: number;
}

/** Cuts for a loop of so many participants, or (null) for a reduction, which must not depend on their number. */
export function cutOver(
  over: Over,
  grainsize: number | readonly number[] | undefined,
  participants: number | null,
): Cut {
  if (!Array.isArray(over)) {
    const range = checkRange(over as number | HalfOpenRange);
    const grain = checkGrainsize(grainsize as number | undefined);
    const chunks = participants === null ? cutForReduction(range, grain) : cutForLoop(range, grain, participants);
    return { chunks, grid: undefined, total: range.stop - range.start };
  }
  const ranges = checkRanges(over as readonly (number | HalfOpenRange)[]);
  const wanted = participants === null ? REDUCTION_CHUNKS_MAX : participants * CHUNKS_PER_PARTICIPANT;
  const grid = cutGrid(ranges, checkGrainsizes(grainsize, ranges.length), wanted);
  const cells = cellCount(grid);
  const total = ranges.reduce((product, { start, stop }) => product * (stop - start), 1);
  return { chunks: { start: 0, stop: cells, chunkLength: 1, chunkCount: cells }, grid, total };
}
