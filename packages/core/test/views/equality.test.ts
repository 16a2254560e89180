import fc from "fast-check";
import { expect, test } from "vitest";
import { type Content, contentsAreEqual, valuesAreEqual } from "../../src/views/equality.ts";
import { codecFor } from "../../src/formats/codec.ts";
import { addressesOf } from "../layout/layout-model.ts";

/** Formats that hold every integer from -100 to 100. */
const FORMATS = ["b", "h", "i", "q", "d", "f", "e", "<h", ">h", "<i", ">q", ">d", "=l"] as const;

/** Lays elements out with a stride along each axis, with other bytes between. */
function contentOf(
  values: readonly number[],
  shape: readonly number[],
  format: string,
  steps: readonly number[],
): Content {
  const codec = codecFor(format);
  const { itemsize } = codec;
  const strides: number[] = [];
  let stride = itemsize;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride *= Math.abs(steps[axis]!);
    strides.unshift(steps[axis]! < 0 ? -stride : stride);
    stride *= Math.max(1, shape[axis]!);
  }
  const low = strides.reduce((sum, bytes, axis) => sum + Math.min(0, bytes * (shape[axis]! - 1)), 0);
  const byteOffset = shape.includes(0) ? 0 : 1 - low;
  const buffer = new Uint8Array(2 * stride + itemsize + 1).fill(0xa5).buffer;
  const layout = { shape, strides, byteOffset };
  for (const [i, address] of addressesOf(layout).entries()) codec.write(new DataView(buffer), address, values[i]);
  return { ...layout, buffer, itemsize, format };
}

test("contentsAreEqual: tells whether the lists of values are equal, across formats, byte orders and layouts", () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
  const sides = shapes.chain((shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const steps = fc.array(fc.constantFrom(1, 1, 2, -1, -2), { minLength: 3, maxLength: 3 });
    return fc.record({
      shape: fc.constant(shape),
      values: fc.array(fc.integer({ min: -100, max: 100 }), { minLength: size, maxLength: size }),
      /** Where the other side differs, if anywhere. */
      changed: fc.option(fc.nat(Math.max(0, size - 1)), { nil: null }),
      formats: fc.tuple(fc.constantFrom(...FORMATS), fc.constantFrom(...FORMATS)),
      steps: fc.tuple(steps, steps),
    });
  });
  const property = fc.property(sides, ({ shape, values, changed, formats, steps }) => {
    const others = values.map((value, i) => (i === changed ? value + (value > 0 ? -1 : 1) : value));
    const a = contentOf(values, shape, formats[0], steps[0]);
    const b = contentOf(others, shape, formats[1], steps[1]);
    const equal = JSON.stringify(values) === JSON.stringify(others);
    expect(contentsAreEqual(a, b)).toBe(equal);
    expect(contentsAreEqual(b, a)).toBe(equal);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("contentsAreEqual: shapes are equal up to the first length of 0", () => {
  const of = (shape: readonly number[]): Content => contentOf([1, 1, 1, 1], shape, "B", [1, 1]);
  for (const [a, b, equal] of [
    [[0, 2], [0, 3], true],
    [[2, 0], [2, 0], true],
    [[2, 0], [3, 0], false],
    [[0], [0, 1], false],
    [[4], [2, 2], false],
    [[1], [], false],
  ] as const) {
    expect(contentsAreEqual(of(a), of(b))).toBe(equal);
  }
});

test("contentsAreEqual: an axis before an empty one costs nothing, however long it is", () => {
  const shape = [2 ** 40, 0];
  const empty: Content = {
    buffer: new ArrayBuffer(0),
    byteOffset: 0,
    shape,
    strides: [0, 1],
    itemsize: 1,
    format: "B",
  };
  expect(contentsAreEqual(empty, { ...empty, format: "d", itemsize: 8 })).toBe(true);
});

test("contentsAreEqual: one element, repeated, is compared once, however often it is", () => {
  const shape = [2 ** 20, 2 ** 20];
  const memory = { buffer: new ArrayBuffer(2), byteOffset: 0, shape, strides: [0, 0] };
  const bytes: Content = { ...memory, itemsize: 1, format: "B" };
  const empty: Content = { ...memory, itemsize: 0, format: "0s" };
  expect(contentsAreEqual(bytes, bytes)).toBe(true);
  expect(contentsAreEqual(bytes, { ...bytes, buffer: Uint8Array.of(1).buffer })).toBe(false);
  expect(contentsAreEqual(empty, empty)).toBe(true);
});

test("contentsAreEqual: elements of a format without values equal nothing, not even themselves", () => {
  const memory = { buffer: new ArrayBuffer(16), byteOffset: 0, shape: [1], strides: [16] };
  for (const [format, itemsize] of [
    ["O", 8],
    ["g", 16],
    ["&i", 8],
    ["no format", 8],
  ] as const) {
    const content = { ...memory, format, itemsize };
    expect(contentsAreEqual(content, content)).toBe(false);
  }
});

test("valuesAreEqual: compares numbers by what they are exactly, as Python's == does", () => {
  const big = 2n ** 53n;
  for (const [a, b, equal] of [
    [1, 1n, true],
    [1, true, true],
    [0n, false, true],
    [0, -0, true],
    [Number.NaN, Number.NaN, false],
    [2 ** 53, big, true],
    [2 ** 53, big + 1n, false],
    [0.5, 0n, false],
    [Infinity, Infinity, true],
  ] as const) {
    expect([valuesAreEqual(a, b), valuesAreEqual(b, a)]).toEqual([equal, equal]);
  }
});

test("valuesAreEqual: bytes, texts, tuples, complex numbers and records are equal to their own kind", () => {
  const record = (fields: object): object => Object.assign(Object.create(null) as object, fields);
  for (const [a, b, equal] of [
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
    [Uint8Array.of(1, 2), Uint8Array.of(1), false],
    [Uint8Array.of(1), 1, false],
    [Uint8Array.of(97), "a", false],
    ["a", "a", true],
    ["1", 1, false],
    [[1, 2n], [1n, 2], true],
    [[1, 2], [1], false],
    [{ re: 1, im: 0 }, 1n, true],
    [{ re: 1, im: 0 }, { re: 1, im: -0 }, true],
    [{ re: 1, im: 1 }, 1, false],
    [{ re: Number.NaN, im: 0 }, { re: Number.NaN, im: 0 }, false],
    [record({ a: 1, b: [2] }), { b: [2n], a: 1 }, true],
    [record({ a: 1 }), record({ a: 1, b: 2 }), false],
    [record({ a: 1 }), record({ b: 1 }), false],
    [record({ re: 1, im: 0 }), 1, false],
    [null, null, false],
    [undefined, 0, false],
  ] as const) {
    expect([valuesAreEqual(a, b), valuesAreEqual(b, a)]).toEqual([equal, equal]);
  }
});
