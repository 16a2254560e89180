/**
 * Runtimes whose threads are ended in the middle of a call, and what is poisoned by that.
 *
 * @module
 */
import { expect } from "vitest";
import { open, PoisonedError, type Runtime } from "instride";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

/** What a call rejects with. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call did not reject");
}

/** Has a thread start and load the kernel: a call with a deadline then begins before it. */
export async function warmUp(rt: Runtime): Promise<void> {
  using marks = rt.zeros([100], "uint8");
  await rt.parallelFor(misbehave, { over: 100, views: { marks }, args: { kind: "none" } });
}

export function expectPoisoned(act: () => unknown, by: RegExp): void {
  expect(act).toThrow(PoisonedError);
  expect(act).toThrow(by);
}

/** A runtime of two threads, for what only threads can do. */
export async function withThreads(body: (rt: Runtime) => Promise<void>): Promise<void> {
  await using rt = await open({ threads: 2 });
  await warmUp(rt);
  await body(rt);
  expect(rt.leaks()).toEqual([]);
}
