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
import { checkTarget } from "./call-checks.ts";
import { withLoans } from "./calls.ts";
import { cutForReduction, type Over } from "./cut.ts";
import { type LoopContext, parallelLoop } from "./parallel-loop.ts";
import { checkJoin, type ParallelReduceOptions } from "./parallel-reduce.ts";
import { copyOfJoined } from "./sendable.ts";

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
  checkJoin(options);
  checkScanned(options.over);
  const cut = cutForReduction(options, context.pool.participants, "scan");
  // Progress is that of the second pass, which does the work that stays.
  const { onProgress: _onProgress, ...firstPass } = options;
  // Both passes under the same leases: nobody writes to what is scanned in between.
  return withLoans(context.owner, kernel, options, async (lent) => {
    const totals = await parallelLoop(context, kernel, cut, true, { ...firstPass, lent });
    const byChunk = totals.toSorted((a, b) => a.chunk - b.chunk);
    const { prefixes, total } = prefixesOf(
      byChunk.map(({ value }) => value as T),
      options,
    );
    await parallelLoop(context, kernel, cut, false, { ...options, lent }, prefixes);
    return total;
  });
}

/** @throws a `ValueError` for several dimensions */
export function checkScanned(over: Over): void {
  if (!Array.isArray(over)) return;
  throw new ValueError(`cannot scan ${over.length} dimensions: running totals have one order; scan a line`);
}

/** What each part begins with, and the total of all, joined from left to right. */
export function prefixesOf<T>(
  totals: readonly T[],
  { identity, join }: Pick<ParallelScanOptions<T>, "identity" | "join">,
): { readonly prefixes: readonly T[]; readonly total: T } {
  const prefixes: T[] = [];
  // `join` may change what it is given, and return that.
  let total = copyOfJoined(identity);
  for (const value of totals) {
    prefixes.push(copyOfJoined(total));
    total = join(total, value);
  }
  return { prefixes, total };
}
