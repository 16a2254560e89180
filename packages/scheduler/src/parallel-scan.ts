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
import { ValueError } from "@instride/core";
import { checkTarget } from "./calls.ts";
import { cutOver } from "./cut.ts";
import { type LoopContext, parallelLoop } from "./parallel-loop.ts";
import type { ParallelReduceOptions } from "./parallel-reduce.ts";

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
  if (Array.isArray(options.over)) {
    throw new ValueError(`cannot scan ${options.over.length} dimensions: running totals have one order; scan a line`);
  }
  const cut = cutOver(options.over, options.grainsize, null);
  // Progress is that of the second pass, which does the work that stays.
  const { onProgress: _onProgress, ...firstPass } = options;
  const totals = await parallelLoop(context, kernel, cut, true, firstPass);
  const byChunk = totals.toSorted((a, b) => a.chunk - b.chunk);
  const prefixes: T[] = [];
  let total = options.identity;
  for (const { value } of byChunk) {
    prefixes.push(total);
    total = options.join(total, value as T);
  }
  await parallelLoop(context, kernel, cut, false, options, prefixes);
  return total;
}
