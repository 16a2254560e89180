/**
 * The rivals in a page: workers that get a message for each task, bare or through Comlink.
 *
 * @module
 */
import { type Remote, wrap } from "comlink";
import type { ForkJoin, Job } from "../../dispatch/fork-join.ts";
import { equalParts } from "../../support/equal-parts.ts";
import type { Tasks } from "./comlink-worker.ts";
import type { TaskMessage } from "./message-worker.ts";
import type { MessageWorker } from "./message-workers.ts";

export const POST_MESSAGE = "postMessage, each and back";
export const COMLINK = "a Comlink call each";

/** So many workers that are asked through Comlink. @param held - ends them */
export function comlinkWorkers(count: number, held: DisposableStack): Remote<Tasks>[] {
  return Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./comlink-worker.ts", import.meta.url), { type: "module" });
    return wrap<Tasks>(held.adopt(worker, () => worker.terminate()));
  });
}

/** What a program writes that has workers alone. */
export function postMessages(workers: readonly MessageWorker[], job: Job): ForkJoin {
  return inParts(POST_MESSAGE, workers, job, (worker, value) => worker.run(job.task as TaskMessage["task"], value));
}

/** What a program writes that has Comlink. */
export function comlinkCalls(workers: readonly Remote<Tasks>[], job: Job): ForkJoin {
  const task = job.task as "empty" | "rendezvous";
  return inParts(COMLINK, workers, job, (worker, value) => worker[task](value as Parameters<Tasks["empty"]>[0]));
}

function inParts<W>(
  name: string,
  workers: readonly W[],
  { iterations }: Job,
  ask: (worker: W, value: unknown) => Promise<unknown>,
): ForkJoin {
  const parts = equalParts(iterations, workers.length);
  return { name, run: (args) => Promise.all(parts.map((part, i) => ask(workers[i]!, { ...part, args }))) };
}
