/**
 * How often each iteration of a job has run: what shows, before anything is timed, that it does.
 *
 * Counting can be switched off, so that the loop that was prepared with its counts is the one that is timed.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";

/** Words: whether to count, and a count for each iteration. */
const SWITCH = 0;
const COUNTS = 1;

/** Counts for so many iterations, switched off. */
export function runCounts(iterations: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer((COUNTS + iterations) * Int32Array.BYTES_PER_ELEMENT));
}

/** Counts the iterations of a range, if that is switched on. */
export function countRuns(counts: Int32Array, { start, stop }: HalfOpenRange): void {
  if (counts[SWITCH] === 0) return;
  for (let i = start; i < stop; i++) Atomics.add(counts, COUNTS + i, 1);
}

/** Switches counting on, from 0. */
export function startCounting(counts: Int32Array): void {
  counts.fill(0, COUNTS);
  counts[SWITCH] = 1;
}

/** Switches counting off. @returns how often each iteration has run since it was switched on */
export function stopCounting(counts: Int32Array): number[] {
  counts[SWITCH] = 0;
  return [...counts.subarray(COUNTS)];
}
