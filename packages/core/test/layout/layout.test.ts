import fc from "fast-check";
import { expect, test } from "vitest";
import { ShapeError, ValueError } from "../../src/errors.ts";
import {
  NDIM_MAX,
  axesOf,
  byteBounds,
  checkOrder,
  checkShape,
  contiguousStrides,
  isContiguous,
  layoutOf,
  resolveOrder,
  safeStride,
  sizeOf,
  verifyStructure,
} from "../../src/layout/layout.ts";
import { addressesOf, bytesOf, fortranAddressesOf, itemsizes, layouts } from "./layout-model.ts";

const MOST = Number.MAX_SAFE_INTEGER;

test("sizeOf: is 1 without axes, 0 with an empty one, else the product", () => {
  expect(sizeOf([])).toBe(1);
  expect(sizeOf([2, 3, 4])).toBe(24);
  expect(sizeOf([MOST, 0, MOST])).toBe(0);
  expect(sizeOf([MOST])).toBe(MOST);
});

test("sizeOf: rejects 2^53 elements", () => {
  expect(() => sizeOf([2 ** 27, 2 ** 26])).toThrow(ShapeError);
  expect(() => sizeOf(new Array<number>(64).fill(MOST))).toThrow(ShapeError);
});

test("checkShape: copies and freezes", () => {
  const shape = [2, 3];
  const checked = checkShape(shape);
  expect(checked).toEqual([2, 3]);
  expect(checked).not.toBe(shape);
  expect(Object.isFrozen(checked)).toBe(true);
  expect(checkShape([])).toEqual([]);
  expect(checkShape([-0])).toEqual([0]);
});

test("checkShape: takes 64 axes and no more", () => {
  expect(checkShape(new Array<number>(NDIM_MAX).fill(1))).toHaveLength(64);
  expect(() => checkShape(new Array<number>(NDIM_MAX + 1).fill(1))).toThrow(/65 axes: expected at most 64/);
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;
  expect(() => checkShape(sparse)).toThrow(ShapeError);
});

test("checkShape: names the axis that is no length", () => {
  for (const length of [-1, 1.5, Number.NaN, Infinity, 2 ** 53, "2", null, undefined, 2n, true, {}, [1]]) {
    expect(() => checkShape([3, length])).toThrow(ShapeError);
    expect(() => checkShape([3, length])).toThrow(/axis 1 has length/);
  }
  const sparse: unknown[] = [];
  sparse[2] = 1;
  expect(() => checkShape(sparse)).toThrow(/axis 0 has length undefined/);
});

test("checkShape: rejects what is no array", () => {
  for (const shape of [null, undefined, 3, "23", { length: 1, 0: 2 }, new Set([2, 3])]) {
    expect(() => checkShape(shape)).toThrow(ShapeError);
  }
});

test("checkShape: bounds the product, also around an empty axis", () => {
  expect(checkShape([MOST, 1])).toEqual([MOST, 1]);
  expect(() => checkShape([2 ** 27, 2 ** 26])).toThrow(/too many elements/);
  expect(() => checkShape([2 ** 27, 0, 2 ** 26])).toThrow(/too many elements/);
});

test("checkShape: reads each length once", () => {
  let reads = 0;
  const shape = new Proxy([5], {
    get: (target, key, receiver): unknown => (key === "0" ? [5, -5][reads++] : Reflect.get(target, key, receiver)),
  });
  expect(checkShape(shape)).toEqual([5]);
});

test("contiguousStrides: has the rows of C order and the columns of F order side by side", () => {
  expect(contiguousStrides([2, 3, 4], 8, "C")).toEqual([96, 32, 8]);
  expect(contiguousStrides([2, 3, 4], 8, "F")).toEqual([8, 16, 48]);
  expect(contiguousStrides([], 8, "C")).toEqual([]);
});

test("contiguousStrides: is 0 outside of an empty axis", () => {
  expect(contiguousStrides([2, 0, 3], 8, "C")).toEqual([0, 24, 8]);
  expect(contiguousStrides([2, 0, 3], 8, "F")).toEqual([8, 16, 0]);
});

test("contiguousStrides: rejects 2^53 bytes", () => {
  expect(contiguousStrides([2 ** 49], 8, "C")).toEqual([8]);
  expect(() => contiguousStrides([2 ** 50], 8, "C")).toThrow(ShapeError);
  expect(() => contiguousStrides([0, 2 ** 50], 8, "C")).toThrow(ShapeError);
  expect(() => contiguousStrides(new Array<number>(64).fill(MOST), 8, "F")).toThrow(ShapeError);
});

test("isContiguous: without axes is both orders", () => {
  for (const order of ["C", "F", "A"] as const) expect(isContiguous([], [], 8, order)).toBe(true);
});

test("isContiguous: ignores the stride of an axis of length 1, and every stride where there are no bytes", () => {
  expect(isContiguous([2, 1, 3], [3, 99, 1], 1, "C")).toBe(true);
  expect(isContiguous([2, 1, 3], [3, 99, 1], 1, "F")).toBe(false);
  expect(isContiguous([0], [3], 1, "C")).toBe(true);
  expect(isContiguous([2, 0, 3], [1, 2, 3], 1, "F")).toBe(true);
  expect(isContiguous([3], [7], 0, "C")).toBe(true);
});

test("isContiguous: refuses reversed, repeated and spread elements", () => {
  for (const stride of [-1, 0, 2]) expect(isContiguous([3], [stride], 1, "A")).toBe(false);
});

