/**
 * `parallelFor`: a kernel over every part of a half-open range, on every core.
 *
 * Source of the name, of `grainsize` and of the partitioners: oneTBB.
 *
 * @module
 */
import { checkOptions, checkTarget } from "./call-checks.ts";
import { cutForLoop, type CutOptions } from "./cut.ts";
import { type LoopContext, type LoopOptions, parallelLoop } from "./parallel-loop.ts";

export interface ParallelForOptions extends LoopOptions, CutOptions {}

/**
 * Runs a kernel over `options.over`, in chunks that the threads claim one by one.
 *
 * @param target - the URL of a module whose default export is the kernel, or the name of a built-in
 * @throws as {@link parallelLoop}; a `ValueError` or `TypeError` for options that are none
 */
export async function parallelFor(context: LoopContext, target: unknown, options: ParallelForOptions): Promise<void> {
  const { participants, autoCutsFor } = context.pool;
  const cut = cutForLoop(checkOptions(options, "an object with over"), participants, autoCutsFor);
  await parallelLoop(context, checkTarget(target), cut, false, options);
}
