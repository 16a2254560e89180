/**
 * The same calls in every mode at once, beside a runtime that compiles nothing.
 *
 * @module
 */
import { afterAll, beforeAll } from "vitest";
import { open, type OpenOptions, type Runtime } from "instride";

/** The first interprets the graphs of kernels: the reference. */
const WAYS: Readonly<Record<string, OpenOptions>> = {
  interpreted: { mode: "inline", debug: true },
  "threads 1": { mode: "threads", threads: 1 },
  "threads 2": { mode: "threads", threads: 2 },
  "threads 3": { mode: "threads", threads: 3 },
  worker: { mode: "worker" },
  inline: { mode: "inline" },
};

/** A runtime, and what tells it from others. */
export interface Way {
  readonly name: string;
  readonly rt: Runtime;
}

/** Opens runtimes for the tests of a file, the interpreting one first. Each is checked to hold nothing at the end. */
export function everyWay(): () => readonly Way[] {
  const ways: Way[] = [];
  beforeAll(async () => {
    for (const [name, options] of Object.entries(WAYS)) ways.push({ name, rt: await open(options) });
  });
  afterAll(async () => {
    for (const { name, rt } of ways) {
      const arrays = rt.stats().arrays;
      await rt.close();
      if (rt.leaks().length > 0) throw new Error(`${name}: leases are left: ${JSON.stringify(rt.leaks())}`);
      const views = [...rt.stats().views.values()];
      if (views.some((count) => count !== 0)) throw new Error(`${name}: views are left: ${views.join(", ")}`);
      if (arrays > KEPT_ARRAYS) throw new Error(`${name}: ${arrays} arrays are left`);
    }
  });
  return () => ways;
}

/** What a runtime keeps for small results and scratch memory of kernels. */
const KEPT_ARRAYS = 8;
