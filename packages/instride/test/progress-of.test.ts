import { expect, test } from "vitest";
import { progressOf } from "instride";
import { describeModes } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("progressOf: iterates up to the whole range", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([400], "uint8");
      const call = { over: 400, grainsize: 10, views: { marks }, args: { kind: "slow", ms: 10 } };
      const seen: number[] = [];
      for await (const { done, total } of progressOf((onProgress) =>
        rt.parallelFor(misbehave, { ...call, onProgress }),
      )) {
        expect(total).toBe(400);
        seen.push(done);
      }
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.at(-1)).toBe(400);
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });

  test("progressOf: gives the result of the call at the end, and throws what it throws", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3]);
      const reduction = { over: 3, views: { x }, identity: 0, join: (a: number, b: number) => a + b };
      const progress = progressOf((onProgress) => rt.parallelReduce(sum, { ...reduction, onProgress }));
      let last = await progress.next();
      while (last.done !== true) last = await progress.next();
      expect(last.value).toBe(6);
      const marks = s.zeros([4], "uint8");
      const failing = progressOf((onProgress) =>
        rt.parallelFor(misbehave, { over: 4, views: { marks }, args: { kind: "throw", at: 2 }, onProgress }),
      );
      const iterate = async (): Promise<void> => {
        for await (const { total } of failing) expect(total).toBe(4);
      };
      await expect(iterate()).rejects.toThrow("iteration 2 on purpose");
    });
  });

  test("progressOf: leaving early waits for the call", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([100], "uint8");
      const call = { over: 100, grainsize: 5, views: { marks }, args: { kind: "slow", ms: 5 } };
      for await (const { done } of progressOf((onProgress) => rt.parallelFor(misbehave, { ...call, onProgress }))) {
        if (done > 0) break;
      }
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
      expect(rt.leaks()).toEqual([]);
    });
  });
});
