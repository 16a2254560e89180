import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { DeadlineError, KernelError, open, PoisonedError } from "instride";
import { errorOf, expectPoisoned, warmUp, withThreads } from "./ended-threads.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const throwAndDie = new URL("fixtures/throw-and-die.kernel.ts", import.meta.url);
const cumsum = new URL("fixtures/cumsum.kernel.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);

test("poison: a thread that dies beside another that throws poisons, although the error is the kernel's", () =>
  withThreads(async (rt) => {
    const words = rt.zeros([2], "int32");
    const error = await errorOf(rt.parallelFor(throwAndDie, { over: 2, grainsize: 1, views: { words } }));
    expect(error).toBeInstanceOf(KernelError);
    expect(String(error)).toContain("while another thread dies");
    expectPoisoned(() => words.get(0), /throw-and-die\.kernel\.ts was ended while it wrote the array \(KernelError\)/);
  }));

test("poison: a prepared loop poisons as a call does, and can be run again once that is cleared", () =>
  withThreads(async (rt) => {
    const marks = rt.zeros([100], "uint8");
    const hanging = { over: 100, views: { marks }, args: { kind: "hang", at: 50 }, deadlineMs: 400 };
    using loop = await rt.prepare(misbehave, hanging);
    for (let run = 0; run < 2; run++) {
      // The thread that was ended is replaced.
      await warmUp(rt);
      expect(await errorOf(loop.run())).toBeInstanceOf(DeadlineError);
      expect(await errorOf(loop.run())).toBeInstanceOf(PoisonedError);
      expect(marks.isPoisoned).toBe(true);
      marks.clearPoison();
    }
    using failing = await rt.prepare(misbehave, { over: 100, views: { marks }, args: { kind: "throw", at: 50 } });
    expect(await errorOf(failing.run())).toBeInstanceOf(KernelError);
    expect(marks.isPoisoned).toBe(false);
  }));

/** Waits until a task has written. */
async function untilWritten(words: { get(index: number): number }): Promise<void> {
  while (words.get(0) === 0) await sleep(2);
}

test("poison: a task that is ended by a signal poisons what it was writing", () =>
  withThreads(async (rt) => {
    const x = rt.from([0, 0, 0, 0], { label: "x" });
    const controller = new AbortController();
    const spinning = rt.run(summary, { views: { x }, args: { spin: true }, signal: controller.signal });
    await untilWritten(x);
    const waiting = rt.borrow(x, { mode: "read", acquireTimeoutMs: 10_000 });
    controller.abort(new Error("enough"));
    expect(String(await errorOf(spinning))).toBe("Error: enough");
    expectPoisoned(() => x.get(0), /"x": it was poisoned .* when \S*summary\.task\.ts was ended/);
    expect(await errorOf(waiting)).toBeInstanceOf(PoisonedError);
  }));

test("poison: a task that waits for a thread and is dropped poisons nothing, and one that only reads neither", async () => {
  await using rt = await open({ threads: 1 });
  const x = rt.from([1, 2]);
  const y = rt.from([3]);
  const controller = new AbortController();
  const first = rt.run(summary, { views: { x: y.toReadonly() }, args: { ms: 100 }, signal: controller.signal });
  const second = rt.run(summary, { views: { x }, args: {}, signal: controller.signal });
  const errors = Promise.all([first, second].map(errorOf));
  await sleep(50);
  controller.abort(new Error("too late"));
  expect((await errors).map(String)).toEqual(["Error: too late", "Error: too late"]);
  expect([x.isPoisoned, y.isPoisoned, x.get(1), y.get(0)]).toEqual([false, false, 2, 3]);
});

test("poison: closing the runtime poisons what its threads were in the middle of", async () => {
  const rt = await open({ threads: 2 });
  const x = rt.from([0, 0]);
  const marks = rt.zeros([1000], "uint8");
  const untouched = rt.from([1, 2]);
  const task = rt.run(summary, { views: { x }, args: { spin: true } });
  const hanging = { over: 1000, grainsize: 100, views: { marks }, args: { kind: "hang", at: 105 } };
  const loop = rt.parallelFor(misbehave, hanging);
  await untilWritten(x);
  // In the middle of the chunk that hangs.
  await untilWritten({ get: () => marks.get(104) });
  const calls = Promise.all([task, loop].map(errorOf));
  await rt.close();
  expect((await calls).map((error) => (error as Error).name)).toEqual(["ClosedError", "ClosedError"]);
  for (const array of [x, marks]) {
    expectPoisoned(() => array.get(0), /was ended while it wrote the array \(ClosedError\)/);
    array.clearPoison();
  }
  expect([x.get(0) > 0, marks.get(0), untouched.get(0)]).toEqual([true, 1, 1]);
  const late = rt.parallelScan(cumsum, { over: 2, views: { x: untouched, y: x }, identity: 0, join: () => 0 });
  expect(((await errorOf(late)) as Error).name).toBe("ClosedError");
  expect([x.isPoisoned, untouched.isPoisoned, rt.leaks()]).toEqual([false, false, []]);
});
