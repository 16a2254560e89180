import fc from "fast-check";
import { expect, test } from "vitest";
import { ShapeError, ValueError } from "../../src/errors.ts";
import { type Layout, contiguousStrides, isContiguous } from "../../src/layout/layout.ts";
import { dtypeView, reshape } from "../../src/layout/reshape.ts";
import { addressOf, addressesOf, bytesOf, fortranAddressesOf, indicesOf, itemsizes, layouts } from "./layout-model.ts";

const matrix: Layout = { shape: [4, 6], strides: [6, 1], byteOffset: 10 };
const transposed: Layout = { shape: [6, 4], strides: [1, 6], byteOffset: 10 };

test("reshape: splits and joins axes that lie side by side", () => {
  expect(reshape(matrix, 1, [24])).toEqual({ shape: [24], strides: [1], byteOffset: 10 });
  expect(reshape(matrix, 1, [2, 2, 3, 2])).toEqual({ shape: [2, 2, 3, 2], strides: [12, 6, 2, 1], byteOffset: 10 });
  expect(reshape(transposed, 1, [24])).toBeNull();
  expect(reshape(transposed, 1, [24], "F")).toEqual({ shape: [24], strides: [1], byteOffset: 10 });
});

test("reshape: splits what it can't join", () => {
  const columns: Layout = { shape: [4, 6], strides: [12, 1], byteOffset: 0 };
  expect(reshape(columns, 1, [2, 2, 3, 2])?.strides).toEqual([24, 12, 2, 1]);
  expect(reshape(columns, 1, [8, 3])).toBeNull();
  expect(reshape(columns, 1, [2, 12])).toBeNull();
});

test("reshape: goes through reversed and repeated axes", () => {
  expect(reshape({ shape: [6], strides: [-2], byteOffset: 10 }, 2, [2, 3])?.strides).toEqual([-6, -2]);
  expect(reshape({ shape: [2, 3], strides: [0, 0], byteOffset: 10 }, 2, [6])?.strides).toEqual([0]);
});

test("reshape: computes the length of -1", () => {
  expect(reshape(matrix, 1, [-1])?.shape).toEqual([24]);
  expect(reshape(matrix, 1, [3, -1, 2])?.shape).toEqual([3, 4, 2]);
  expect(reshape({ shape: [0, 3], strides: [3, 1], byteOffset: 0 }, 1, [-1, 3])?.shape).toEqual([0, 3]);
  expect(reshape({ shape: [], strides: [], byteOffset: 0 }, 1, [-1])?.shape).toEqual([1]);
});

test("reshape: rejects another size and a -1 that nothing or anything would fit", () => {
  expect(() => reshape(matrix, 1, [5, 5])).toThrow("cannot reshape [4, 6] to [5, 5]: it has 25 elements, expected 24");
  expect(() => reshape(matrix, 1, [-1, 5])).toThrow(ShapeError);
  expect(() => reshape(matrix, 1, [-1, -1])).toThrow(/more than one length is unknown/);
  expect(() => reshape(matrix, 1, [-2, 12])).toThrow(ShapeError);
  expect(() => reshape({ shape: [0, 3], strides: [3, 1], byteOffset: 0 }, 1, [0, -1])).toThrow(ShapeError);
  expect(() => reshape(matrix, 1, "24" as never)).toThrow(ShapeError);
  expect(() => reshape(matrix, 1, [24], "K" as never)).toThrow(ValueError);
});

test("reshape: to the same shape is a frozen layout with the same strides", () => {
  const spread: Layout = { shape: [2, 1], strides: [7, 99], byteOffset: 3 };
  const result = reshape(spread, 1, [2, 1]);
  expect(result).toEqual(spread);
  expect([result, result?.shape, result?.strides].every((part) => Object.isFrozen(part))).toBe(true);
});

test("reshape: keeps the offset of an empty array and freezes the result", () => {
  const result = reshape({ shape: [2, 0], strides: [Number.MAX_SAFE_INTEGER, 7], byteOffset: 3 }, 4, [5, 0, 2]);
  expect(result).toEqual({ shape: [5, 0, 2], strides: [0, 8, 4], byteOffset: 3 });
  expect([result, result?.shape, result?.strides].every((part) => Object.isFrozen(part))).toBe(true);
});

test("reshape: has the same elements in the same order, and gives up only where no strides have", () => {
  const cases = itemsizes.chain((itemsize) =>
    fc.record({
      itemsize: fc.constant(itemsize),
      layout: layouts(itemsize, 1),
      cuts: fc.array(fc.nat(), { maxLength: 4 }),
      order: fc.constantFrom("C" as const, "F" as const),
    }),
  );
  let refused = 0;
  const property = fc.property(cases, ({ itemsize, layout, cuts, order }) => {
    const shape = factors(addressesOf(layout).length, cuts);
    const addresses = order === "C" ? addressesOf(layout) : fortranAddressesOf(layout);
    const result = reshape(layout, itemsize, shape, order);
    if (result === null) {
      refused++;
      expect(evenStrides(addresses, shape, order)).toBeNull();
    } else {
      expect(order === "C" ? addressesOf(result) : fortranAddressesOf(result)).toEqual(addresses);
    }
  });
  fc.assert(property, { numRuns: 2000 });
  expect(refused).toBeGreaterThan(100);
});

