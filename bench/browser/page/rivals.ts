/**
 * The rivals in a page: workers that get a message for each task, bare or through Comlink.
 *
 * @module
 */
import { type Remote, wrap } from "comlink";
import type { ForkJoin, Job } from "../../dispatch/fork-join.ts";
import { meet } from "../../jobs/rendezvous.ts";
import { equalParts } from "../../support/equal-parts.ts";
import type { Tasks } from "./comlink-worker.ts";
import type { TaskMessage } from "./message-worker.ts";

export const POST_MESSAGE = "postMessage, each and back";
export const COMLINK = "a Comlink call each";

/** A worker that is asked by messages, one at a time. */
export class MessageWorker implements Disposable {
  readonly #worker: Worker = new Worker(new URL("./message-worker.ts", import.meta.url), { type: "module" });
  #asked: PromiseWithResolvers<unknown> = Promise.withResolvers();

  constructor() {
    this.#worker.addEventListener("message", ({ data }) => this.#asked.resolve(data));
    this.#worker.addEventListener("error", ({ message }) => this.#asked.reject(new Error(`a task failed: ${message}`)));
  }

  run(task: TaskMessage["task"], value: unknown): Promise<unknown> {
    this.#asked = Promise.withResolvers();
    this.#worker.postMessage({ task, value } satisfies TaskMessage);
    return this.#asked.promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** So many workers that are asked by messages. @param held - ends them */
export function messageWorkers(count: number, held: DisposableStack): MessageWorker[] {
  return Array.from({ length: count }, () => held.use(new MessageWorker()));
}

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
  { iterations, takesAll }: Job,
  ask: (worker: W, value: unknown) => Promise<unknown>,
): ForkJoin {
  const parts = equalParts(iterations, workers.length);
  // A worker does a part, whatever is in it: for others to meet, the page has to come itself.
  const absent = takesAll ? iterations - workers.length : 0;
  return {
    name,
    run(args) {
      const answers = parts.map((part, i) => ask(workers[i]!, { ...part, args }));
      for (let i = 0; i < absent; i++) meet(args!);
      return Promise.all(answers);
    },
  };
}