test("isContiguous: equals the definition, addresses one itemsize apart in that order", () => {
  const property = fc.property(
    itemsizes.chain((itemsize) => fc.tuple(fc.constant(itemsize), layouts(itemsize))),
    ([itemsize, layout]) => {
      const sideBySide = (addresses: number[]): boolean =>
        addresses.every((address, i) => address === layout.byteOffset + i * itemsize);
      const c = sideBySide(addressesOf(layout));
      const f = sideBySide(fortranAddressesOf(layout));
      const { shape, strides } = layout;
      expect(isContiguous(shape, strides, itemsize, "C")).toBe(c);
      expect(isContiguous(shape, strides, itemsize, "F")).toBe(f);
      expect(isContiguous(shape, strides, itemsize, "A")).toBe(c || f);
      expect(resolveOrder(layout, itemsize, "A")).toBe(f && !c ? "F" : "C");
    },
  );
  fc.assert(property, { numRuns: 2000 });
});

test("contiguousStrides: makes what isContiguous accepts", () => {
  const property = fc.property(
    fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
    itemsizes,
    fc.constantFrom("C" as const, "F" as const),
    (shape, itemsize, order) => {
      expect(isContiguous(shape, contiguousStrides(shape, itemsize, order), itemsize, order)).toBe(true);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("byteBounds: is the smallest range of all bytes, and empty at byteOffset for none", () => {
  const property = fc.property(
    itemsizes.chain((itemsize) => fc.tuple(fc.constant(itemsize), layouts(itemsize))),
    ([itemsize, layout]) => {
      const bytes = [...bytesOf(layout, itemsize)];
      const { low, high } = byteBounds(layout, itemsize);
      if (bytes.length === 0) expect([low, high]).toEqual([layout.byteOffset, layout.byteOffset]);
      else expect([low, high]).toEqual([Math.min(...bytes), Math.max(...bytes) + 1]);
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

test("byteBounds: of elements without bytes is empty", () => {
  expect(byteBounds({ shape: [3], strides: [5], byteOffset: 7 }, 0)).toEqual({ low: 7, high: 7 });
});

test("byteBounds: of hostile numbers leaves every buffer", () => {
  const shape = [MOST, MOST, 2];
  const { low, high } = byteBounds({ shape, strides: [MOST, -MOST, 1], byteOffset: 5 }, 8);
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(MOST);
});

test("layoutOf: freezes all, and is the inverse of axesOf", () => {
  const layout = layoutOf(axesOf({ shape: [2, 3], strides: [-6, 2], byteOffset: 6 }), 6);
  expect(layout).toEqual({ shape: [2, 3], strides: [-6, 2], byteOffset: 6 });
  expect([layout, layout.shape, layout.strides].every((part) => Object.isFrozen(part))).toBe(true);
});

test("safeStride: has neither a negative zero nor a number past 2^53", () => {
  expect([safeStride(-0), safeStride(-8), safeStride(2 ** 53), safeStride(-Infinity), safeStride(Number.NaN)]).toEqual([
    0, -8, 0, 0, 0,
  ]);
});

test("checkOrder: takes C, F and A", () => {
  expect(["C", "F", "A"].map(checkOrder)).toEqual(["C", "F", "A"]);
  for (const order of ["K", "c", "", null, 1]) expect(() => checkOrder(order)).toThrow(ValueError);
});

test("verifyStructure: tells whether every element lies inside the block, at a multiple of its size", () => {
  const multiples = itemsizes.chain((itemsize) => fc.tuple(fc.constant(itemsize), layouts(itemsize, 1), fc.nat(400)));
  const property = fc.property(multiples, ([itemsize, { shape, strides, byteOffset: start }, memlen]) => {
    const byteOffset = start % 200;
    const addresses = addressesOf({ shape, strides, byteOffset });
    const inside = addresses.every((address) => address >= 0 && address + itemsize <= memlen);
    const aligned = [byteOffset, ...strides].every((bytes) => bytes % itemsize === 0);
    expect(verifyStructure({ shape, strides, byteOffset }, itemsize, memlen)).toBe(inside && aligned);
  });
  fc.assert(property, { numRuns: 2000 });
});

test("verifyStructure: without elements asks only where the first one would be", () => {
  expect(verifyStructure({ shape: [0], strides: [1000], byteOffset: 3 }, 1, 4)).toBe(true);
  expect(verifyStructure({ shape: [0], strides: [1], byteOffset: 4 }, 1, 4)).toBe(false);
  expect(verifyStructure({ shape: [2, 0], strides: [3, 2], byteOffset: 0 }, 2, 8)).toBe(false);
});

test("verifyStructure: is false for numbers that are no lengths, offsets or strides", () => {
  const valid = { shape: [2], strides: [1], byteOffset: 0 };
  expect(verifyStructure(valid, 1, 2)).toBe(true);
  for (const lie of [
    { shape: [-1] },
    { shape: [1.5] },
    { shape: [Number.NaN] },
    { shape: [2, 1] },
    { strides: [Number.NaN] },
    { strides: [2 ** 60] },
    { strides: [0.5] },
    { byteOffset: -1 },
    { byteOffset: Infinity },
    { shape: new Array<number>(65).fill(1), strides: new Array<number>(65).fill(1) },
    { shape: [2 ** 52, 2 ** 52], strides: [2 ** 52, -(2 ** 52)] },
  ]) {
    expect(verifyStructure({ ...valid, ...lie }, 1, 2)).toBe(false);
  }
  expect(verifyStructure(valid, -1, 2)).toBe(false);
  expect(verifyStructure(valid, 1, Number.NaN)).toBe(false);
  expect(verifyStructure(valid, 0, 2)).toBe(true);
});
