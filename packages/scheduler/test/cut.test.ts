import { expect, test } from "vitest";
import * as fc from "fast-check";
import { type Cut, cutForLoop, type CutOptions, cutForReduction, type Partitioner } from "../src/cut.ts";
import { cellAt } from "../src/grid.ts";
import { CHUNKS_MAX, SEGMENTS_MAX } from "../src/lanes/lane-words.ts";
import { chunkAt } from "../src/range.ts";

const PARTITIONERS: readonly Partitioner[] = ["auto", "static", "guided", "affinity"];

const grainsizes = fc.integer({ min: 1, max: 12 });
const participants = fc.integer({ min: 1, max: 65 });
const partitioners = fc.constantFrom(...PARTITIONERS);
const axis = fc.tuple(fc.nat(20), fc.nat(30)).map(([start, length]) => ({ start, stop: start + length }));

/** A line, or up to three dimensions, with one grain size or one for each. */
const loops: fc.Arbitrary<CutOptions> = fc.oneof(
  fc.record({ over: axis, grainsize: grainsizes }),
  fc.record({ over: fc.array(axis, { minLength: 1, maxLength: 3 }), grainsize: grainsizes }),
  fc.array(fc.record({ range: axis, grainsize: grainsizes }), { minLength: 1, maxLength: 3 }).map((axes) => ({
    over: axes.map(({ range }) => range),
    grainsize: axes.map(({ grainsize }) => grainsize),
  })),
);

/** How often each place is visited by the chunks of a cut, by brute force. */
function visits({ chunks, grid }: Cut): Map<string, number> {
  const places = new Map<string, number>();
  for (let index = 0; index < chunks.chunkCount; index++) {
    const { start, stop } = chunkAt(chunks, index);
    const parts = grid === undefined ? [[{ start, stop }]] : integers(start, stop).map((cell) => cellAt(grid, cell));
    for (const part of parts) {
      let corners: number[][] = [[]];
      for (const along of part)
        corners = corners.flatMap((place) => integers(along.start, along.stop).map((i) => [...place, i]));
      for (const place of corners) places.set(place.join(), (places.get(place.join()) ?? 0) + 1);
    }
  }
  return places;
}

function integers(start: number, stop: number): number[] {
  return Array.from({ length: stop - start }, (_, i) => start + i);
}

function sizeOf({ over }: CutOptions): number {
  const ranges = (Array.isArray(over) ? over : [over]) as { start: number; stop: number }[];
  return ranges.reduce((product, { start, stop }) => product * (stop - start), 1);
}

