/**
 * `parallelFor`: a kernel over every part of a half-open range, on every core.
 *
 * Source of the name and of `grainsize`: oneTBB.
 *
 * @module
 */
import { checkTarget } from "./calls.ts";
import { cutOver, type Over } from "./cut.ts";
import { type LoopContext, type LoopOptions, parallelLoop } from "./parallel-loop.ts";

export interface ParallelForOptions extends LoopOptions {
  /** The range: `[0, over)` for a number. One for each dimension if it is an array; the kernel then gets an array too. */
  readonly over: Over;
  /** Iterations that a chunk has at least: one number, or one for each dimension. Default 1. */
  readonly grainsize?: number | readonly number[];
}

/**
 * Runs a kernel over `options.over`, in chunks that the threads claim one by one.
 *
 * @param target - the URL of a module whose default export is the kernel, or the name of a built-in
 * @throws as {@link parallelLoop}; a `ValueError` or `TypeError` for options that are none
 */
export async function parallelFor(context: LoopContext, target: unknown, options: ParallelForOptions): Promise<void> {
  const cut = cutOver(options.over, options.grainsize, context.pool.participants);
  await parallelLoop(context, checkTarget(target), cut, false, options);
}
