import { expect, test } from "vitest";
import { open } from "instride";
import { describeModes } from "./modes.ts";

const cumsum = new URL("fixtures/cumsum.kernel.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);
const add = (left: number, right: number): number => left + right;

describeModes((runtime) => {
  test("parallelScan: writes the running totals, and returns the last", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const values = Float64Array.from({ length: 3000 }, (_, i) => (i * 7) % 11);
      const x = s.from(values).toReadonly();
      const y = s.zeros([3000], "float64");
      const total = await rt.parallelScan(cumsum, { over: 3000, views: { x, y }, identity: 0, join: add });
      let expected = 0;
      expect(y.toList()).toEqual([...values].map((value) => (expected += value)));
      expect(total).toBe(expected);
    });
  });

  test("parallelScan: an empty range gives the identity and calls no kernel", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const y = s.zeros([1], "float64");
      expect(await rt.parallelScan(cumsum, { over: 0, views: { x: y, y }, identity: 5, join: add })).toBe(5);
    });
  });

  test("parallelInvoke: gives the results in order", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3]).toReadonly();
      const call = (ms: number, slice: `${string}:${string}`): readonly [URL, object] => [
        summary,
        { views: { x: x.at(slice) }, args: { ms } },
      ];
      const results = await rt.parallelInvoke([call(20, "0:1"), call(1, "1:2"), call(5, "2:3")]);
      expect(results).toEqual([1, 2, 3].map((mean) => ({ mean, readonly: true })));
      expect(await rt.parallelInvoke([])).toEqual([]);
    });
  });

  test("parallelInvoke: one failure is thrown as it is, several together; the others run to their end", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1]).toReadonly();
      const good = [summary, { views: { x }, args: { ms: 5 } }] as const;
      const bad = [summary, { views: { x }, args: { fail: true } }] as const;
      await expect(rt.parallelInvoke([good, bad])).rejects.toThrow("no summary today");
      const error: unknown = await rt.parallelInvoke([bad, good, bad]).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AggregateError);
      expect((error as AggregateError).message).toBe("2 of 3 tasks failed");
      expect(rt.leaks()).toEqual([]);
    });
  });
});

test("parallelScan: the same bits for any number of threads and inline", async () => {
  const results: string[] = [];
  for (const options of [{ threads: 1 }, { threads: 3 }, { mode: "inline" as const }]) {
    await using rt = await open(options);
    const x = rt.from(Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i) * 10 ** (i % 9)));
    const y = rt.empty([20_000], "float64");
    await rt.parallelScan(cumsum, { over: 20_000, views: { x, y }, identity: 0, join: add });
    results.push(y.hex());
  }
  expect(new Set(results).size).toBe(1);
});
