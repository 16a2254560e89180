import { Random } from "@instride/cases";
import { expect, test } from "vitest";
import { plateausOf } from "../src/soak/growth.ts";
import { judgeSamples, type Sample, WATCHED } from "../src/soak/watched.ts";

/** A series of `count` values: what `grow` says, with noise that only adds. */
function series(count: number, noise: number, grow: (i: number) => number, seed: number = 1): number[] {
  const random = new Random(seed, 0);
  return Array.from({ length: count }, (_, i) => grow(i) + random.below(noise));
}

test("plateausOf: what warms up and then stays, however noisily, has not grown", () => {
  for (let seed = 0; seed < 50; seed++) {
    const plateaus = plateausOf(series(18, 100, (i) => Math.min(i, 6) * 50, seed))!;
    expect(plateaus.growth).toBeLessThan(100);
    expect(plateausOf(series(18, 1, () => 70, seed))).toEqual({ early: 70, late: 70, growth: 0 });
  }
});

test("plateausOf: a leak shows through noise that is larger than what leaks in each step", () => {
  for (let seed = 0; seed < 50; seed++) {
    expect(plateausOf(series(18, 100, (i) => i * 50, seed))!.growth).toBeGreaterThan(150);
  }
});

test("plateausOf: one high value, or one low, is no growth", () => {
  const flat = series(18, 10, () => 1000);
  expect(plateausOf(flat.with(16, 90_000))!.growth).toBeLessThan(10);
  expect(plateausOf(flat.with(8, 0))!.growth).toBeLessThan(10);
});

test("plateausOf: what falls has not grown, and few values say nothing", () => {
  expect(plateausOf(series(18, 10, (i) => 1000 - 20 * i))!.growth).toBe(0);
  expect(plateausOf([1, 2, 3, 4, 5])).toBe(null);
});

const CLEAN = Object.fromEntries(Object.keys(WATCHED).map((key) => [key, 0])) as unknown as Sample;

test("judgeSamples: names what is held in a quiet moment, and what has grown", () => {
  const samples = Array.from({ length: 12 }, (_, i) => ({
    ...CLEAN,
    leases: i === 5 ? 2 : 0,
    keptArguments: 10 * i,
    residentBytes: 5e8,
  }));
  const faults = judgeSamples(samples).filter(({ fault }) => fault !== null);
  expect(faults.map(({ name, fault }) => [name, fault])).toEqual([
    ["live leases", "2 at quiet moment 6 of 12, expected at most 0"],
    ["arguments that are kept", expect.stringMatching(/^it grew by 40, expected at most 16: 0 10 20 /)],
  ]);
  expect(judgeSamples(samples.map(() => CLEAN)).every(({ fault }) => fault === null)).toBe(true);
});
