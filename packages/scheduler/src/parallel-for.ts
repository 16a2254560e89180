/**
 * `parallelFor`: a kernel over every part of a half-open range, on every core.
 *
 * Source of the name and of `grainsize`: oneTBB.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import { checkTarget } from "./calls.ts";
import { type LoopContext, type LoopOptions, parallelLoop } from "./parallel-loop.ts";
import { checkGrainsize, checkRange, cutForLoop } from "./range.ts";

export interface ParallelForOptions extends LoopOptions {
  /** The range: `[0, over)` for a number. */
  readonly over: number | HalfOpenRange;
  /** Iterations that a chunk has at least. Default 1. */
  readonly grainsize?: number;
}

/**
 * Runs a kernel over `options.over`, in chunks that the threads claim one by one.
 *
 * @param target - the URL of a module whose default export is the kernel, or the name of a built-in
 * @throws as {@link parallelLoop}; a `ValueError` or `TypeError` for options that are none
 */
export async function parallelFor(context: LoopContext, target: unknown, options: ParallelForOptions): Promise<void> {
  const range = checkRange(options.over);
  const chunks = cutForLoop(range, checkGrainsize(options.grainsize), context.pool.participants);
  await parallelLoop(context, checkTarget(target), chunks, false, options);
}
