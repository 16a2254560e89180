import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkAxes,
  checkAxis,
  diagonal,
  expandDims,
  flip,
  moveAxis,
  squeeze,
  swapAxes,
  transpose,
} from "../../src/layout/axes.ts";
import { IndexError, ShapeError } from "../../src/errors.ts";
import { type Layout, axesOf } from "../../src/layout/layout.ts";
import { addressOf, addressesOf, indicesOf, layouts } from "./layout-model.ts";

const cube: Layout = { shape: [2, 3, 4], strides: [12, 4, 1], byteOffset: 100 };
const scalar: Layout = { shape: [], strides: [], byteOffset: 7 };
const empty: Layout = { shape: [3, 0], strides: [Number.MAX_SAFE_INTEGER, 5], byteOffset: 9 };

test("checkAxis: counts from either end", () => {
  expect([-3, -1, 0, 2].map((axis) => checkAxis(axis, 3))).toEqual([0, 2, 0, 2]);
  expect(Object.is(checkAxis(-0, 3), 0)).toBe(true);
});

test("checkAxis: names the range that an axis is out of", () => {
  expect(() => checkAxis(3, 3)).toThrow(IndexError);
  expect(() => checkAxis(-4, 3)).toThrow(/axis -4 is out of range: there are 3 axes, expected -3 to 2/);
  expect(() => checkAxis(0, 0)).toThrow(/expected none/);
});

test("checkAxis: rejects what is no integer", () => {
  for (const axis of [0.5, Number.NaN, Infinity, "0", null, undefined, true, 0n]) {
    expect(() => checkAxis(axis, 3)).toThrow(TypeError);
  }
});

test("checkAxes: rejects an axis that comes twice under either name", () => {
  expect(checkAxes([2, -3], 3)).toEqual([2, 0]);
  expect(() => checkAxes([2, -1], 3)).toThrow(ShapeError);
});

test("transpose: reverses the axes, or takes them in the order given", () => {
  expect(transpose(cube)).toEqual({ shape: [4, 3, 2], strides: [1, 4, 12], byteOffset: 100 });
  expect(transpose(cube, [1, -1, 0])).toEqual({ shape: [3, 4, 2], strides: [4, 1, 12], byteOffset: 100 });
  expect(transpose(scalar, [])).toEqual(scalar);
});

test("transpose: wants every axis once", () => {
  expect(() => transpose(cube, [0, 1])).toThrow(ShapeError);
  expect(() => transpose(cube, [0, 1, 1])).toThrow(ShapeError);
  expect(() => transpose(cube, [0, 1, 3])).toThrow(IndexError);
});

