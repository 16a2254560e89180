import { expect, test } from "vitest";
import { describeModes } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("parallelFor: an aborted signal rejects with its reason and starts nothing", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      const signal = AbortSignal.abort(new Error("not today"));
      const call = rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "none" }, signal });
      await expect(call).rejects.toThrow("not today");
      expect(marks.asTypedArray().every((mark) => mark === 0)).toBe(true);
    });
  });

  test("parallelFor: a signal stops a running loop, and the threads go on working", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4000], "uint8");
      const controller = new AbortController();
      const call = rt.parallelFor(misbehave, {
        over: 4000,
        grainsize: 1,
        views: { marks },
        args: { kind: "slow", ms: 25 },
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("enough")),
      });
      await expect(call).rejects.toThrow("enough");
      const after = marks.asTypedArray().filter((mark) => mark === 1).length;
      expect(after).toBeLessThan(4000);
      expect(rt.leaks()).toEqual([]);
      await rt.parallelFor(misbehave, { over: 10, views: { marks }, args: { kind: "none" } });
    });
  });

  test("parallelFor: progress rises to the whole range", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      const seen: number[] = [];
      await rt.parallelFor(misbehave, {
        over: 1000,
        grainsize: 100,
        views: { marks },
        args: { kind: "slow", ms: 1 },
        onProgress: ({ done, total }) => {
          expect(total).toBe(1000);
          seen.push(done);
        },
      });
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.at(-1)).toBe(1000);
    });
  });

  test("parallelFor: an error in onProgress cancels the loop and rejects", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      const call = rt.parallelFor(misbehave, {
        over: 1000,
        grainsize: 10,
        views: { marks },
        args: { kind: "slow", ms: 1 },
        onProgress: () => {
          throw new Error("no progress wanted");
        },
      });
      await expect(call).rejects.toThrow("no progress wanted");
    });
  });
});
