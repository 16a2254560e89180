/**
 * `parallelScan`: running totals. Each part of the range is summed up, and then scanned again with the total of all
 * parts before it.
 *
 * The result is the same for any number of threads: how the range is cut depends on the range and `grainsize` alone,
 * and the totals are joined from left to right.
 *
 * Source of the name, and of the two passes of one body: oneTBB's `parallel_scan`.
 *
 * @module
 */
import { checkTarget } from "./calls.ts";
import { type LoopContext, parallelLoop } from "./parallel-loop.ts";
import type { ParallelReduceOptions } from "./parallel-reduce.ts";
import { checkGrainsize, checkRange, cutForReduction } from "./range.ts";

/** As for a reduction; `identity` is what the first part begins with. */
export type ParallelScanOptions<T> = ParallelReduceOptions<T>;

/**
 * Scans a range.
 *
 * @param target - as for `parallelFor`. Its kernel is called twice for each part: `(range, views, args)` returns the
 *   part's total and writes nothing; `(range, views, args, prefix)` writes what it scans, beginning with `prefix`
 * @returns the total of the whole range
 * @throws as `parallelFor`, and what `join` throws
 */
export async function parallelScan<T>(
  context: LoopContext,
  target: unknown,
  options: ParallelScanOptions<T>,
): Promise<T> {
  const kernel = checkTarget(target);
  const chunks = cutForReduction(checkRange(options.over), checkGrainsize(options.grainsize));
  // Progress is that of the second pass, which does the work that stays.
  const { onProgress: _onProgress, ...firstPass } = options;
  const totals = await parallelLoop(context, kernel, chunks, true, firstPass);
  const byChunk = totals.toSorted((a, b) => a.chunk - b.chunk);
  const prefixes: T[] = [];
  let total = options.identity;
  for (const { value } of byChunk) {
    prefixes.push(total);
    total = options.join(total, value as T);
  }
  await parallelLoop(context, kernel, chunks, false, options, prefixes);
  return total;
}
