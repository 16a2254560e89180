import { expect, test } from "vitest";
import { KernelError, open, WorkerLostError } from "instride";
import { describeModes } from "./modes.ts";

const summary = new URL("fixtures/summary.task.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("run: a task gets views over the same memory, and returns its result", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 6]);
      expect(await rt.run(summary, { views: { x: x.toReadonly() }, args: {} })).toEqual({ mean: 3, readonly: true });
      expect(await rt.run(summary, { views: { x }, args: {} })).toEqual({ mean: 3, readonly: false });
    });
  });

  test("run: an error in the task rejects with the task's name and the cause", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1]);
      const error: unknown = await rt.run(summary, { views: { x }, args: { fail: true } }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(KernelError);
      expect((error as KernelError).cause).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain("no summary today");
      expect(rt.leaks()).toEqual([]);
    });
  });
});

test("run: cancelling a task that runs ends its thread before the call rejects", async () => {
  await using rt = await open({ threads: 2 });
  const x = rt.from([0, 0, 0, 0]);
  const controller = new AbortController();
  const call = rt.run(summary, { views: { x }, args: { spin: true }, signal: controller.signal });
  while (x.get(0) === 0)
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  controller.abort(new Error("enough"));
  await expect(call).rejects.toThrow("enough");
  x.clearPoison();
  const settled = x.get(0);
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  expect(x.get(0)).toBe(settled);
  expect(rt.leaks()).toEqual([]);
  expect(await rt.run(summary, { views: { x: x.at("1:") }, args: {} })).toEqual({ mean: 0, readonly: false });
});

test("run: cancelling a task that waits drops it", async () => {
  await using rt = await open({ threads: 1 });
  const x = rt.from([1, 2]);
  const first = rt.run(summary, { views: { x: x.at("0:1").toReadonly() }, args: { ms: 50 } });
  const controller = new AbortController();
  const second = rt.run(summary, { views: { x: x.at("1:2").toReadonly() }, args: {}, signal: controller.signal });
  controller.abort(new Error("too late"));
  await expect(second).rejects.toThrow("too late");
  expect(await first).toEqual({ mean: 1, readonly: true });
});

test("threads: one that dies in a loop rejects the call, gives the leases back and is replaced", async () => {
  await using rt = await open({ threads: 2 });
  const marks = rt.zeros([1000], "uint8");
  const call = rt.parallelFor(misbehave, { over: 1000, views: { marks }, args: { kind: "exit", at: 500 } });
  await expect(call).rejects.toBeInstanceOf(WorkerLostError);
  expect(rt.leaks()).toEqual([]);
  marks.clearPoison();
  marks.fill(0);
  await rt.parallelFor(misbehave, { over: 1000, views: { marks }, args: { kind: "none" } });
  expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
  expect([...rt.stats().views.values()].every((count) => count === 0)).toBe(true);
});

test("close: calls under way reject with a ClosedError, and later ones too", async () => {
  const rt = await open({ threads: 2 });
  const marks = rt.zeros([1000], "uint8");
  const call = rt.parallelFor(misbehave, {
    over: 1000,
    grainsize: 1,
    views: { marks },
    args: { kind: "slow", ms: 20 },
  });
  const settled = call.catch((error: unknown) => error);
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  await rt.close();
  expect(String(await settled)).toContain("ClosedError");
  expect(rt.leaks()).toEqual([]);
  await expect(rt.parallelFor(misbehave, { over: 1, views: { marks }, args: {} })).rejects.toThrow(
    "the runtime was closed",
  );
});
