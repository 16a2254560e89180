import { expect, test } from "vitest";
import { open } from "instride";
import { describeModes } from "./modes.ts";

const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);
const add = (left: number, right: number): number => left + right;

/** Values whose sum depends on the order in which they are added. */
function values(n: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length: n }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.5) * 10 ** (state % 12);
  });
}

describeModes((runtime) => {
  test("parallelReduce: joins the partial results of all chunks", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from(Float64Array.from({ length: 1000 }, (_, i) => i));
      const views = { x: x.toReadonly() };
      expect(await rt.parallelReduce(sum, { over: 1000, views, identity: 0, join: add })).toBe(499_500);
      const part = { start: 10, stop: 20 };
      expect(await rt.parallelReduce(sum, { over: part, views, identity: 0, join: add })).toBe(145);
    });
  });

  test("parallelReduce: an empty range gives the identity", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([1], "float64");
      expect(await rt.parallelReduce(sum, { over: 0, views: { x }, identity: -7, join: add })).toBe(-7);
    });
  });

  test("parallelReduce: joins neighbours in the order of the range", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from(Float64Array.from({ length: 40 }, (_, i) => i));
      const joined = await rt.parallelReduce<string | number>(sum, {
        over: 40,
        grainsize: 1,
        views: { x },
        identity: "",
        join: (left, right) => `${left},${right}`,
      });
      expect(joined).toBe(Array.from({ length: 40 }, (_, i) => i).join(","));
    });
  });

  test("parallelReduce: what join throws rejects the call", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.zeros([100], "float64");
      const join = (): number => {
        throw new Error("no join");
      };
      await expect(rt.parallelReduce(sum, { over: 100, views: { x }, identity: 0, join })).rejects.toThrow("no join");
      expect(rt.leaks()).toEqual([]);
    });
  });
});

test("parallelReduce: the same bits for any number of threads and inline", async () => {
  const data = values(50_000);
  const results = new Set<number>();
  for (const options of [{ threads: 1 }, { threads: 2 }, { threads: 5 }, { mode: "inline" as const }]) {
    await using rt = await open(options);
    const x = rt.from(data);
    results.add(await rt.parallelReduce(sum, { over: x.size, views: { x }, identity: 0, join: add }));
  }
  expect(results.size).toBe(1);
});
