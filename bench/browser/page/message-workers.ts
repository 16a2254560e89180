/**
 * Workers as a program without instride has them, asked by messages.
 *
 * @module
 */
import type { TaskMessage } from "./message-worker.ts";

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
