import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { BorrowError, KernelError, ModuleLoadError, open, ReleasedError } from "instride";
import { describeModes } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const steered = new URL("fixtures/steered.kernel.ts", import.meta.url);

/** Who takes part, and whether the caller may run small loops by itself. */
const WAYS = [
  { caller: "waits" },
  { caller: "helps" },
  { caller: "helps", inlineBelowUs: 0 },
  { caller: "helps", inlineBelowUs: 1e9 },
] as const;

describeModes((runtime, mode) => {
  test.each(WAYS)("prepare: run often, each part is worked on once in every run, %j", async (way) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from(Float64Array.from({ length: 300 }, (_, i) => i % 7));
      {
        using twice = await rt.prepare(steered, { over: 300, views: { x }, args: { factor: 2 }, ...way });
        for (let run = 0; run < 40; run++) await twice.run();
      }
      expect(x.toList()).toEqual(Array.from({ length: 300 }, (_, i) => (i % 7) * 2 ** 40));
    });
    expect(rt.stats().leases).toBe(0);
  });

  test("prepare: a run works on what the arrays hold then", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([10], "float64");
      using twice = await rt.prepare(steered, { over: 10, views: { x }, args: { factor: 2 } });
      await twice.run();
      x.fill(4);
      await twice.run();
      expect(x.toList()).toEqual(new Array(10).fill(8));
    });
  });

  test("prepare: between runs other calls have the memory, and during one they are refused", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.full([400], 1, "float64");
      const call = { over: 400, views: { x }, args: { factor: 3 } };
      using prepared = await rt.prepare(steered, call);
      await rt.parallelFor(steered, call);
      const running = prepared.run();
      if (mode !== "inline") {
        expect(() => prepared.release()).toThrow("1 of its runs are under way");
        const refused = [rt.parallelFor(steered, call), prepared.run()];
        await expect(refused[0]).rejects.toThrow(BorrowError);
        await expect(refused[1]).rejects.toThrow("is writing the same memory");
      }
      await running;
      await rt.parallelFor(steered, call);
      expect(x.at(0).toList()).toBe(27);
    });
  });

  test("prepare: until it is released its arrays can't be, and then it can't be run", async () => {
    const rt = runtime();
    const x = rt.zeros([4], "float64");
    const prepared = await rt.prepare(steered, { over: 4, views: { x }, args: { factor: 1 } });
    expect(() => x.release()).toThrow(/1 lease is live, held by prepared .*steered\.kernel\.ts/);
    prepared.release();
    prepared.release();
    x.release();
    await expect(prepared.run()).rejects.toThrow(ReleasedError);
  });

  test.each(WAYS)("prepare: an error says where, and the next run works, %j", async (way) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([100], "float64");
      const throwsAt = s.from(Int32Array.of(50));
      const views = { x, throwsAt: throwsAt.toReadonly() };
      using loop = await rt.prepare(steered, { over: 100, views, args: { factor: 3 }, grainsize: 10, ...way });
      for (let run = 0; run < 5; run++) {
        const error: unknown = await loop.run().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(KernelError);
        expect((error as Error).message).toContain("iteration 50 on purpose");
      }
      throwsAt.set(-1, 0);
      x.fill(1);
      await loop.run();
      expect(x.toList()).toEqual(new Array(100).fill(3));
    });
  });

  test("prepare: a run is cancelled by its signal, and tells its progress", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([200], "uint8");
      using loop = await rt.prepare(misbehave, { over: 200, views: { marks }, args: { kind: "slow", ms: 10 } });
      await expect(loop.run({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
      await expect(loop.run({ signal: AbortSignal.timeout(20) })).rejects.toThrow(/timeout|timed out/);
      marks.fill(0);
      const seen: number[] = [];
      await loop.run({ onProgress: ({ done, total }) => seen.push(done / total) });
      expect(seen.at(-1)).toBe(1);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    });
  });

  test("prepare: what can't be prepared is refused, and nothing stays lent", async () => {
    const rt = runtime();
    const x = rt.zeros([4], "float64");
    const refuse = (options: object, text: string): Promise<void> =>
      expect(rt.prepare(steered, { over: 4, views: { x }, ...options })).rejects.toThrow(text);
    await refuse({ over: -1 }, "cannot loop over -1");
    await refuse({ inlineBelowUs: -2 }, "inline below -2 µs");
    await refuse({ caller: "sings" }, 'whose caller "sings"');
    await refuse({ views: { x: new Float64Array(2) } }, "expected a MemoryView");
    const missing = new URL("fixtures/missing.kernel.ts", import.meta.url);
    await expect(rt.prepare(missing, { over: 4, views: { x }, caller: "helps" })).rejects.toThrow(ModuleLoadError);
    x.release();
  });

  test("runSync: the loop has been run when it returns", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.full([5000], 1, "float64");
      using waits = await rt.prepare(steered, { over: 5000, views: { x }, args: { factor: 2 } });
      expect(() => waits.runSync()).toThrow('its caller waits, expected caller: "helps"');
      if (mode === "worker") return;
      const options = { over: 5000, views: { x }, args: { factor: 2 }, caller: "helps", inlineBelowUs: 0 } as const;
      using loop = await rt.prepare(steered, options);
      for (let run = 1; run <= 30; run++) {
        loop.runSync();
        expect(x.at(run).toList()).toBe(2 ** run);
        // Threads come while the caller gives way.
        await setTimeout(run % 3);
      }
      expect(x.toList()).toEqual(new Array(5000).fill(2 ** 30));
    });
  });

  test("runSync: an error is thrown, and nothing stays lent", async () => {
    const rt = runtime();
    if (mode === "worker") return;
    await rt.scope(async (s) => {
      const marks = s.zeros([100], "uint8");
      using loop = await rt.prepare(misbehave, {
        over: 100,
        views: { marks },
        args: { kind: "throw", at: 30 },
        caller: "helps",
      });
      expect(() => loop.runSync()).toThrow("iteration 30 on purpose");
      const other = { over: 100, views: { marks }, args: { kind: "none" } };
      await rt.parallelFor(misbehave, other);
    });
  });
});

test("runSync: inside of a body it runs inline", async () => {
  await using rt = await open({ threads: 2 });
  await rt.scope(async (s) => {
    const [x, y] = [s.full([4], 1, "float64"), s.full([4], 1, "float64")];
    const options = { over: 4, caller: "helps", grainsize: 1, inlineBelowUs: 1e9 } as const;
    using outer = await rt.prepare(steered, { ...options, views: { x }, args: { factor: 3, calls: "inner" } });
    using inner = await rt.prepare(steered, { ...options, views: { x: y }, args: { factor: 2 } });
    const callable = globalThis as { inner?: () => void };
    callable.inner = () => inner.runSync();
    try {
      // Long enough for the caller to know: from then on it runs the loop alone, so every chunk calls the inner one.
      for (let run = 0; run < 4; run++) outer.runSync();
      y.fill(1);
      outer.runSync();
    } finally {
      delete callable.inner;
    }
    expect(x.toList()).toEqual(new Array(4).fill(3 ** 5));
    expect(y.toList()).toEqual(new Array(4).fill(2 ** 4));
  });
});
