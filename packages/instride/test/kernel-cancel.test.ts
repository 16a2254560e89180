import { expect, test } from "vitest";
import { Piscina } from "piscina";
import { DeadlineError, open, type Runtime } from "instride";
import { rejection } from "./rejections.ts";

/** Counts up to each element: for hours, in one chunk of few elements. */
const count = (x: number): number => {
  let n = 0;
  while (n < x) n += 1;
  return n;
};

const HOURS = 1e14;

const ENDLESS = { roundsMax: HOURS, name: "count" };

/** Until a thread is in the middle of it. */
const UNDER_WAY_MS = 100;

async function withThreads(body: (rt: Runtime, threadIds: () => readonly number[]) => Promise<void>): Promise<void> {
  const filename = new URL("fixtures/plain.task.ts", import.meta.url).href;
  await using piscina = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
  await using rt = await open({ piscina });
  // Threads that are still starting would be in no chunk.
  const x = rt.zeros([100_000], "float64");
  await rt.map((v) => v + 1)(x, { out: x, caller: "waits" });
  await rt.reduce("sum")(x, { caller: "waits" });
  x.release();
  await body(rt, () => piscina.threads.map(({ threadId }) => threadId).toSorted((a, b) => a - b));
  expect(rt.leaks()).toEqual([]);
}

/** A signal that is aborted once a call is under way. */
function soon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), UNDER_WAY_MS);
  return controller.signal;
}

test("map: a signal ends a loop in the middle of a chunk, and the next call runs", async () => {
  await withThreads(async (rt, threadIds) => {
    const reason = new Error("enough");
    const x = rt.full([5], HOURS, "float64");
    const out = rt.zeros([5], "float64");
    const kernel = rt.map(count, ENDLESS);
    const before = threadIds();
    for (let round = 0; round < 2; round++) {
      const call = kernel(x, { out, caller: "waits", signal: soon(reason) });
      expect(await rejection(call)).toBe(reason);
      expect(out.isPoisoned).toBe(false);
      x.fill(7);
      await kernel(x, { out, caller: "waits", signal: new AbortController().signal });
      expect(out.toList()).toEqual([7, 7, 7, 7, 7]);
      x.fill(HOURS);
    }
    expect(threadIds()).toEqual(before);
  });
});

test("map: a deadline ends a loop in the middle of a chunk, and no thread", async () => {
  await withThreads(async (rt, threadIds) => {
    const x = rt.full([5], HOURS, "float64");
    const out = rt.zeros([5], "float64");
    const before = threadIds();
    expect(await rejection(rt.map(count, ENDLESS)(x, { out, deadlineMs: UNDER_WAY_MS }))).toBeInstanceOf(DeadlineError);
    expect(threadIds()).toEqual(before);
    expect(out.isPoisoned).toBe(true);
  });
});

test("map: a prepared call that was cancelled in the middle of a chunk runs again", async () => {
  await withThreads(async (rt) => {
    const reason = new Error("enough");
    const x = rt.full([100_000], 1, "float64");
    x.set(HOURS, 5);
    using step = await rt.map(count, ENDLESS).prepare(x, { caller: "waits" });
    expect(await rejection(step.run({ signal: soon(reason) }))).toBe(reason);
    x.set(3, 5);
    await step.run();
    expect(step.out.get(5)).toBe(3n);
  });
});

test("reduce, scan: a signal ends a loop of an element in the middle of a chunk", async () => {
  await withThreads(async (rt) => {
    const reason = new Error("enough");
    const x = rt.full([5], HOURS, "float64");
    const options = { of: count, roundsMax: HOURS };
    const control = (): { caller: "waits"; signal: AbortSignal } => ({ caller: "waits", signal: soon(reason) });
    expect(await rejection(rt.reduce("sum", options)(x, control()))).toBe(reason);
    expect(await rejection(rt.scan("cumsum", options)(x, control()))).toBe(reason);
    x.fill(2);
    expect(await rt.reduce("sum", options)(x)).toBe(10n);
  });
});
