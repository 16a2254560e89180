import { expect, test } from "vitest";
import { BorrowError, DeadlineError, KernelError, type MemoryView, open } from "instride";
import { describeModes } from "./modes.ts";

const scale = new URL("fixtures/scale.kernel.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("parallelFor: an adopted SharedArrayBuffer is used in place", async () => {
    const rt = runtime();
    const buffer = new SharedArrayBuffer(64);
    const array = rt.adopt(buffer, { dtype: "float64", shape: [4], byteOffset: 16 });
    new Float64Array(buffer, 16, 4).set([1, 2, 3, 4]);
    await rt.parallelFor(scale, { over: 4, views: { source: array, target: array }, args: { factor: 2 } });
    expect([...new Float64Array(buffer, 16, 4)]).toEqual([2, 4, 6, 8]);
    array.release();
  });

  test("parallelFor: an adopted ArrayBuffer is used in place in mode inline, and refused with the way out in others", async () => {
    const rt = runtime();
    const buffer = new ArrayBuffer(64);
    const adopt = (): MemoryView<"float64", ArrayBuffer> =>
      rt.adopt(buffer, { dtype: "float64", shape: [4], byteOffset: 16 });
    if (rt.mode !== "inline") {
      expect(adopt).toThrow(TypeError);
      expect(adopt).toThrow('from() copies other memory, and mode "inline", which has no other threads, adopts it');
      return;
    }
    await rt.scope(async (s) => {
      const array = adopt();
      const raw: Float64Array<ArrayBuffer> = array.asTypedArray();
      raw.set([1, 2, 3, 4]);
      await rt.parallelFor(scale, { over: 4, views: { source: array, target: array }, args: { factor: 2 } });
      expect([...new Float64Array(buffer, 16, 4)]).toEqual([2, 4, 6, 8]);
      const whole = s.adopt(buffer, { dtype: "uint8", shape: [64] });
      const late = { over: 4, views: { marks: whole }, args: { kind: "slow", ms: 30 }, grainsize: 1, deadlineMs: 20 };
      const call = rt.parallelFor(misbehave, late);
      await expect(rt.borrow(array, { mode: "read" })).rejects.toBeInstanceOf(BorrowError);
      await expect(call).rejects.toBeInstanceOf(DeadlineError);
      expect([array.isPoisoned, whole.isPoisoned]).toEqual([true, true]);
      array.release();
      expect(new Uint8Array(buffer)[0]).toBe(1);
    });
  });

  test("parallelFor: a read-only view can't be written by a body", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4], "uint8");
      const views = { marks: marks.toReadonly() };
      const error: unknown = await rt
        .parallelFor(misbehave, { over: 4, views, args: { kind: "write-readonly" } })
        .catch((thrown: unknown) => thrown);
      expect((error as KernelError).cause).toBeInstanceOf(TypeError);
      expect(marks.toList()).toEqual([0, 0, 0, 0]);
    });
  });

  test("parallelFor: memory that another call writes is refused, naming that call", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      const first = rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "none" } });
      const second = rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "none" } });
      const error: unknown = await second.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BorrowError);
      expect((error as Error).message).toContain("misbehave.kernel.ts is writing the same memory");
      await first;
    });
  });

  test("parallelFor: an array can't be released under a call", async () => {
    const rt = runtime();
    const marks = rt.zeros([64], "uint8");
    const call = rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "none" } });
    expect(() => marks.release()).toThrow(/cannot release "uint8 \[64\]": 1 lease is live, held by .*misbehave/);
    await call;
    marks.release();
  });
});

test.each([{ threads: 1 }, { mode: "inline" as const }])(
  "parallelFor: a view that a body kept is refused in the next call (%o)",
  async (options) => {
    await using rt = await open(options);
    const marks = rt.zeros([64], "uint8");
    await rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "keep" } });
    const call = rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "use-kept" } });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(String((error as KernelError).cause)).toMatch(/ReleasedError: cannot use a view after its lease/);
  },
);
