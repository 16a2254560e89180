/**
 * Whether a job is run, and no more than that.
 *
 * @module
 */
import { startCounting, stopCounting } from "../jobs/run-counts.ts";
import { check } from "./check.ts";

/**
 * Runs a job, as a whole some number of times.
 *
 * @param counts - those that the job's kernel gets
 * @param run - @returns how many times it ran the job
 * @throws a `WrongResultError` unless every iteration was run as often
 */
export async function verifyRuns(name: string, counts: Int32Array, run: () => Promise<number>): Promise<void> {
  startCounting(counts);
  const times = await run();
  const seen = stopCounting(counts);
  const areAll = seen.every((count) => count === times);
  check(areAll, `${name}: an iteration didn't run ${times} times: they ran ${seen.join(", ")} times`);
}
