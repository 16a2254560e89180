/**
 * `parallelReduce`: a kernel that returns a partial result for each chunk, and how two of them join.
 *
 * The result is the same for any number of threads: how the range is cut depends on the range and `grainsize` alone,
 * and the partial results are joined in one fixed tree over the chunks, whoever computed them. A partitioner may only say
 * who runs which chunk.
 *
 * Source of the names: oneTBB's `parallel_deterministic_reduce`.
 *
 * @module
 */
import { checkFunction, checkOptions, checkTarget } from "./call-checks.ts";
import { cutForReduction } from "./cut.ts";
import type { ParallelForOptions } from "./parallel-for.ts";
import { type LoopContext, parallelLoop } from "./parallel-loop.ts";

export interface ParallelReduceOptions<T> extends ParallelForOptions {
  /** Who runs which chunk. The others would cut by the number of threads, and so change the result. Default `auto`. */
  readonly partitioner?: "auto" | "affinity" | undefined;
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
  checkJoin(options);
  const cut = cutForReduction(options, context.pool.participants, "reduce");
  const partials = await parallelLoop(context, checkTarget(target), cut, true, options);
  const values = new Array<T>(cut.chunks.chunkCount);
  for (const { chunk, value } of partials) values[chunk] = value as T;
  return joinTree(values, options);
}

/** Refuses options of a reduction or scan that have no way to join results. @throws `TypeError` */
export function checkJoin<T>(options: Pick<ParallelReduceOptions<T>, "join">): void {
  const { join } = checkOptions(options, "an object with over, identity and join");
  checkFunction("join", join, "a function of the results of two neighbouring parts");
}

/** Joins neighbours, then neighbours of those, until one is left. */
export function joinTree<T>(
  values: readonly T[],
  { identity, join }: Pick<ParallelReduceOptions<T>, "identity" | "join">,
): T {
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
