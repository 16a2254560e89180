/**
 * `parallelInvoke`: several tasks at once, all of them waited for.
 *
 * Source of the name: oneTBB.
 *
 * @module
 */
import { describe } from "@instride/core";
import type { CallOptions } from "./calls.ts";
import type { LoopContext } from "./parallel-loop.ts";
import { runTask } from "./run-task.ts";

/** A task and what it is called with: what `run` takes. */
export type Invocation = readonly [target: unknown, options?: CallOptions];

/**
 * Runs tasks at the same time.
 *
 * @returns their results, in order, once all have settled
 * @throws what the one that failed has thrown; an `AggregateError` if several have. The others still run to their end
 * @throws `TypeError` for what is no list of tasks: then none runs
 */
export async function parallelInvoke(context: LoopContext, tasks: readonly Invocation[]): Promise<unknown[]> {
  checkInvocations(tasks);
  context.pool.checkOpen();
  const settled = await Promise.allSettled(tasks.map(([target, options]) => runTask(context, target, options)));
  const errors = settled.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} of ${tasks.length} tasks failed`);
  return settled.map((result) => (result.status === "fulfilled" ? result.value : undefined));
}

function checkInvocations(tasks: unknown): void {
  const expected = "expected an array of pairs [task, options]";
  if (!Array.isArray(tasks)) throw new TypeError(`cannot invoke ${describe(tasks)}: ${expected}`);
  const odd = tasks.findIndex((task) => !Array.isArray(task));
  if (odd >= 0) throw new TypeError(`cannot invoke ${describe(tasks[odd])} as task ${odd}: ${expected}`);
}
