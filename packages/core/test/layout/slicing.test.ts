import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexError, ValueError } from "../../src/errors.ts";
import type { Layout } from "../../src/layout/layout.ts";
import { type IndexKey, type Slice, applyIndex, slice, sliceIndices } from "../../src/layout/slicing.ts";
import { addressOf, addressesOf, indicesOf, layouts } from "./layout-model.ts";

const MOST = Number.MAX_SAFE_INTEGER;
const row: Layout = { shape: [6], strides: [2], byteOffset: 100 };
const cube: Layout = { shape: [2, 3, 4], strides: [12, 4, 1], byteOffset: 100 };
const scalar: Layout = { shape: [], strides: [], byteOffset: 7 };

/** What a slice selects, by stepping through the axis: no clamping, no division. */
function steppedThrough({ start, stop, step }: Slice, length: number): number[] {
  const by = Number(step ?? 1);
  const fromEnd = (bound: number): number => (bound < 0 ? bound + length : bound);
  const first = start == null ? (by > 0 ? 0 : length - 1) : fromEnd(Number(start));
  const end = stop == null ? (by > 0 ? Infinity : -Infinity) : fromEnd(Number(stop));
  const selected: number[] = [];
  // Going up, a start before the axis is its first element; going down, one behind it is its last.
  let i = by > 0 ? Math.max(first, 0) : Math.min(first, length - 1);
  for (; i >= 0 && i < length && (by > 0 ? i < end : i > Math.max(end, -1)); i += by) selected.push(i);
  return selected;
}

const bounds = fc.option(fc.integer({ min: -9, max: 9 }));
const slices = fc.record({
  start: bounds,
  stop: bounds,
  step: fc.option(fc.integer({ min: -4, max: 4 }).filter((step) => step !== 0)),
});

test("slice: has Python's order of arguments", () => {
  expect(slice(5)).toEqual({ start: null, stop: 5, step: null });
  expect(slice(null)).toEqual({ start: null, stop: null, step: null });
  expect(slice(1, 5)).toEqual({ start: 1, stop: 5, step: null });
  expect(slice(1, null, -2)).toEqual({ start: 1, stop: null, step: -2 });
  expect(() => (slice as () => Slice)()).toThrow(TypeError);
});

test("sliceIndices: selects what stepping through the axis does", () => {
  const property = fc.property(slices, fc.nat(7), (key, length) => {
    const indices = sliceIndices(key, length);
    const selected = Array.from({ length: indices.length }, (_, i) => indices.start + i * indices.step);
    expect(selected).toEqual(steppedThrough(key, length));
  });
  fc.assert(property, { numRuns: 5000 });
});

test("sliceIndices: gives bounds inside the axis, -1 for a stop before it", () => {
  expect(sliceIndices({}, 5)).toEqual({ start: 0, stop: 5, step: 1, length: 5 });
  expect(sliceIndices({ step: -1 }, 5)).toEqual({ start: 4, stop: -1, step: -1, length: 5 });
  expect(sliceIndices({ start: 100, stop: -100, step: -2 }, 5)).toEqual({ start: 4, stop: -1, step: -2, length: 3 });
  expect(sliceIndices({ start: 3, stop: 1 }, 5)).toEqual({ start: 3, stop: 1, step: 1, length: 0 });
  expect(sliceIndices({ step: -1 }, 0)).toEqual({ start: -1, stop: -1, step: -1, length: 0 });
});

test("sliceIndices: has no negative zeros", () => {
  const { start, stop } = sliceIndices({ start: -0, stop: -0 }, 5);
  expect([Object.is(start, 0), Object.is(stop, 0)]).toEqual([true, true]);
});

test("sliceIndices: clamps bounds and steps of any size", () => {
  for (const huge of [2 ** 53, 2 ** 60, Number.MAX_VALUE, 2n ** 64n, 10n ** 400n]) {
    expect(sliceIndices({ start: 1, stop: huge }, 5)).toMatchObject({ start: 1, stop: 5, length: 4 });
    expect(sliceIndices({ start: huge }, 5)).toMatchObject({ start: 5, length: 0 });
    expect(sliceIndices({ start: 2, step: huge }, 5)).toMatchObject({ start: 2, length: 1 });
    const negative = typeof huge === "bigint" ? -huge : -huge;
    expect(sliceIndices({ start: negative, stop: negative, step: negative }, 5)).toMatchObject({ stop: -1, length: 0 });
  }
});

