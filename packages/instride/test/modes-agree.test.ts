import { afterAll, expect, test } from "vitest";
import * as fc from "fast-check";
import { type DType, type MemoryView, open, type Runtime } from "instride";

const scale = new URL("fixtures/scale.kernel.ts", import.meta.url);
const cumsum = new URL("fixtures/cumsum.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);

const runtimes: readonly Runtime[] = [
  await open({ mode: "threads", threads: 2 }),
  await open({ mode: "worker" }),
  await open({ mode: "inline" }),
];
afterAll(() => Promise.all(runtimes.map((rt) => rt.close())));

const join = (a: number, b: number): number => a + b;

/** The bits of values: any NaN is any other. */
function bitsOf(values: readonly number[]): bigint[] {
  return [
    ...new BigUint64Array(Float64Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value)).buffer),
  ];
}

/** What one runtime makes of some numbers: loops, built-ins, a reduction and a scan. */
async function results(rt: Runtime, values: readonly number[], step: -1 | 1 | 2, grainsize: number): Promise<bigint[]> {
  return rt.scope(async (s) => {
    const x = s.from(Float64Array.from(values)).at(`::${step}`);
    const over = x.size;
    const [scaled, sums] = [s.zeros([over], "float64"), s.zeros([over], "float64")];
    const [narrow, wide] = [s.zeros([over], "float32"), s.zeros([over], "float64")];
    const source = x.toReadonly();
    const loop = { over, grainsize };
    await Promise.all([
      rt.parallelFor(scale, { ...loop, views: { source, target: scaled }, args: { factor: 0.1 } }),
      rt.parallelFor("convert", { ...loop, views: { src: source, dst: narrow }, args: { scale: 3 } }),
    ]);
    await rt.parallelFor("convert", { ...loop, views: { src: narrow.toReadonly(), dst: wide }, args: { scale: 1 } });
    const total = await rt.parallelReduce(sum, { ...loop, views: { x: source }, identity: 0, join });
    const last = await rt.parallelScan(cumsum, { ...loop, views: { x: source, y: sums }, identity: 0, join });
    return bitsOf([
      total,
      last,
      ...[scaled, sums, wide].flatMap((view: MemoryView<DType>) => view.toList() as number[]),
    ]);
  });
}

test("modes: whatever the numbers, the results are the same bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double(), { maxLength: 300 }),
      fc.constantFrom(-1, 1, 2),
      fc.integer({ min: 1, max: 64 }),
      async (values, step, grainsize) => {
        const [threads, ...others] = await Promise.all(runtimes.map((rt) => results(rt, values, step, grainsize)));
        for (const other of others) expect(other).toEqual(threads);
      },
    ),
    { numRuns: 60 },
  );
});
