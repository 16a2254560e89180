import { expect, test } from "vitest";
import * as fc from "fast-check";
import { cellAt, cellCount, checkGrainsizes, cutGrid } from "../src/grid.ts";

const dimensions = fc.array(
  fc.record({ start: fc.nat(50), length: fc.nat(40), grainsize: fc.integer({ min: 1, max: 9 }) }),
  { minLength: 1, maxLength: 3 },
);

test("grid: its cells cover every place once", () => {
  fc.assert(
    fc.property(dimensions, fc.integer({ min: 1, max: 300 }), (axes, wanted) => {
      const ranges = axes.map(({ start, length }) => ({ start, stop: start + length }));
      const grid = cutGrid(
        ranges,
        axes.map(({ grainsize }) => grainsize),
        wanted,
      );
      const places = new Map<string, number>();
      for (let cell = 0; cell < cellCount(grid); cell++) {
        let corners: number[][] = [[]];
        for (const { start, stop } of cellAt(grid, cell)) {
          const along = Array.from({ length: stop - start }, (_, i) => start + i);
          corners = corners.flatMap((place) => along.map((i) => [...place, i]));
        }
        for (const place of corners) places.set(place.join(), (places.get(place.join()) ?? 0) + 1);
      }
      const size = axes.reduce((product, { length }) => product * length, 1);
      expect(places.size).toBe(size);
      expect([...places.values()].every((count) => count === 1)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("grid: it has at most as many cells as are wanted, and none below its grain but the last", () => {
  fc.assert(
    fc.property(dimensions, fc.integer({ min: 1, max: 300 }), (axes, wanted) => {
      const ranges = axes.map(({ start, length }) => ({ start, stop: start + length }));
      const grid = cutGrid(
        ranges,
        axes.map(({ grainsize }) => grainsize),
        wanted,
      );
      expect(cellCount(grid)).toBeLessThanOrEqual(wanted);
      for (const [axis, { cellLength, cellCount: count }] of grid.entries()) {
        if (count > 1) expect(cellLength).toBeGreaterThanOrEqual(Math.min(axes[axis]!.grainsize, axes[axis]!.length));
      }
    }),
  );
});

test("grid: the longest dimension is cut first", () => {
  const grid = cutGrid(
    [
      { start: 0, stop: 10 },
      { start: 0, stop: 1000 },
    ],
    [1, 1],
    16,
  );
  expect(grid.map(({ cellCount: count }) => count)).toEqual([1, 16]);
});

test("checkGrainsizes: refuses another number of them", () => {
  expect(checkGrainsizes(3, 2)).toEqual([3, 3]);
  expect(() => checkGrainsizes([1, 2, 3], 2)).toThrow(
    "cannot cut 2 dimensions with grainsize [1, 2, 3]: expected 2 integers",
  );
});
