/**
 * The rival: a Piscina pool without instride, as its users make one.
 *
 * @module
 */
import { Piscina } from "piscina";
import { equalParts } from "./equal-parts.ts";

/** A pool with a fixed number of threads; all else is Piscina's default. It runs `jobs/piscina.task.ts`. */
export function plainPiscina(threads: number): Piscina {
  const filename = new URL("../jobs/piscina.task.ts", import.meta.url).href;
  return new Piscina({ filename, minThreads: threads, maxThreads: threads });
}

/** What its users write, as cases call it. */
export const PROMISE_ALL = "Promise.all of pool.run";

/** A job of as many iterations as threads, one task for each. @param task - the name of an export of `jobs/piscina.task.ts` */
export function promiseAll(pool: Piscina, threads: number, task: string): (args?: Int32Array) => Promise<unknown> {
  const parts = equalParts(threads, threads);
  return (args) => Promise.all(parts.map((part) => pool.run({ ...part, args }, { name: task })));
}
