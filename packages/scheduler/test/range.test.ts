import { expect, test } from "vitest";
import * as fc from "fast-check";
import { chunkAt, checkGrainsize, checkRange, cutForLoop, cutForReduction } from "../src/range.ts";

const ranges = fc
  .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
  .map(([start, length]) => ({ start, stop: start + length }));
const grainsizes = fc.integer({ min: 1, max: 5_000 });

test("cut: chunks cover the range once, in order, none empty", () => {
  fc.assert(
    fc.property(ranges, grainsizes, fc.integer({ min: 1, max: 64 }), (range, grainsize, participants) => {
      for (const chunks of [cutForLoop(range, grainsize, participants), cutForReduction(range, grainsize)]) {
        let at = range.start;
        for (let i = 0; i < chunks.chunkCount; i++) {
          const chunk = chunkAt(chunks, i);
          expect(chunk.start).toBe(at);
          expect(chunk.stop).toBeGreaterThan(chunk.start);
          at = chunk.stop;
        }
        expect(at).toBe(range.stop);
      }
    }),
    { numRuns: 200 },
  );
});

test("cut: every chunk but the last has at least grainsize iterations", () => {
  fc.assert(
    fc.property(ranges, grainsizes, (range, grainsize) => {
      const { chunkLength } = cutForLoop(range, grainsize, 4);
      expect(chunkLength).toBeGreaterThanOrEqual(grainsize);
    }),
  );
});

test("cutForLoop: gives each participant several chunks of a long range", () => {
  expect(cutForLoop({ start: 0, stop: 100_000 }, 1, 4).chunkCount).toBe(32);
});

test("cutForReduction: doesn't depend on anything but range and grainsize", () => {
  expect(cutForReduction({ start: 0, stop: 1_000_000 }, 1)).toEqual({
    start: 0,
    stop: 1_000_000,
    chunkLength: 1954,
    chunkCount: 512,
  });
});

test("cut: a huge range has a bounded number of chunks", () => {
  const chunks = cutForReduction({ start: 0, stop: Number.MAX_SAFE_INTEGER }, 1);
  expect(chunks.chunkCount).toBeLessThanOrEqual(512);
});

test("cut: an empty range has no chunk", () => {
  expect(cutForLoop({ start: 5, stop: 5 }, 1, 8).chunkCount).toBe(0);
});

test.each([-1, 1.5, Number.NaN, 2 ** 53, "4", null])("checkRange: refuses %s iterations", (over) => {
  expect(() => checkRange(over as number)).toThrow("expected a number of iterations");
});

test("checkRange: refuses a range that ends before it starts", () => {
  expect(() => checkRange({ start: 4, stop: 3 })).toThrow("cannot loop over [4, 3)");
});

test.each([0, -1, 0.5, Number.NaN])("checkGrainsize: refuses %s", (grainsize) => {
  expect(() => checkGrainsize(grainsize)).toThrow("expected an integer from 1");
});
