/**
 * How a half-open range is cut into chunks.
 *
 * @module
 */
import { describe, type HalfOpenRange, ValueError } from "@instride/core";

/** A range and the length of its chunks; the last may be shorter. */
export interface ChunkedRange extends HalfOpenRange {
  readonly chunkLength: number;
  readonly chunkCount: number;
}

/** What a loop's body gets: a range, or one for each dimension. */
export type LoopRange = HalfOpenRange | readonly HalfOpenRange[];

/** A range as texts show it. */
export function showRange(range: LoopRange): string {
  const ranges = "start" in range ? [range] : range;
  return ranges.map(({ start, stop }) => `[${start}, ${stop})`).join(" × ");
}

/** Chunks for each participant of a loop: enough for the fast ones to take from the slow, few enough to cost nothing. */
export const CHUNKS_PER_PARTICIPANT = 8;

/** Chunks of a reduction, which must not depend on the number of participants. */
export const REDUCTION_CHUNKS_MAX = 512;

/** Claims are counted in 32-bit words, with room for each participant to claim once beyond the end. */
const CHUNKS_MAX = 1_000_000_000;

/** Passes a range through, or makes `[0, n)` of a count. @throws {@link ValueError} unless `0 <= start <= stop` are integers */
export function checkRange(over: number | HalfOpenRange): HalfOpenRange {
  const { start, stop } = typeof over === "object" && over !== null ? over : { start: 0, stop: over };
  if (Number.isSafeInteger(start) && Number.isSafeInteger(stop) && 0 <= start && start <= stop) return { start, stop };
  throw new ValueError(
    `cannot loop over ${typeof over === "number" ? describe(over) : `[${describe(start)}, ${describe(stop)})`}: ` +
      "expected a number of iterations, or integers with 0 <= start <= stop",
  );
}

/** Passes a grain size through. @throws {@link ValueError} unless it is a positive integer */
export function checkGrainsize(grainsize: number | undefined): number {
  if (grainsize === undefined) return 1;
  if (Number.isSafeInteger(grainsize) && grainsize > 0) return grainsize;
  throw new ValueError(`cannot cut a range with grainsize ${describe(grainsize)}: expected an integer from 1`);
}

/** Cuts for a loop: chunks of at least `grainsize`, several for each participant. */
export function cutForLoop(range: HalfOpenRange, grainsize: number, participants: number): ChunkedRange {
  return cut(range, grainsize, participants * CHUNKS_PER_PARTICIPANT);
}

/** Cuts for a reduction: a function of the range and `grainsize` alone, so that the result is the same on any machine. */
export function cutForReduction(range: HalfOpenRange, grainsize: number): ChunkedRange {
  return cut(range, grainsize, REDUCTION_CHUNKS_MAX);
}

function cut({ start, stop }: HalfOpenRange, grainsize: number, wantedChunks: number): ChunkedRange {
  const length = stop - start;
  const chunkLength = Math.max(1, grainsize, Math.ceil(length / Math.min(wantedChunks, CHUNKS_MAX)));
  return { start, stop, chunkLength, chunkCount: Math.ceil(length / chunkLength) };
}

/** The `index`-th chunk. */
export function chunkAt({ start, stop, chunkLength }: ChunkedRange, index: number): HalfOpenRange {
  const from = start + index * chunkLength;
  return { start: from, stop: Math.min(stop, from + chunkLength) };
}
