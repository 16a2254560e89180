/**
 * What tests use of Node's module of the same name, in a page: for the workers of `worker-threads.ts`.
 *
 * @module
 */
import type { Worker } from "./worker-threads.ts";

/** Waits for a message. Rejects if an error comes first. */
export function once(worker: Worker, event: "message"): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    worker.once(event, (value) => resolve([value]));
    worker.once("error", reject);
  });
}
