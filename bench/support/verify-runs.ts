/**
 * Whether a job is run, and no more than that.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { startCounting, stopCounting } from "../jobs/run-counts.ts";

/**
 * Runs a job, as a whole some number of times.
 *
 * @param counts - those that the job's kernel gets
 * @param run - @returns how many times it ran the job
 * @throws an `AssertionError` unless every iteration was run as often
 */
export async function verifyRuns(name: string, counts: Int32Array, run: () => Promise<number>): Promise<void> {
  startCounting(counts);
  const times = await run();
  const seen = stopCounting(counts);
  deepStrictEqual(seen, new Array<number>(seen.length).fill(times), `${name}: an iteration didn't run ${times} times`);
}