test("transpose: gives the element at a permuted index the same address", () => {
  const property = fc.property(
    layouts(2).chain((layout) => {
      const axes = [...layout.shape.keys()];
      return fc.tuple(fc.constant(layout), fc.shuffledSubarray(axes, { minLength: axes.length }));
    }),
    ([layout, axes]) => {
      const result = transpose(layout, axes);
      for (const index of indicesOf(layout.shape)) {
        const permuted = axes.map((axis) => index[axis]!);
        expect(addressOf(result, permuted)).toBe(addressOf(layout, index));
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("swapAxes: exchanges two axes", () => {
  expect(swapAxes(cube, 0, -1)).toEqual({ shape: [4, 3, 2], strides: [1, 4, 12], byteOffset: 100 });
  expect(swapAxes(cube, 1, 1)).toEqual(cube);
  expect(() => swapAxes(cube, 0, 3)).toThrow(IndexError);
  expect(() => swapAxes(scalar, 0, 0)).toThrow(IndexError);
});

test("moveAxis: keeps the order of the others", () => {
  expect(moveAxis(cube, 0, -1).shape).toEqual([3, 4, 2]);
  expect(moveAxis(cube, 2, 0).shape).toEqual([4, 2, 3]);
  expect(moveAxis(cube, [0, 1], [-1, -2]).shape).toEqual([4, 3, 2]);
  expect(moveAxis(cube, [2, 0], [0, 1]).shape).toEqual([4, 2, 3]);
  expect(moveAxis(cube, [], []).shape).toEqual([2, 3, 4]);
});

test("moveAxis: wants as many targets as sources, each once and in range", () => {
  expect(() => moveAxis(cube, [0, 1], [0])).toThrow(ShapeError);
  expect(() => moveAxis(cube, [0, 1], [0, 0])).toThrow(ShapeError);
  expect(() => moveAxis(cube, 3, 0)).toThrow(IndexError);
  expect(() => moveAxis(cube, 0, 3)).toThrow(IndexError);
});

test("moveAxis: puts each source at its target and nothing else out of order", () => {
  const property = fc.property(
    fc.shuffledSubarray([0, 1, 2, 3]),
    fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    (source, targets) => {
      const destination = targets.slice(0, source.length);
      const { shape } = moveAxis(
        { shape: [10, 11, 12, 13], strides: [0, 0, 0, 0], byteOffset: 0 },
        source,
        destination,
      );
      for (const [i, axis] of source.entries()) expect(shape[destination[i]!]).toBe(10 + axis);
      const others = shape.filter((_, axis) => !destination.includes(axis));
      expect(others).toEqual(others.toSorted((a, b) => a - b));
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("flip: starts at the other end of each axis", () => {
  expect(flip(cube, 1)).toEqual({ shape: [2, 3, 4], strides: [12, -4, 1], byteOffset: 108 });
  expect(flip(cube)).toEqual({ shape: [2, 3, 4], strides: [-12, -4, -1], byteOffset: 123 });
  expect(flip(scalar)).toEqual(scalar);
  expect(flip({ shape: [3], strides: [0], byteOffset: 4 })).toEqual({ shape: [3], strides: [0], byteOffset: 4 });
});

test("flip: keeps the offset of an empty array", () => {
  expect(flip(empty).byteOffset).toBe(9);
});

test("flip: wants axes in range, each once", () => {
  expect(() => flip(scalar, 0)).toThrow(IndexError);
  expect(() => flip(cube, [0, -3])).toThrow(ShapeError);
});

test("flip: of all axes reads the elements backwards, and twice is none", () => {
  const property = fc.property(layouts(4), (layout) => {
    expect(addressesOf(flip(layout))).toEqual(addressesOf(layout).toReversed());
    expect(flip(flip(layout))).toEqual(layout);
  });
  fc.assert(property, { numRuns: 300 });
});

test("squeeze: drops axes of length 1", () => {
  const layout: Layout = { shape: [1, 3, 1, 2], strides: [99, 2, 98, 1], byteOffset: 5 };
  expect(squeeze(layout)).toEqual({ shape: [3, 2], strides: [2, 1], byteOffset: 5 });
  expect(squeeze(layout, -2)).toEqual({ shape: [1, 3, 2], strides: [99, 2, 1], byteOffset: 5 });
  expect(squeeze(layout, [0, 2])).toEqual({ shape: [3, 2], strides: [2, 1], byteOffset: 5 });
});

test("squeeze: rejects an axis of another length, and one that isn't there", () => {
  expect(() => squeeze(cube, 1)).toThrow(/axis 1 has length 3, expected 1/);
  expect(() => squeeze(empty, 1)).toThrow(ShapeError);
  expect(() => squeeze(scalar, 0)).toThrow(IndexError);
});

test("expandDims: inserts axes of length 1 at places of the result", () => {
  expect(expandDims(cube, -1).shape).toEqual([2, 3, 4, 1]);
  expect(expandDims(cube, [0, 2]).shape).toEqual([1, 2, 1, 3, 4]);
  expect(expandDims(scalar, 0)).toEqual({ shape: [1], strides: [0], byteOffset: 7 });
});

test("expandDims: rejects places out of range and a 65th axis", () => {
  expect(() => expandDims(cube, 4)).toThrow(IndexError);
  expect(() => expandDims(cube, [0, -5])).toThrow(ShapeError);
  const full: Layout = { shape: new Array<number>(64).fill(1), strides: new Array<number>(64).fill(0), byteOffset: 0 };
  expect(() => expandDims(full, 0)).toThrow(ShapeError);
});

test("expandDims: is undone by squeeze", () => {
  const property = fc.property(layouts(2), fc.uniqueArray(fc.nat(3), { maxLength: 4 }), (layout, places) => {
    fc.pre(places.every((place) => place < layout.shape.length + places.length));
    expect(squeeze(expandDims(layout, places), places)).toEqual(layout);
  });
  fc.assert(property, { numRuns: 200 });
});

test("diagonal: steps along both axes at once and comes last", () => {
  expect(diagonal(cube)).toEqual({ shape: [4, 2], strides: [1, 16], byteOffset: 100 });
  expect(diagonal(cube, 1, 1, 2)).toEqual({ shape: [2, 3], strides: [12, 5], byteOffset: 101 });
  expect(diagonal(cube, -1, -2, -1)).toEqual({ shape: [2, 2], strides: [12, 5], byteOffset: 104 });
});

test("diagonal: beyond the corner is empty and keeps the offset", () => {
  expect(diagonal(cube, 3)).toEqual({ shape: [4, 0], strides: [1, 16], byteOffset: 100 });
  expect(diagonal(cube, -2).shape).toEqual([4, 0]);
  expect(diagonal(cube, -(2 ** 60)).shape).toEqual([4, 0]);
});

test("diagonal: wants two different axes and an integer", () => {
  expect(() => diagonal({ shape: [3], strides: [1], byteOffset: 0 })).toThrow(ShapeError);
  expect(() => diagonal(cube, 0, 1, -2)).toThrow(ShapeError);
  expect(() => diagonal(cube, 0, 0, 3)).toThrow(IndexError);
  expect(() => diagonal(cube, 0.5)).toThrow(TypeError);
});

test("diagonal: has the elements whose two indices differ by the offset", () => {
  const property = fc.property(
    layouts(2).filter((layout) => layout.shape.length >= 2),
    fc.integer({ min: -5, max: 5 }),
    fc.nat(3),
    fc.nat(3),
    (layout, offset, a, b) => {
      const axis1 = a % layout.shape.length;
      const axis2 = b % layout.shape.length;
      fc.pre(axis1 !== axis2);
      const result = diagonal(layout, offset, axis1, axis2);
      const wanted = indicesOf(layout.shape).filter((index) => index[axis2]! - index[axis1]! === offset);
      const order = [...axesOf(layout).keys()].filter((axis) => axis !== axis1 && axis !== axis2);
      // In C order of the other axes, and along the diagonal within them.
      wanted.sort((i, j) => [...order, axis1].map((axis) => i[axis]! - j[axis]!).find((d) => d !== 0) ?? 0);
      expect(addressesOf(result)).toEqual(wanted.map((index) => addressOf(layout, index)));
    },
  );
  fc.assert(property, { numRuns: 500 });
});
