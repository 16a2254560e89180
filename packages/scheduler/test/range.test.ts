import { expect, test } from "vitest";
import * as fc from "fast-check";
import { chunkAt, checkGrainsize, checkRange, evenChunks, guidedChunks, segmentStart } from "../src/range.ts";

const ranges = fc
  .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
  .map(([start, length]) => ({ start, stop: start + length }));
const lengths = fc.integer({ min: 1, max: 5_000 });
const participants = fc.integer({ min: 1, max: 65 });

test("chunkAt: chunks cover the range once, in order, none empty", () => {
  fc.assert(
    fc.property(ranges, lengths, participants, (range, length, count) => {
      for (const chunks of [evenChunks(range, length), guidedChunks(range, length, count)]) {
        let at = range.start;
        for (let i = 0; i < chunks.chunkCount; i++) {
          const chunk = chunkAt(chunks, i);
          if (chunk.start !== at || chunk.stop <= at) expect.fail(`chunk ${i} is [${chunk.start}, ${chunk.stop})`);
          at = chunk.stop;
        }
        expect(at).toBe(range.stop);
      }
    }),
    { numRuns: 200 },
  );
});

test("chunkAt: even chunks but the last have the length that was asked for", () => {
  const chunks = evenChunks({ start: 3, stop: 40 }, 10);
  expect(Array.from({ length: chunks.chunkCount }, (_, i) => chunkAt(chunks, i))).toEqual([
    { start: 3, stop: 13 },
    { start: 13, stop: 23 },
    { start: 23, stop: 33 },
    { start: 33, stop: 40 },
  ]);
});

test("guidedChunks: lengths never grow, and only the last is below the least", () => {
  fc.assert(
    fc.property(ranges, lengths, participants, (range, least, count) => {
      const chunks = guidedChunks(range, least, count);
      let before = Number.POSITIVE_INFINITY;
      for (let i = 0; i < chunks.chunkCount; i++) {
        const { start, stop } = chunkAt(chunks, i);
        const length = stop - start;
        if (length > before) expect.fail(`chunk ${i} has ${length} iterations, the one before ${before}`);
        if (i + 1 < chunks.chunkCount) expect(length).toBeGreaterThanOrEqual(least);
        before = length;
      }
    }),
    { numRuns: 200 },
  );
});

test("guidedChunks: each is 1/(2 × participants) of what its round begins with", () => {
  const chunks = guidedChunks({ start: 0, stop: 64 }, 1, 2);
  const found = Array.from({ length: chunks.chunkCount }, (_, i) => chunkAt(chunks, i)).map(
    ({ start, stop }) => stop - start,
  );
  expect(found).toEqual([16, 16, 8, 8, 4, 4, 2, 2, 1, 1, 1, 1]);
});

test("segmentStart: segments share the chunks out, none with two more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_096 }), fc.integer({ min: 1, max: 64 }), (chunkCount, wanted) => {
      const segments = Math.min(chunkCount, wanted);
      const starts = Array.from({ length: segments + 1 }, (_, i) => segmentStart(chunkCount, segments, i));
      expect([starts[0], starts.at(-1)]).toEqual([0, chunkCount]);
      const sizes = starts.slice(1).map((start, i) => start - starts[i]!);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
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
