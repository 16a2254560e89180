/**
 * One suite for every mode of a runtime.
 *
 * @module
 */
import { afterAll, describe, inject } from "vitest";
import {
  type CallerThread,
  joinThread,
  kernels,
  type LoopBody,
  type MemoryOwner,
  type Mode,
  open,
  type OpenOptions,
  type Runtime,
  TurnBudget,
} from "instride";

const TWO_THREADS = { mode: "threads", threads: 2 } as const;

const MODES: readonly { readonly mode: Mode; readonly threads?: number }[] =
  inject("modes") === "threads"
    ? [TWO_THREADS]
    : [TWO_THREADS, { mode: "threads", threads: 3 }, { mode: "worker" }, { mode: "inline" }];

/** Declares the same tests for every mode; each gets a runtime, which is checked to hold nothing at the end. */
export function describeModes(
  declare: (runtime: () => Runtime, mode: Mode) => void,
  options: Pick<OpenOptions, "debug"> = {},
): void {
  for (const { mode, threads } of MODES) {
    describe(`${mode}${threads === undefined ? "" : ` ${threads}`}`, async () => {
      const rt = await open({ ...options, mode, ...(threads === undefined ? {} : { threads }) });
      afterAll(async () => {
        await rt.close();
        if (rt.leaks().length > 0) throw new Error(`leases are left: ${JSON.stringify(rt.leaks())}`);
        const views = [...rt.stats().views.values()];
        if (views.some((count) => count !== 0)) throw new Error(`views are left: ${views.join(", ")}`);
      });
      declare(() => rt, mode);
    });
  }
}

/** The calling thread of a pool that a test makes by itself. */
export function callerOf(owner: MemoryOwner): CallerThread {
  return {
    ...joinThread(owner.leases.words, 1_000_000, (name) => kernels.kernelNamed(name).run as LoopBody),
    turn: new TurnBudget(),
    depth: 0,
  };
}
