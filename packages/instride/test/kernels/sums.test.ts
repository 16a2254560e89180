import { expect, test } from "vitest";
import type { MemoryView } from "instride";
import { distance, exactSum, pairwiseSum } from "./exact-sums.ts";
import { numbersFrom } from "./random-arrays.ts";
import { everyWay } from "./runtimes.ts";

const ways = everyWay();

/**
 * Errors of so few sums differ by chance; and chains are longer than NumPy's 16 elements, which shows where numbers cancel.
 */
const OF_NUMPYS = 3;

/** Elements of which there are many blocks and chunks, and not a whole number of either. */
const SIZE = 70_001;

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
  let [ours, numpys] = [0, 0];
  for (let seed = 1; seed <= 8; seed++) {
    const values = ARRAYS[dtype].from(numbers(kind, SIZE - seed, seed * 7919));
    const exact = exactSum(values);
    const array: MemoryView = rt.from(values);
    const sum = await rt.reduce("sum")(array);
    array.release();
    const size = Array.from(values).reduce((total, value) => total + Math.abs(value), 0);
    // A block is a chain of 2048 / (8 accumulators of 2 or 4 lanes); the rest is a tree.
    const roundings = 2048 / (dtype === "float32" ? 32 : 16) + Math.ceil(Math.log2(SIZE));
    expect(distance(sum, exact)).toBeLessThanOrEqual(roundings * rounding * size);
    ours += distance(sum, exact) ** 2;
    numpys += distance(pairwiseSum(values), exact) ** 2;
  }
  expect(Math.sqrt(ours)).toBeLessThanOrEqual(OF_NUMPYS * Math.sqrt(numpys));
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