test("sliceIndices: is exact up to the longest axis", () => {
  expect(sliceIndices({ step: 1 }, MOST).length).toBe(MOST);
  expect(sliceIndices({ step: -1 }, MOST)).toEqual({ start: MOST - 1, stop: -1, step: -1, length: MOST });
  expect(sliceIndices({ start: 1, step: 2 }, MOST).length).toBe(2 ** 52 - 1);
  const property = fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (length, by) => {
    const exact = (BigInt(length) + BigInt(by + 0)) / BigInt(by + 1);
    expect(BigInt(sliceIndices({ step: by + 1 }, length).length)).toBe(exact);
  });
  fc.assert(property, {
    numRuns: 1000,
    examples: [
      [MOST, 0],
      [MOST, MOST - 2],
      [MOST - 1, (MOST - 1) / 2 - 1],
    ],
  });
});

test("sliceIndices: takes bigints and booleans for integers", () => {
  expect(sliceIndices({ start: 1n, stop: -1n, step: true }, 5)).toEqual({ start: 1, stop: 4, step: 1, length: 3 });
});

test("sliceIndices: rejects step 0, fractions, infinities and text", () => {
  for (const step of [0, -0, 0n, false]) expect(() => sliceIndices({ step }, 5)).toThrow(ValueError);
  for (const bound of [0.5, Number.NaN, Infinity, -Infinity, "1", {}, [1]] as never[]) {
    expect(() => sliceIndices({ start: bound }, 5)).toThrow(TypeError);
    expect(() => sliceIndices({ stop: bound }, 5)).toThrow(TypeError);
    expect(() => sliceIndices({ step: bound }, 5)).toThrow(TypeError);
  }
});

test("sliceIndices: rejects what is no length", () => {
  for (const length of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => sliceIndices({}, length)).toThrow(ValueError);
});

test("applyIndex: an integer drops its axis, from either end", () => {
  expect(applyIndex(cube, [1])).toEqual({ shape: [3, 4], strides: [4, 1], byteOffset: 112 });
  expect(applyIndex(cube, [-1, 0, -2])).toEqual({ shape: [], strides: [], byteOffset: 114 });
  expect(applyIndex(cube, [1n, true])).toEqual({ shape: [4], strides: [1], byteOffset: 116 });
});

test("applyIndex: a slice keeps its axis, as an object or as text", () => {
  const wanted = { shape: [3], strides: [-4], byteOffset: 110 };
  expect(applyIndex(row, [slice(5, null, -2)])).toEqual(wanted);
  expect(applyIndex(row, [{ start: 5, step: -2 }])).toEqual(wanted);
  expect(applyIndex(row, ["5::-2"])).toEqual(wanted);
  expect(applyIndex(row, [" -1 : : -2 "])).toEqual(wanted);
  expect(applyIndex(row, ["+5:-7:-2"])).toEqual(wanted);
  expect(applyIndex(row, [":"])).toEqual(row);
  expect(applyIndex(row, ["::"])).toEqual(row);
  expect(applyIndex(row, [`${"9".repeat(400)}:-${"9".repeat(400)}:-1`])).toEqual(applyIndex(row, ["::-1"]));
});

test("applyIndex: null inserts an axis, an ellipsis takes the whole ones that are left", () => {
  expect(applyIndex(cube, [null, "...", 0])).toEqual({ shape: [1, 2, 3], strides: [0, 12, 4], byteOffset: 100 });
  expect(applyIndex(cube, ["...", null]).shape).toEqual([2, 3, 4, 1]);
  expect(applyIndex(cube, [0, 0, 0, "..."]).shape).toEqual([]);
  expect(applyIndex(scalar, ["...", null])).toEqual({ shape: [1], strides: [0], byteOffset: 7 });
  expect(applyIndex(scalar, [])).toEqual(scalar);
});

test("applyIndex: names index, axis and length of what is out of bounds", () => {
  expect(() => applyIndex(cube, [0, 3])).toThrow(IndexError);
  expect(() => applyIndex(cube, [null, "...", -5])).toThrow(
    "cannot index shape [2, 3, 4]: index -5 is out of bounds for axis 2 of length 4, expected -4 to 3",
  );
  for (const huge of [2 ** 60, 2n ** 70n, -(2n ** 70n), 10n ** 400n]) {
    expect(() => applyIndex(row, [huge])).toThrow(IndexError);
  }
  const long: Layout = { shape: [MOST], strides: [0], byteOffset: 0 };
  expect(() => applyIndex(long, [-(2n ** 53n)])).toThrow(IndexError);
  expect(applyIndex(long, [-MOST]).byteOffset).toBe(0);
});

test("applyIndex: an empty axis has no index in bounds", () => {
  expect(() => applyIndex({ shape: [0], strides: [1], byteOffset: 0 }, [0])).toThrow(
    /index 0 is out of bounds for axis 0 of length 0, expected none/,
  );
});