test("cut: every partitioner visits every place once, also in several dimensions", () => {
  fc.assert(
    fc.property(loops, participants, partitioners, (options, count, partitioner) => {
      const cut = cutForLoop({ ...options, partitioner }, count);
      const places = visits(cut);
      expect(places.size).toBe(sizeOf(options));
      expect(cut.total).toBe(sizeOf(options));
      expect([...places.values()].every((times) => times === 1)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("cut: every chunk of a line but the last has grainsize iterations at least", () => {
  fc.assert(
    fc.property(
      fc.nat(100_000),
      fc.integer({ min: 1, max: 500 }),
      participants,
      partitioners,
      (n, grain, count, by) => {
        const { chunks } = cutForLoop({ over: n, grainsize: grain, partitioner: by }, count);
        for (let i = 0; i + 1 < chunks.chunkCount; i++) {
          const { start, stop } = chunkAt(chunks, i);
          if (stop - start < grain) expect.fail(`chunk ${i} has ${stop - start} iterations`);
        }
      },
    ),
  );
});

test("cut: chunks and segments are never more than the shared words have room for", () => {
  const lengths = fc.oneof(fc.nat(10_000), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 200 }), partitioners, (n, count, partitioner) => {
      const { chunks } = cutForLoop({ over: n, partitioner }, count);
      expect(chunks.chunkCount).toBeLessThanOrEqual(CHUNKS_MAX);
      expect(chunks.segmentCount).toBeLessThanOrEqual(Math.min(SEGMENTS_MAX, Math.max(1, chunks.chunkCount)));
      expect(chunks.segmentCount).toBeGreaterThanOrEqual(1);
      if (n > 0) expect(chunkAt(chunks, chunks.chunkCount - 1).stop).toBe(n);
    }),
  );
});

test("cut: auto gives each participant several chunks of a long range, static one, with a segment of its own", () => {
  const counts = PARTITIONERS.map((partitioner) => {
    const { chunks } = cutForLoop({ over: 100_000, grainsize: 100, partitioner }, 4);
    return [partitioner, chunks.chunkCount, chunks.segmentCount];
  });
  expect(counts).toEqual([
    ["auto", 32, 1],
    ["static", 4, 4],
    // Four each of 12500, 6250, 3125, 1563, 781, 391 and 195; then 780 are left, in eight of 100 at most.
    ["guided", 36, 1],
    ["affinity", 32, 4],
  ]);
});

test.each([
  ["auto", [...Array<number>(31).fill(32), 8]],
  ["static", [250, 250, 250, 250]],
  ["guided", [125, 63, 31, 16, 8, 4, 2, 1].flatMap((length) => [length, length, length, length])],
  ["affinity", [...Array<number>(31).fill(32), 8]],
] as const)("cut: a thousand iterations for four, %s, are cut as docs/loops.md says", (partitioner, expected) => {
  const { chunks } = cutForLoop({ over: 1000, partitioner }, 4);
  const parts = integers(0, chunks.chunkCount).map((i) => chunkAt(chunks, i));
  expect(parts.map(({ start, stop }) => stop - start)).toEqual(expected);
});

test.each([
  ["static", [8, 8]],
  ["guided", [32, 32, 16, 16, 8, 8, 4, 4, 2, 2, 1, 1, 1, 1]],
] as const)("cut: %s chunks of several dimensions are runs of cells", (partitioner, expected) => {
  const { chunks } = cutForLoop({ over: [64, 64], partitioner }, 2);
  const cells = integers(0, chunks.chunkCount).map((i) => chunkAt(chunks, i));
  expect(cells.map(({ start, stop }) => stop - start)).toEqual(expected);
});

test("cutForReduction: the chunks are the same for any number of participants, and with affinity", () => {
  fc.assert(
    fc.property(loops, participants, participants, (options, one, other) => {
      const { chunks, ...rest } = cutForReduction(options, one, "reduce");
      for (const cut of [
        cutForReduction(options, other, "reduce"),
        cutForReduction({ ...options, partitioner: "affinity" }, other, "reduce"),
      ])
        expect(cut).toEqual({ ...rest, chunks: { ...chunks, segmentCount: cut.chunks.segmentCount } });
    }),
  );
});

test("cutForReduction: a huge range has a bounded number of chunks", () => {
  const { chunks } = cutForReduction({ over: Number.MAX_SAFE_INTEGER }, 8, "reduce");
  expect(chunks.chunkCount).toBeLessThanOrEqual(512);
  expect(cutForReduction({ over: 1_000_000 }, 8, "reduce").chunks).toMatchObject({
    chunkLength: 1954,
    chunkCount: 512,
  });
});

test("cut: an empty range has no chunk", () => {
  for (const partitioner of PARTITIONERS) {
    expect(cutForLoop({ over: { start: 5, stop: 5 }, partitioner }, 8).chunks.chunkCount).toBe(0);
    expect(cutForLoop({ over: [4, 0], partitioner }, 8).chunks.chunkCount).toBe(0);
  }
});

test("cut: refuses partitioners that there are not, and for reductions those that cut by the number of threads", () => {
  expect(() => cutForLoop({ over: 1, partitioner: "dynamic" as Partitioner }, 2)).toThrow(
    'cannot cut a range with partitioner "dynamic": expected one of "auto", "static", "guided", "affinity"',
  );
  expect(() => cutForReduction({ over: 1, partitioner: "guided" }, 2, "scan")).toThrow(
    'cannot scan with partitioner "guided", which cuts by the number of threads: expected "auto" or "affinity"',
  );
});

test("cut: chunks are as short as is asked for, as far as there are marks for so many", () => {
  const short = cutForLoop({ over: 10_000, chunkLengthMax: 100 }, 2);
  expect([short.chunks.chunkLength, short.chunks.chunkCount]).toEqual([100, 100]);
  const many = cutForLoop({ over: 10 * CHUNKS_MAX, chunkLengthMax: 1 }, 2);
  expect([many.chunks.chunkLength, many.chunks.chunkCount]).toEqual([10, CHUNKS_MAX]);
  const long = cutForLoop({ over: 100, chunkLengthMax: 1000 }, 2);
  expect(long.chunks).toEqual(cutForLoop({ over: 100 }, 2).chunks);
});
