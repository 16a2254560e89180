import { expect, test } from "vitest";
import {
  ClosedError,
  DeadlineError,
  KernelBudgetError,
  KernelError,
  type MapKernel,
  open,
  type Runtime,
} from "instride";
import { describeModes } from "../modes.ts";
import { rejection } from "../rejections.ts";

/** Elements that are several chunks of any kernel with a loop. */
const SIZE = 20_000;

/** Never ends, for elements from 0. Whether an element is one of them is known as it runs. */
const endless = (x: number): number => {
  let y = x;
  while (y >= 0) y = y < 1 ? y + 0.5 : y - 0.5;
  return y;
};

/** Ends after so many rounds that no test would wait for all of them. */
function longKernel(rt: Runtime): MapKernel {
  return rt.map(endless, { roundsMax: 1_000_000_000, name: "long" }) as MapKernel;
}

describeModes((runtime, mode) => {
  test("budget: a loop that never ends is given up after its rounds, and the arrays are free", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      for (const size of [3, SIZE]) {
        const [a, out] = [s.full([size], -1, "float64"), s.zeros([size], "float64")];
        const kernel = rt.map(endless, { roundsMax: 1000, name: "endless" });
        expect(await kernel(a, { out })).toBe(out);
        a.set(0, size - 1);
        for (const caller of ["helps", "waits"] as const) {
          const error = await rejection(kernel(a, { out, caller }));
          expect(error).toBeInstanceOf(KernelError);
          expect(error.cause).toBeInstanceOf(KernelBudgetError);
          expect(error.message).toContain("endless");
          expect(rt.leaks()).toEqual([]);
        }
        a.fill(-2);
        await kernel(a, { out });
        expect(out.get(size - 1)).toBe(-2);
      }
    });
  });

  test("budget: an element that is masked out goes round in no loop", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([-1, 0], { dtype: "float64" });
      const out = s.full([2], 7, "float64");
      await rt.map(endless, { roundsMax: 1000 })(a, { out, where: s.from([1, 0], { dtype: "bool" }) });
      expect(out.toList()).toEqual([-1, 7]);
    });
  });

  test("budget: of what is computed for a reduction, too", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([SIZE], "float64");
      const sum = rt.reduce("sum", { of: endless, roundsMax: 1000 });
      const error = await rejection(sum(a));
      expect(error.cause).toBeInstanceOf(KernelBudgetError);
      expect(rt.leaks()).toEqual([]);
      expect(await sum(a.at("0:0"))).toBe(0);
      a.fill(-1);
      expect(await sum(a)).toBe(-SIZE);
    });
  });

  test("signal: a long kernel ends in the middle of a chunk", async () => {
    // A thread can be told nothing while it computes, but through memory that it shares.
    if (mode !== "threads") return;
    const rt = runtime();
    await rt.scope(async (s) => {
      const out = s.full([SIZE], 7, "float64");
      const kernel = longKernel(rt);
      const a = s.zeros([SIZE], "float64");
      for (const target of [out, undefined]) {
        const controller = new AbortController();
        const reason = new Error("enough");
        setTimeout(() => {
          controller.abort(reason);
        }, 50);
        const call = kernel(a, { out: target, signal: controller.signal, caller: "waits" });
        expect(await rejection(call)).toBe(reason);
        expect(rt.leaks()).toEqual([]);
      }
      // The threads are there, and the arrays are as any others.
      await rt.map((x) => x + 1)(a, { out });
      expect(out.get(SIZE - 1)).toBe(1);
    });
  });

  test("signal: a long reduction ends, too", async () => {
    if (mode !== "threads") return;
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([SIZE], "float64");
      const sum = rt.reduce("sum", { of: endless, roundsMax: 1_000_000_000 });
      const reason = new Error("enough");
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort(reason);
      }, 100);
      expect(await rejection(sum(a, { signal: controller.signal, caller: "waits" }))).toBe(reason);
      expect(rt.leaks()).toEqual([]);
    });
  });
});

test.each(["threads", "worker"] as const)("deadline: a long kernel is given up, mode %s", async (mode) => {
  await using rt = await open({ mode });
  const a = rt.zeros([SIZE], "float64");
  const kernel = longKernel(rt);
  await kernel.warm(a);
  const error = await rejection(kernel(a, { deadlineMs: 100 }));
  expect(error).toBeInstanceOf(DeadlineError);
  expect(rt.leaks()).toEqual([]);
  // What had moved to the thread was lost with it.
  expect(a.isPoisoned).toBe(mode === "worker" && (error as DeadlineError).hasBegun);
  if (a.isPoisoned) a.clearPoison();
  expect(await rt.reduce("sum")(a, { deadlineMs: 10_000 })).toBe(0);
});

test.each(["threads", "worker"] as const)("close: a long kernel rejects with a ClosedError, mode %s", async (mode) => {
  const rt = await open({ mode });
  const a = rt.zeros([SIZE], "float64");
  const out = rt.zeros([SIZE], "float64");
  const sum = rt.reduce("sum", { of: endless, roundsMax: 1_000_000_000 });
  const calls = [rejection(longKernel(rt)(a, { out, caller: "waits" })), rejection(sum(a, { caller: "waits" }))];
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  await rt.close();
  for (const call of calls) expect(await call).toBeInstanceOf(ClosedError);
  expect(rt.leaks()).toEqual([]);
  expect(await rejection(rt.map((x) => x)(a))).toBeInstanceOf(ClosedError);
});