test("applyIndex: rejects too many keys, two ellipses and a 65th axis", () => {
  expect(() => applyIndex(cube, [0, 0, 0, 0])).toThrow(/there are 4 indices, expected at most 3/);
  expect(() => applyIndex(scalar, [0])).toThrow(IndexError);
  expect(() => applyIndex(scalar, [":"])).toThrow(IndexError);
  expect(() => applyIndex(cube, ["...", 0, "..."])).toThrow(IndexError);
  expect(applyIndex(scalar, new Array<null>(64).fill(null)).shape).toHaveLength(64);
  expect(() => applyIndex(scalar, new Array<null>(65).fill(null))).toThrow(IndexError);
});

test("applyIndex: rejects what is no key", () => {
  const sparse: unknown[] = [];
  sparse[1] = 0;
  const others: unknown[] = ["x", "", "1", "1:x", "1:2:3:4", "0x1:", "1.5:", "1 2:", undefined, 1.5, Infinity, [0, 1]];
  const objects: unknown[] = [
    new Map(),
    new Uint8Array(2),
    new Date(),
    Symbol("key"),
    () => 0,
    { strat: 1 },
    { length: 1 },
  ];
  for (const key of [...others, ...objects]) {
    expect(() => applyIndex(cube, [key as IndexKey])).toThrow(TypeError);
  }
  expect(() => applyIndex(cube, sparse as IndexKey[])).toThrow(TypeError);
});

test("applyIndex: takes plain objects of any realm for slices", () => {
  const bare = Object.assign(Object.create(null), { start: 4 }) as Slice;
  expect(applyIndex(row, [bare]).shape).toEqual([2]);
  expect(applyIndex(row, [structuredClone(slice(4))]).shape).toEqual([4]);
});

test("applyIndex: an empty result keeps the offset, so that it lies inside the buffer", () => {
  expect(applyIndex(row, ["6:"])).toEqual({ shape: [0], strides: [2], byteOffset: 100 });
  const hostile: Layout = { shape: [MOST, 0], strides: [MOST, MOST], byteOffset: 3 };
  expect(applyIndex(hostile, [MOST - 1, ":"])).toEqual({ shape: [0], strides: [MOST], byteOffset: 3 });
  expect(applyIndex(hostile, ["5::7", "::-1"])).toMatchObject({ strides: [0, -MOST], byteOffset: 3 });
});

test("applyIndex: freezes the result and leaves strides without negative zeros", () => {
  const result = applyIndex({ shape: [3], strides: [0], byteOffset: 0 }, ["::-1"]);
  expect(Object.is(result.strides[0], 0)).toBe(true);
  expect([result, result.shape, result.strides].every((part) => Object.isFrozen(part))).toBe(true);
});

test("applyIndex: has the elements that indexing nested lists has", () => {
  const cases = layouts(2).chain((layout) =>
    fc.record({
      layout: fc.constant(layout),
      keys: fc.tuple(
        ...layout.shape.map((length) =>
          length === 0 ? slices : fc.oneof(slices, fc.integer({ min: -length, max: length - 1 })),
        ),
      ),
      used: fc.nat(layout.shape.length),
      newAxis: fc.option(fc.nat(4)),
    }),
  );
  const property = fc.property(cases, ({ layout, keys, used, newAxis }) => {
    const given: IndexKey[] = keys.slice(0, used);
    if (newAxis !== null) given.splice(newAxis, 0, null);
    const selected = layout.shape.map((length, axis) => {
      const key: IndexKey = axis < used ? keys[axis]! : {};
      return typeof key === "number" ? [key < 0 ? key + length : key] : steppedThrough(key, length);
    });
    const wanted = indicesOf(selected.map((list) => list.length)).map((index) =>
      addressOf(
        layout,
        index.map((i, axis) => selected[axis]![i]!),
      ),
    );
    expect(addressesOf(applyIndex(layout, given))).toEqual(wanted);
  });
  fc.assert(property, { numRuns: 2000 });
});

test("applyIndex: keys around an ellipsis count from both ends", () => {
  const property = fc.property(layouts(2), fc.array(slices, { maxLength: 4 }), fc.nat(4), (layout, keys, at) => {
    const used = keys.slice(0, layout.shape.length);
    const before = used.slice(0, at);
    const after = used.slice(at);
    const between = Array.from({ length: layout.shape.length - used.length }, (): Slice => ({}));
    expect(applyIndex(layout, [...before, "...", ...after])).toEqual(
      applyIndex(layout, [...before, ...between, ...after]),
    );
  });
  fc.assert(property, { numRuns: 300 });
});
