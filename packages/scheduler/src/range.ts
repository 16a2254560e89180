/**
 * Half-open ranges, and the chunks that they are cut into.
 *
 * How many chunks, and for whom, is decided in `cut.ts`.
 *
 * @module
 */
import { describe, type HalfOpenRange, ValueError } from "@instride/core";

/**
 * A range that is cut into chunks. Where a chunk lies is a function of these numbers and its index alone
 * ({@link chunkAt}), so they are all that a thread has to be told.
 */
export interface ChunkedRange extends HalfOpenRange {
  /** Of each chunk but the last, which may be shorter; where lengths fall, the least. */
  readonly chunkLength: number;
  readonly chunkCount: number;
  /** 0 where all chunks are of one length; else how many participants their falling lengths are made for. */
  readonly guidedFor: number;
  /** Runs of neighbouring chunks from which participants claim, each with one of its own to begin with; from 1. */
  readonly segmentCount: number;
}

/** What a loop's body gets: a range, or one for each dimension. */
export type LoopRange = HalfOpenRange | readonly HalfOpenRange[];

/** A range as texts show it. */
export function showRange(range: LoopRange): string {
  const ranges = "start" in range ? [range] : range;
  return ranges.map(({ start, stop }) => `[${start}, ${stop})`).join(" × ");
}

/** Orders ranges by where they begin, along their first dimension first. */
export function compareRanges(a: LoopRange, b: LoopRange): number {
  const [left, right] = [startsOf(a), startsOf(b)];
  const axis = left.findIndex((start, i) => start !== right[i]);
  return axis < 0 ? 0 : left[axis]! - right[axis]!;
}

function startsOf(range: LoopRange): number[] {
  return ("start" in range ? [range] : range).map(({ start }) => start);
}

/** Passes a range through, or makes `[0, n)` of a count. @throws {@link ValueError} unless `0 <= start <= stop` are integers */
export function checkRange(over: number | HalfOpenRange): HalfOpenRange {
  const { start, stop } = typeof over === "object" && over !== null ? over : { start: 0, stop: over };
  if (Number.isSafeInteger(start) && Number.isSafeInteger(stop) && 0 <= start && start <= stop) return { start, stop };
  const isRange = typeof over === "object" && over !== null && ("start" in over || "stop" in over);
  throw new ValueError(
    `cannot loop over ${isRange ? `[${describe(start)}, ${describe(stop)})` : describe(over)}: ` +
      "expected a number of iterations, or integers with 0 <= start <= stop",
  );
}

/** Passes a grain size through. @throws {@link ValueError} unless it is a positive integer */
export function checkGrainsize(grainsize: number | undefined): number {
  if (grainsize === undefined) return 1;
  if (Number.isSafeInteger(grainsize) && grainsize > 0) return grainsize;
  throw new ValueError(`cannot cut a range with grainsize ${describe(grainsize)}: expected an integer from 1`);
}

/** Cuts a range into chunks of one length. */
export function evenChunks({ start, stop }: HalfOpenRange, chunkLength: number, segmentsMax: number = 1): ChunkedRange {
  const chunkCount = Math.ceil((stop - start) / chunkLength);
  return { start, stop, chunkLength, chunkCount, guidedFor: 0, segmentCount: segmentsFor(chunkCount, segmentsMax) };
}

/**
 * Cuts a range into chunks whose lengths fall: each is 1/(2 × participants) of what is left, until that is
 * `chunkLength`.
 *
 * The length is found anew after as many chunks as there are participants. So the chunks are few (the range halves with
 * each round), and each can be found without those before it.
 *
 * Source: OpenMP's `schedule(guided)`; the rounds are those of "factoring", Flynn Hummel, Schonberg and Flynn, 1992.
 */
export function guidedChunks({ start, stop }: HalfOpenRange, chunkLength: number, participants: number): ChunkedRange {
  const guide = { start, stop, chunkLength, guidedFor: participants };
  const { offset, chunks } = roundOf(guide, Number.POSITIVE_INFINITY);
  const chunkCount = chunks + Math.ceil((stop - start - offset) / chunkLength);
  return { ...guide, chunkCount, segmentCount: 1 };
}

/** The `index`-th chunk. */
export function chunkAt(chunks: ChunkedRange, index: number): HalfOpenRange {
  return { start: chunkStart(chunks, index), stop: chunkStart(chunks, index + 1) };
}

/** Where the `index`-th chunk begins; the end of the range for the one after the last. */
export function chunkStart(chunks: ChunkedRange, index: number): number {
  const { start, stop, chunkLength, guidedFor } = chunks;
  if (guidedFor === 0) return Math.min(stop, start + index * chunkLength);
  const round = roundOf(chunks, index);
  return Math.min(stop, start + round.offset + (index - round.chunks) * round.chunkLength);
}

/** A round of falling lengths: how far it begins from the start, after how many chunks, and the length of its own. */
interface Round {
  readonly offset: number;
  readonly chunks: number;
  readonly chunkLength: number;
}

/** The round of the `index`-th chunk. The last one has no end: lengths fall no more. */
function roundOf(
  { start, stop, chunkLength: least, guidedFor }: Omit<ChunkedRange, "chunkCount" | "segmentCount">,
  index: number,
): Round {
  let offset = 0;
  let chunks = 0;
  for (;;) {
    const chunkLength = Math.ceil((stop - start - offset) / (2 * guidedFor));
    if (chunkLength <= least) return { offset, chunks, chunkLength: least };
    if (index < chunks + guidedFor) return { offset, chunks, chunkLength };
    offset += guidedFor * chunkLength;
    chunks += guidedFor;
  }
}

/** At most one segment for each chunk, and one where there is none. */
function segmentsFor(chunkCount: number, segmentsMax: number): number {
  return Math.max(1, Math.min(chunkCount, segmentsMax));
}

/** The first chunk of a segment; the number of chunks for the one after the last. */
export function segmentStart(chunkCount: number, segmentCount: number, segment: number): number {
  return segmentCount === 1 ? segment * chunkCount : Math.floor((segment * chunkCount) / segmentCount);
}
