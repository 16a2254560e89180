import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { latencyOf, measureGroup, resultsOf } from "../support/measure.ts";

const EFFORT = { rounds: 3, timeMs: 0, samplesMin: 4, warmupMs: 0 };
const PLAN = { name: "group", parameters: {}, work: null, reference: "first", effort: EFFORT };

test("latencyOf: of 101 equally spaced samples, each quantile is a sample", () => {
  const samples = Array.from({ length: 101 }, (_, i) => ((i * 37) % 101) + 1);
  expect(latencyOf(samples)).toEqual({ min: 1, p25: 26, p50: 51, p75: 76, p99: 100, max: 101 });
});

test("latencyOf: lies between neighbours where no sample has the rank", () => {
  expect(latencyOf([4, 1, 3, 2])).toMatchObject({ p25: 1.75, p50: 2.5, p75: 3.25 });
  expect(latencyOf([7])).toEqual({ min: 7, p25: 7, p50: 7, p75: 7, p99: 7, max: 7 });
});

test("latencyOf: as many samples lie below a quantile as it says", () => {
  const us = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(us, { minLength: 1, maxLength: 200 }), (samples) => {
      const { min, p25, p50, p75, p99, max } = latencyOf(samples);
      expect([min, max]).toEqual([Math.min(...samples), Math.max(...samples)]);
      for (const [q, quantile] of [
        [0.25, p25],
        [0.5, p50],
        [0.75, p75],
        [0.99, p99],
      ] as const) {
        const rank = q * (samples.length - 1);
        expect(samples.filter((sample) => sample < quantile).length).toBeLessThanOrEqual(Math.ceil(rank));
        expect(samples.filter((sample) => sample <= quantile).length).toBeGreaterThan(Math.floor(rank));
      }
    }),
    { numRuns: 300 },
  );
});

test("measureGroup: cases take turns, and every sample counts", async () => {
  const calls: string[] = [];
  const group = await measureGroup({
    ...PLAN,
    cases: ["first", "second"].map((name) => ({ name, isAsync: false, run: (): void => void calls.push(name) })),
  });
  expect(group.cases.map(({ name, samples }) => [name, samples])).toEqual([
    ["first", 12],
    ["second", 12],
  ]);
  const turns = calls.filter((name, i) => name !== calls[i - 1]);
  expect(turns.slice(-6)).toEqual(["first", "second", "first", "second", "first", "second"]);
});

test("measureGroup: waits for a case that is async, and times it without what runs before each sample", async () => {
  let hooks = 0;
  const group = await measureGroup({
    ...PLAN,
    cases: [{ name: "first", isAsync: true, run: () => setTimeout(5) }],
    beforeEach: async () => {
      hooks++;
      await setTimeout(5);
    },
  });
  const [first] = group.cases;
  // Timers may be a millisecond early.
  expect(first!.latencyUs.min).toBeGreaterThan(4000);
  expect(first!.latencyUs.min).toBeLessThan(9000);
  expect(hooks).toBeGreaterThanOrEqual(first!.samples);
});

test("measureGroup: a case is made ready whenever it has its turn", async () => {
  const calls: string[] = [];
  const cases = ["first", "second"].map((name) => ({
    name,
    isAsync: true,
    run: (): void => void calls.push(name),
    beforeAll: async (): Promise<void> => {
      await setTimeout(1);
      calls.push(`ready ${name}`);
    },
  }));
  await measureGroup({ ...PLAN, cases });
  const turns = calls.filter((name, i) => name !== calls[i - 1]);
  expect(turns.slice(-4)).toEqual(["ready first", "first", "ready second", "second"]);
  expect(calls.filter((name) => name === "ready first").length).toBeGreaterThanOrEqual(EFFORT.rounds);
});

test("resultsOf: ratios are to the median of the reference", () => {
  const samples = new Map([
    ["slow", [10, 30, 20]],
    ["first", [5, 4, 6]],
  ]);
  expect(resultsOf(samples, "first").map(({ name, samples: n, ratio }) => [name, n, ratio])).toEqual([
    ["slow", 3, 4],
    ["first", 3, 1],
  ]);
});

test("measureGroup: rejects with what a case throws", async () => {
  const failing = { name: "first", isAsync: true, run: () => Promise.reject(new RangeError("wrong")) };
  await expect(measureGroup({ ...PLAN, cases: [failing] })).rejects.toThrow(new RangeError("wrong"));
});

test("measureGroup: rejects where no case is the reference", async () => {
  const plan = { ...PLAN, cases: [{ name: "second", isAsync: false, run: (): void => {} }] };
  await expect(measureGroup(plan)).rejects.toThrow('internal: no case has the name of the reference, "first"');
});
