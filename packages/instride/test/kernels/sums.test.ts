import { expect, test } from "vitest";
import type { MemoryView } from "instride";
import { distance, exactSum, pairwiseSum } from "./exact-sums.ts";
import { numbersFrom } from "./random-arrays.ts";
import { everyWay } from "./runtimes.ts";

const ways = everyWay();

/** Of the root of the mean square of errors, which a thousand sums leave to chance by some hundredths. */
const OF_NUMPYS = 1.05;

/** Elements of which there are many blocks and chunks, and not a whole number of either. */
const SIZE = 70_001;

/** How many sums of how many elements: of one block, of a few, and of many; just over a power of two, and under. */
const SAMPLES: readonly (readonly [sums: number, size: number])[] = [
  [600, 1000],
  [300, 2100],
  [100, 5000],
  [30, 15_000],
  [4, SIZE],
];

/** Numbers whose sum is hard: of many magnitudes, and of both signs. */
const KINDS = {
  "of one sign": (next: () => number) => next(),
  "that cancel": (next: () => number) => (next() - 0.5) * 10 ** Math.floor(next() * 6),
  "of all magnitudes": (next: () => number) => (next() - 0.5) * 2 ** Math.floor(next() * 60 - 30),
} as const;

function numbers(kind: keyof typeof KINDS, size: number, seed: number): number[] {
  const short = numbersFrom(seed);
  // Of all bits of a float64: sums of others are exact.
  const next = (): number => short() + short() * 2 ** -32;
  return Array.from({ length: size }, () => KINDS[kind](next));
}

const ARRAYS = { float32: Float32Array, float64: Float64Array } as const;

const CASES = (["float32", "float64"] as const).flatMap((dtype) =>
  (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => [dtype, kind] as const),
);

test.each(CASES)("rt.reduce: sums of %s %s are as near as a chain and a tree, and NumPy's", async (dtype, kind) => {
  const rt = ways().at(-1)!.rt;
  const rounding = dtype === "float32" ? 2 ** -24 : 2 ** -53;
  let [ratios, samples] = [0, 0];
  for (const [sums, size] of SAMPLES) {
    const values = ARRAYS[dtype].from(numbers(kind, sums * size, size));
    using flat: MemoryView = rt.from(values);
    using table = flat.reshape([sums, size]);
    using reduced = (await rt.reduce("sum")(table, { axis: 1 })) as MemoryView;
    // A chain of 8 or 9 elements; the rest is a tree.
    const roundings = 9 + Math.ceil(Math.log2(size));
    let [ours, numpys] = [0, 0];
    for (let row = 0; row < sums; row++) {
      const own = values.subarray(row * size, (row + 1) * size);
      const exact = exactSum(own);
      const error = distance(Number(reduced.get(row)), exact);
      const magnitude = Array.from(own).reduce((sum, value) => sum + Math.abs(value), 0);
      expect(error).toBeLessThanOrEqual(roundings * rounding * magnitude);
      ours += error ** 2;
      numpys += distance(pairwiseSum(own), exact) ** 2;
    }
    // Errors of each size count as those of the others.
    ratios += (sums * ours) / numpys;
    samples += sums;
  }
  expect(Math.sqrt(ratios / samples)).toBeLessThanOrEqual(OF_NUMPYS);
});

/** The bits of what a call gives: of a value, or of an array that is released. */
function bitsOf(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  using array = given as MemoryView;
  return array.toBytes();
}

test("rt.reduce and rt.scan: the same bits by 1, 2 and 3 threads, in every mode, however arrays lie", async () => {
  const values = Float64Array.from(numbers("of all magnitudes", SIZE, 1));
  const bits = new Map<string, unknown>();
  for (const { name, rt } of ways()) {
    await rt.scope(async (s) => {
      const flat = s.from(values);
      const table = flat.at(`0:${7 * 10_000}`).reshape([7, 10_000]);
      const narrow = table.transpose();
      const single = await rt.map("(x) => x", { dtype: "float32" })(flat);
      const calls: readonly (() => Promise<unknown>)[] = [
        () => rt.reduce("sum")(flat),
        () => rt.reduce("sum")(flat.at("::-3"), { caller: "waits" }),
        () => rt.reduce("var")(flat, { ddof: 1 }),
        () => rt.reduce("norm")(single),
        () => rt.reduce("sum", { of: "(x, y) => x * y" })(flat, flat.flip()),
        () => rt.reduce("sum")(table, { axis: 0 }),
        () => rt.reduce("mean")(narrow, { axis: 0 }),
        () => rt.reduce("prod")(narrow, { axis: 1, keepdims: true }),
        () => rt.reduce("(a, b) => Math.hypot(a, b)")(flat),
        () => rt.scan("cumsum")(flat),
        () => rt.scan("cumsum")(narrow, { axis: 1, caller: "waits" }),
        () => rt.scan((a, b) => Math.max(a, b))(single),
      ];
      const own: unknown[] = [];
      for (const call of calls) own.push(bitsOf(await call()));
      bits.set(name, own);
      single.release();
    });
  }
  const reference = bits.get("interpreted");
  for (const [name, own] of bits) expect([name, own]).toEqual([name, reference]);
});
