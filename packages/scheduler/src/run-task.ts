/**
 * `run`: a task of its own, the ordinary way, with views instead of copies.
 *
 * @module
 */
import { checkOptions, checkTarget } from "./call-checks.ts";
import { type CallOptions, errorOf, throwIfAborted, withLoans } from "./calls.ts";
import type { LoopContext } from "./parallel-loop.ts";

/**
 * Runs the default export of a module once, on a thread: `(views, args) => result`. It may be async.
 *
 * @param target - the module's URL
 * @returns what the task returned, by structured clone
 * @throws the signal's reason: a task that waits is dropped, the thread of one that runs is ended first
 * @throws a `KernelError` with what the task threw as `cause`; a `ModuleLoadError`; a `WorkerLostError`
 */
export async function runTask(context: LoopContext, target: unknown, options: CallOptions = {}): Promise<unknown> {
  const kernel = checkTarget(target);
  if ("name" in kernel) {
    throw new TypeError(
      `cannot run the built-in kernel "${kernel.name}" as a task: expected a module's URL; loops run it`,
    );
  }
  return withLoans(context.owner, kernel, checkOptions(options, "an object"), async (operands) => {
    if (context.turn.isUsedUp) await context.turn.giveWay();
    const outcome = await context.pool.runTask({ ...operands, kernel }, options.signal);
    throwIfAborted(options.signal);
    if ("failure" in outcome) throw errorOf(outcome.failure, kernel, true);
    return outcome.value;
  });
}