test("reshape: in order A is F where only that fits the memory", () => {
  const property = fc.property(layouts(2, 1), fc.array(fc.nat(), { maxLength: 4 }), (layout, cuts) => {
    const shape = factors(addressesOf(layout).length, cuts);
    const { shape: own, strides } = layout;
    const isFortran = isContiguous(own, strides, 2, "F") && !isContiguous(own, strides, 2, "C");
    expect(reshape(layout, 2, shape, "A")).toEqual(reshape(layout, 2, shape, isFortran ? "F" : "C"));
  });
  fc.assert(property, { numRuns: 300 });
});

test("dtypeView: changes the length of the last axis by the ratio of the sizes", () => {
  const layout: Layout = { shape: [3, 4], strides: [32, 2], byteOffset: 6 };
  expect(dtypeView(layout, 2, 8)).toEqual({ shape: [3, 1], strides: [32, 8], byteOffset: 6 });
  expect(dtypeView(layout, 2, 1)).toEqual({ shape: [3, 8], strides: [32, 1], byteOffset: 6 });
  expect(dtypeView(layout, 2, 2)).toEqual(layout);
});

test("dtypeView: rejects a last axis that is spread, and sizes that don't divide", () => {
  expect(() => dtypeView({ shape: [4], strides: [4], byteOffset: 0 }, 2, 1)).toThrow(/stride 4, expected 2/);
  expect(() => dtypeView({ shape: [3], strides: [2], byteOffset: 0 }, 2, 4)).toThrow(/has 6 bytes/);
  expect(() => dtypeView({ shape: [3], strides: [3], byteOffset: 0 }, 3, 2)).toThrow(/divisor of 3/);
  expect(() => dtypeView({ shape: [3], strides: [2], byteOffset: 0 }, 2, 0)).toThrow(ShapeError);
  expect(() => dtypeView({ shape: [], strides: [], byteOffset: 0 }, 2, 1)).toThrow(ShapeError);
});

test("dtypeView: of one element, or none, asks for no stride", () => {
  expect(dtypeView({ shape: [1], strides: [99], byteOffset: 0 }, 4, 2).strides).toEqual([2]);
  expect(dtypeView({ shape: [0, 6], strides: [1, 99], byteOffset: 0 }, 4, 8).shape).toEqual([0, 3]);
});

test("dtypeView: of a hostile empty shape stays below 2^53", () => {
  const empty: Layout = { shape: [0, Number.MAX_SAFE_INTEGER], strides: [0, 8], byteOffset: 0 };
  expect(() => dtypeView(empty, 8, 4)).toThrow(ShapeError);
  expect(() => dtypeView(empty, 4, 8)).toThrow(ShapeError);
});

test("dtypeView: covers the same bytes, and back is the same layout", () => {
  const property = fc.property(
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    fc.integer({ min: 1, max: 8 }),
    fc.constantFrom(1, 2, 4, 8),
    fc.constantFrom(1, 2, 4, 8),
    (outer, last, itemsize, newItemsize) => {
      fc.pre((last * itemsize) % newItemsize === 0);
      const shape = [...outer, last];
      const strides = [...contiguousStrides(outer, last * itemsize + 3, "C"), itemsize];
      const layout: Layout = { shape, strides, byteOffset: 40 };
      const result = dtypeView(layout, itemsize, newItemsize);
      expect(bytesOf(result, newItemsize)).toEqual(bytesOf(layout, itemsize));
      expect(dtypeView(result, newItemsize, itemsize)).toEqual(layout);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

/** Any shape with `size` elements, chosen by `cuts`. */
function factors(size: number, cuts: readonly number[]): number[] {
  const shape: number[] = [];
  let left = size;
  for (const cut of cuts) {
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((divisor) => left % divisor === 0);
    const length = divisors[cut % divisors.length]!;
    shape.push(length);
    left /= length;
  }
  return [...shape, left];
}

/** The strides with which `shape` reads the given addresses, or `null`: each is the step to the next element of its axis. */
function evenStrides(addresses: readonly number[], shape: readonly number[], order: "C" | "F"): number[] | null {
  const places = contiguousStrides(shape, 1, order);
  const strides = shape.map((length, axis) => (length === 1 ? 0 : addresses[places[axis]!]! - addresses[0]!));
  const layout = { shape, strides, byteOffset: addresses[0]! };
  const place = { shape, strides: places, byteOffset: 0 };
  const fits = indicesOf(shape).every((index) => addressOf(layout, index) === addresses[addressOf(place, index)]);
  return fits ? strides : null;
}
