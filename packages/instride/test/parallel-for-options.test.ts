import { expect, test } from "vitest";
import { DeadlineError, open, WorkerLostError } from "instride";
import { describeModes } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("caller: where it helps every part is worked on once, and errors and results are the same", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      await rt.parallelFor(misbehave, { over: 1000, views: { marks }, args: { kind: "none" }, caller: "helps" });
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
      const failing = { over: 1000, views: { marks }, args: { kind: "throw", at: 500 }, caller: "helps" as const };
      await expect(rt.parallelFor(misbehave, failing)).rejects.toThrow("iteration 500 on purpose");
      const x = s.from(Float64Array.from({ length: 5000 }, (_, i) => i));
      const reduction = { over: 5000, views: { x }, identity: 0, join: (a: number, b: number) => a + b };
      expect(await rt.parallelReduce(sum, { ...reduction, caller: "helps" })).toBe(12_497_500);
    });
  });

  test("caller: while it helps, timers get through", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      let ticks = 0;
      const timer = setInterval(() => ticks++, 5);
      await rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "slow", ms: 6 }, caller: "helps" });
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(1);
    });
  });

  test("options: those that make no sense are refused with what would", async () => {
    const rt = runtime();
    const refuse = async (options: object, text: string): Promise<void> => {
      await expect(rt.parallelFor(misbehave, { over: 1, ...options })).rejects.toThrow(text);
    };
    await refuse({ caller: "dances" }, 'whose caller "dances": expected "helps" or "waits"');
    await refuse({ deadlineMs: -1 }, "a deadline of -1 ms");
    await refuse({ deadlineMs: 10, caller: "helps" }, "it can't end itself");
    expect(rt.leaks()).toEqual([]);
  });

  test("deadline: a loop that is not done by then rejects, and the next one works", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4000], "uint8");
      // The threads start, and load the kernel: the next call begins before its deadline.
      await rt.parallelFor(misbehave, { over: 4000, views: { marks }, args: { kind: "none" } });
      const slow = { over: 4000, views: { marks }, args: { kind: "slow", ms: 60 }, deadlineMs: 150 };
      const error: unknown = await rt.parallelFor(misbehave, slow).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DeadlineError);
      expect((error as Error).message).toMatch(/not done after 150 ms: \d+ of \d+ chunks were done/);
      expect(rt.leaks()).toEqual([]);
      marks.clearPoison();
      marks.fill(0);
      await rt.parallelFor(misbehave, { over: 4000, views: { marks }, args: { kind: "none" }, deadlineMs: 10_000 });
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });
});

test("deadline: a body that never returns is ended with its thread, which is replaced", async () => {
  await using rt = await open({ threads: 2 });
  const marks = rt.zeros([100], "uint8");
  const call = rt.parallelFor(misbehave, {
    over: 100,
    views: { marks },
    args: { kind: "hang", at: 50 },
    deadlineMs: 50,
  });
  await expect(call).rejects.toBeInstanceOf(DeadlineError);
  expect(rt.leaks()).toEqual([]);
  marks.clearPoison();
  marks.fill(0);
  await rt.parallelFor(misbehave, { over: 100, views: { marks }, args: { kind: "none" } });
  expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
});

test("idempotent: the chunks of a thread that dies run again", async () => {
  await using rt = await open({ threads: 2 });
  const marks = rt.zeros([200], "uint8");
  const dying = { over: 200, grainsize: 10, views: { marks }, args: { kind: "exit-once", at: 105 } };
  await expect(rt.parallelFor(misbehave, dying)).rejects.toBeInstanceOf(WorkerLostError);
  marks.clearPoison();
  marks.fill(0);
  await rt.parallelFor(misbehave, { ...dying, idempotent: true });
  expect(marks.asTypedArray().every((mark) => mark >= 1)).toBe(true);
  expect(rt.leaks()).toEqual([]);
});

test("idempotent: a chunk that ends every thread rejects the call", async () => {
  await using rt = await open({ threads: 2 });
  const marks = rt.zeros([200], "uint8");
  const call = rt.parallelFor(misbehave, {
    over: 200,
    views: { marks },
    args: { kind: "exit", at: 7 },
    idempotent: true,
  });
  await expect(call).rejects.toBeInstanceOf(WorkerLostError);
  expect(rt.leaks()).toEqual([]);
});
