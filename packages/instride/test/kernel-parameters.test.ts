import { expect, test } from "vitest";
import { BorrowError, type Runtime, type SharedView } from "instride";
import { describeModes } from "./modes.ts";

/** Computed by the caller alone, and by all threads. */
const SIZES = [5, 300_000];

function ends(view: SharedView<"float64">): unknown[] {
  return [view.get(0), view.get(view.shape[0]! - 1)];
}

async function withArrays(
  rt: Runtime,
  size: number,
  body: (x: SharedView<"float64">, out: SharedView<"float64">) => Promise<void>,
): Promise<void> {
  const [x, out] = [rt.full([size], 3, "float64"), rt.zeros([size], "float64")];
  await body(x, out);
  x.release();
  out.release();
}

describeModes((runtime) => {
  test.each(SIZES)("map: parameters change from call to call, of %d", async (size) => {
    const scale = runtime().map((x, { gain, offset }) => x * gain + offset, { parameters: { gain: 1, offset: 0.25 } });
    await withArrays(runtime(), size, async (x, out) => {
      for (let gain = 0; gain < 20; gain++) {
        await scale(x, { out, parameters: { gain } });
        expect(ends(out)).toEqual([3 * gain + 0.25, 3 * gain + 0.25]);
      }
      await scale(x, { out });
      expect(ends(out)).toEqual([3.25, 3.25]);
      await scale(x, { out, parameters: { gain: Number.NaN } });
      expect(ends(out)).toEqual([Number.NaN, Number.NaN]);
      await scale(x, { out, parameters: { gain: -0, offset: -0 } });
      expect(ends(out)).toEqual([-0, -0]);
    });
  });

  test.each(SIZES)("map: parameters of every kind change, of %d", async (size) => {
    const rt = runtime();
    const pick = rt.map(
      (x: bigint, { isNegated, by }: { isNegated: boolean; by: bigint }) => (isNegated ? -x : x) + by,
      {
        parameters: { isNegated: false, by: 0n },
      },
    );
    const x = rt.full([size], 4n, "int64");
    const out = rt.zeros([size], "int64");
    for (const [isNegated, by] of [
      [false, 1n],
      [true, 1n],
      [true, -(2n ** 62n)],
      [false, 2n ** 62n],
    ] as const) {
      await pick(x, { out, parameters: { isNegated, by } });
      expect(out.get(size - 1)).toBe((isNegated ? -4n : 4n) + by);
    }
    x.release();
    out.release();
  });

  test("map: a call with other parameters is refused while one is under way, which keeps its own", async () => {
    await withArrays(runtime(), SIZES[1]!, async (x, out) => {
      const scale = runtime().map((v, { gain }) => v * gain, { parameters: { gain: 1 } });
      await scale(x, { out });
      for (let gain = 2; gain < 12; gain++) {
        const calls = [gain, -gain].map((value) => scale(x, { out, parameters: { gain: value } }));
        const [, second] = await Promise.allSettled(calls);
        if (second!.status === "rejected") expect(second!.reason).toBeInstanceOf(BorrowError);
        const last = second!.status === "rejected" ? gain : -gain;
        expect(ends(out)).toEqual([3 * last, 3 * last]);
      }
    });
  });

  test.each(SIZES)("reduce, scan: parameters change from call to call, of %d", async (size) => {
    const rt = runtime();
    const parameters = { gain: 1 };
    const of = (x: number, { gain }: { readonly gain: number }): number => x * gain;
    const sum = rt.reduce("sum", { of, parameters });
    const totals = rt.scan("cumsum", { of, parameters });
    const farthest = rt.reduce(
      (a: number, b: number, { gain }: { readonly gain: number }) => Math.max(a, b) + gain - gain,
      {
        parameters,
      },
    );
    await withArrays(rt, size, async (x, out) => {
      for (let gain = 0; gain < 10; gain++) {
        expect(await sum(x, { parameters: { gain } })).toBe(3 * gain * size);
        await totals(x, { out, parameters: { gain } });
        expect(ends(out)).toEqual([3 * gain, 3 * gain * size]);
        expect(await farthest(x, { parameters: { gain } })).toBe(3);
      }
    });
  });
});
