import { expect, test } from "vitest";
import { BorrowError, KernelError, ModuleLoadError, open } from "instride";
import { describeModes } from "./modes.ts";

const scale = new URL("fixtures/scale.kernel.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

describeModes((runtime, mode) => {
  test("parallelFor: works on every part of the range once", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([10_007], "uint8");
      await rt.parallelFor(misbehave, { over: marks.size, views: { marks }, args: { kind: "none" } });
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });

  test("parallelFor: touches nothing outside the range", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([100], "uint8");
      await rt.parallelFor(misbehave, { over: { start: 7, stop: 93 }, views: { marks }, args: { kind: "none" } });
      expect(marks.toList()).toEqual(Array.from({ length: 100 }, (_, i) => (i >= 7 && i < 93 ? 1 : 0)));
    });
  });

  test("parallelFor: an empty range calls no kernel", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1], "uint8");
      await rt.parallelFor(misbehave, { over: 0, views: { marks }, args: { kind: "throw", at: 0 } });
      expect(marks.toList()).toEqual([0]);
    });
  });

  test("parallelFor: strided operands are the same memory", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const source = s.from([1, 2, 3, 4, 5, 6, 7, 8]);
      const target = s.zeros([8], "float64");
      await rt.parallelFor(scale, {
        over: 4,
        views: { source: source.at("::-2").toReadonly(), target: target.at("1::2") },
        args: { factor: 10 },
      });
      expect(target.toList()).toEqual([0, 80, 0, 60, 0, 40, 0, 20]);
    });
  });

  test("parallelFor: an adopted SharedArrayBuffer is used in place", async () => {
    const rt = runtime();
    const buffer = new SharedArrayBuffer(64);
    const array = rt.adopt(buffer, { dtype: "float64", shape: [4], byteOffset: 16 });
    new Float64Array(buffer, 16, 4).set([1, 2, 3, 4]);
    await rt.parallelFor(scale, { over: 4, views: { source: array, target: array }, args: { factor: 2 } });
    expect([...new Float64Array(buffer, 16, 4)]).toEqual([2, 4, 6, 8]);
    array.release();
  });

  test("parallelFor: an error in the body rejects with range, kernel and cause", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      const call = rt.parallelFor(misbehave, {
        over: 1000,
        grainsize: 10,
        views: { marks },
        args: { kind: "throw", at: 555 },
      });
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(KernelError);
      const { range, kernel, cause, message } = error as KernelError;
      expect(range!.start <= 555 && 555 < range!.stop).toBe(true);
      expect(kernel).toBe(misbehave.href);
      expect(cause).toBeInstanceOf(RangeError);
      expect((cause as Error).message).toBe("iteration 555 on purpose");
      expect((cause as Error).stack).toContain("misbehave.kernel.ts");
      expect(message).toContain(`failed on range [${range!.start}, ${range!.stop}): iteration 555 on purpose`);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("parallelFor: something thrown that is no Error is told in the cause", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4], "uint8");
      const call = rt.parallelFor(misbehave, { over: 4, views: { marks }, args: { kind: "throw-string" } });
      await expect(call).rejects.toThrow('a value that is no Error was thrown: "a string"');
    });
  });

  test("parallelFor: a body that returns a promise is refused", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4], "uint8");
      const call = rt.parallelFor(misbehave, { over: 4, views: { marks }, args: { kind: "async" } });
      await expect(call).rejects.toThrow("a loop body returned a promise");
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

  test("parallelFor: load errors are typed and name the module", async () => {
    const rt = runtime();
    const load = (name: string): Promise<unknown> =>
      rt.parallelFor(new URL(`fixtures/${name}`, import.meta.url), { over: 1 }).catch((thrown: unknown) => thrown);
    const missing = await load("missing.kernel.ts");
    expect(missing).toBeInstanceOf(ModuleLoadError);
    expect((missing as Error).message).toContain("missing.kernel.ts");
    const broken = await load("broken.kernel.ts");
    expect((broken as Error).message).toContain("this module throws while it is loaded");
    const noDefault = await load("no-default.kernel.ts");
    expect((noDefault as Error).message).toContain("found exports of notTheDefault");
  });

  test("parallelFor: a built-in that doesn't exist is refused with the names that do", async () => {
    await expect(runtime().parallelFor("no-such-kernel", { over: 1 })).rejects.toThrow(/no-such-kernel.*convert/s);
  });

  test("parallelFor: bad options are refused before anything runs", async () => {
    const rt = runtime();
    await expect(rt.parallelFor(scale, { over: -1 })).rejects.toThrow("cannot loop over -1");
    await expect(rt.parallelFor(scale, { over: 4, grainsize: 0 })).rejects.toThrow("grainsize 0");
    await expect(rt.parallelFor(null as never, { over: 4 })).rejects.toThrow("cannot run null");
    await expect(rt.parallelFor(scale, { over: 4, views: { x: [1] as never } })).rejects.toThrow(
      'cannot lend [1] as view "x"',
    );
    await expect(rt.parallelFor(scale, { over: 4, args: () => 1 })).rejects.toThrow(
      mode === "threads" ? /could not be cloned/ : /.*/,
    );
    expect(rt.leaks()).toEqual([]);
  });

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
