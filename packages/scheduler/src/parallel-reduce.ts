/**
 * `parallelReduce`: a kernel that returns a partial result for each chunk, and how two of them join.
 *
 * The result is the same for any number of threads: how the range is cut depends on the range and `grainsize` alone,
 * and the partial results are joined in one fixed tree over the chunks, whoever computed them.
 *
 * Source of the names: oneTBB's `parallel_deterministic_reduce`.
 *
 * @module
 */
import { checkTarget } from "./calls.ts";
import { cutOver } from "./cut.ts";
import type { ParallelForOptions } from "./parallel-for.ts";
import { type LoopContext, parallelLoop } from "./parallel-loop.ts";

export interface ParallelReduceOptions<T> extends ParallelForOptions {
  /** The result of an empty range. */
  readonly identity: T;
  /** Joins the results of two neighbouring parts, the left one first. Runs on the calling thread. */
  readonly join: (left: T, right: T) => T;
}

/**
 * Reduces a range.
 *
 * @param target - as for `parallelFor`; its kernel returns the result of its chunk, which survives structured clone
 * @throws as `parallelFor`, and what `join` throws
 */
export async function parallelReduce<T>(
  context: LoopContext,
  target: unknown,
  options: ParallelReduceOptions<T>,
): Promise<T> {
  const cut = cutOver(options.over, options.grainsize, null);
  const partials = await parallelLoop(context, checkTarget(target), cut, true, options);
  const values = new Array<T>(cut.chunks.chunkCount);
  for (const { chunk, value } of partials) values[chunk] = value as T;
  return joinTree(values, options);
}

/** Joins neighbours, then neighbours of those, until one is left. */
function joinTree<T>(values: readonly T[], { identity, join }: ParallelReduceOptions<T>): T {
  if (values.length === 0) return identity;
  let level = values;
  while (level.length > 1) {
    const next: T[] = [];
    for (let i = 0; i < level.length; i += 2)
      next.push(i + 1 < level.length ? join(level[i]!, level[i + 1]!) : level[i]!);
    level = next;
  }
  return level[0]!;
}
