import { MemoryView, ShapeError, ValueError } from "@instride/core";
import { BINS_MAX, histogram, joinCounts } from "@instride/kernels";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arranged,
  arrangements,
  cutsOf,
  indicesOf,
  numberAt,
  REAL_DTYPES,
  scatter,
  shapes,
  valuesOf,
} from "./model.ts";

test("histogram: equals the oracle for every layout and dtype, and chunks add up", () => {
  const property = fc.property(
    fc.constantFrom(...REAL_DTYPES).chain((dtype) =>
      shapes.chain((shape) =>
        fc.record({
          dtype: fc.constant(dtype),
          shape: fc.constant(shape),
          arrangement: arrangements(shape.length),
          values: fc.array(valuesOf(dtype), { minLength: 16, maxLength: 16 }),
          cuts: cutsOf(shape[0]!),
          bins: fc.integer({ min: 1, max: 20 }),
          low: fc.constantFrom(-100, 0, 0.25),
        }),
      ),
    ),
    ({ dtype, shape, arrangement, values, cuts, bins, low }) => {
      const { view, memory } = arranged(dtype, shape, arrangement);
      scatter(view, values);
      const high = low + 128;
      const counts = new Array<number>(bins).fill(0);
      for (const index of indicesOf(shape)) {
        if (index[0]! < cuts.range.start || index[0]! >= cuts.range.stop) continue;
        const x = numberAt(view, index);
        if (Number.isNaN(x)) continue;
        counts[Math.max(0, Math.min(bins - 1, Math.floor((x - low) * (bins / 128))))]! += 1;
      }
      const args = { bins, low, high };
      const parts = cuts.chunks.map((range) => histogram(range, { src: view.toReadonly() }, args));
      expect(parts.reduce(joinCounts)).toEqual(counts);
      memory.release();
    },
  );
  fc.assert(property, { numRuns: 400 });
});

test("histogram: counts bytes by their value, as NumPy does", () => {
  // np.histogram([3, 3, 0, 255, 254, 128], bins=256, range=(0, 256))[0]
  const src = new MemoryView(new Uint8Array([3, 3, 0, 255, 254, 128]));
  const counts = histogram({ start: 0, stop: 6 }, { src }, { bins: 256, low: 0, high: 256 });
  expect(counts.flatMap((count, value) => (count > 0 ? [[value, count]] : []))).toEqual([
    [0, 1],
    [3, 2],
    [128, 1],
    [254, 1],
    [255, 1],
  ]);
});

test("histogram: what lies outside counts in the end bins, NaN in none", () => {
  const src = new MemoryView(new Float64Array([-Infinity, -1, 0, 0.999, 1, Infinity, NaN]));
  expect(histogram({ start: 0, stop: 7 }, { src }, { bins: 2, low: 0, high: 1 })).toEqual([3, 3]);
});

test("histogram: counts broadcast elements as often as they are seen", () => {
  const src = new MemoryView(new Float64Array([0.5])).broadcastTo([100, 30]);
  expect(histogram({ start: 0, stop: 90 }, { src }, { bins: 2, low: 0, high: 1 })).toEqual([0, 2700]);
});

test("histogram: refuses bins and intervals that are none, and a view of no axes", () => {
  const src = new MemoryView(new Float64Array(2));
  const range = { start: 0, stop: 2 };
  for (const bins of [0, -1, 1.5, NaN, BINS_MAX + 1]) {
    expect(() => histogram(range, { src }, { bins, low: 0, high: 1 })).toThrow(ValueError);
  }
  for (const [low, high] of [
    [1, 1],
    [2, 1],
    [NaN, 1],
    [0, Infinity],
  ] as const) {
    expect(() => histogram(range, { src }, { bins: 4, low, high })).toThrow(ValueError);
  }
  expect(() => histogram({ start: 0, stop: 0 }, { src: src.at(0) }, { bins: 1, low: 0, high: 1 })).toThrow(ShapeError);
});
