import { expect, test } from "vitest";
import { describeModes } from "./modes.ts";
import { kernelOf } from "./rejections.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);
const tinyTask = kernelOf("() => {}");

describeModes((runtime) => {
  test("calls: a loop of tiny ones lets timers and signals through", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1], "uint8");
      const signal = AbortSignal.timeout(20);
      let calls = 0;
      const started = Date.now();
      while (!signal.aborted && Date.now() - started < 10_000) {
        await rt.parallelFor(misbehave, { over: 1, views: { marks }, args: { kind: "none" } });
        calls++;
      }
      expect(signal.aborted).toBe(true);
      expect(calls).toBeGreaterThan(0);
    });
  });

  test("run: a loop of tiny tasks lets timers and signals through", async () => {
    const signal = AbortSignal.timeout(20);
    const started = Date.now();
    while (!signal.aborted && Date.now() - started < 10_000) await runtime().run(tinyTask);
    expect(signal.aborted).toBe(true);
  });

  test.each([
    {},
    { caller: "helps" },
    { caller: "helps", inlineBelowUs: 0 },
    { caller: "helps", inlineBelowUs: 1e9 },
  ] as const)("prepared: a loop of tiny runs lets timers and signals through, %j", async (way) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1], "uint8");
      using tiny = await rt.prepare(misbehave, { over: 1, views: { marks }, args: { kind: "none" }, ...way });
      const signal = AbortSignal.timeout(20);
      let runs = 0;
      const started = Date.now();
      while (!signal.aborted && Date.now() - started < 10_000) {
        await tiny.run();
        runs++;
      }
      expect(signal.aborted).toBe(true);
      expect(runs).toBeGreaterThan(0);
    });
  });

  test("calls: many at once all settle, and each works on its own memory", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const arrays = Array.from({ length: 40 }, () => s.zeros([100], "uint8"));
      await Promise.all(
        arrays.map((marks) =>
          rt.parallelFor(misbehave, { over: 100, grainsize: 7, views: { marks }, args: { kind: "none" } }),
        ),
      );
      for (const marks of arrays) expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });

  test("calls: tasks and loops share the threads", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = Array.from({ length: 6 }, () => s.zeros([50], "uint8"));
      const x = s.from([1, 2, 3]).toReadonly();
      const loops = marks.map((array) =>
        rt.parallelFor(misbehave, { over: 50, views: { marks: array }, args: { kind: "slow", ms: 1 } }),
      );
      const tasks = Array.from({ length: 6 }, () => rt.run(summary, { views: { x }, args: { ms: 2 } }));
      for (const result of await Promise.all(tasks)) expect(result).toEqual({ mean: 2, readonly: true });
      await Promise.all(loops);
      for (const array of marks) expect(array.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });
});
