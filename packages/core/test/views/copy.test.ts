import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { copyElements, privateBytes, type Strided } from "../../src/views/copy.ts";
import { MemoryError, ShapeError, ValueError } from "../../src/errors.ts";
import { contiguousStrides, type Layout } from "../../src/layout/layout.ts";
import { addressesOf, bytesOf } from "../layout/layout-model.ts";
import { Memory } from "../memory/wasm-memory.ts";

const BUFFER_BYTES = 16_384;

const ITEMSIZES = [1, 2, 3, 4, 5, 8, 12, 16] as const;

/** Elements that don't touch each other, in any order of axes, with gaps, and aligned or not. */
function apart(shape: readonly number[], itemsize: number): fc.Arbitrary<Layout> {
  const ndim = shape.length;
  return fc
    .record({
      order: fc.shuffledSubarray([...shape.keys()], { minLength: ndim }),
      signs: fc.array(fc.constantFrom(1, 1, -1), { minLength: ndim, maxLength: ndim }),
      gaps: fc.array(fc.constantFrom(0, 0, 0, itemsize, 1, 2, 4), { minLength: ndim, maxLength: ndim }),
      shift: fc.integer({ min: 0, max: 24 }),
    })
    .map(({ order, signs, gaps, shift }) => {
      const strides = shape.map(() => 0);
      let stride = itemsize;
      for (const axis of order) {
        stride += gaps[axis]!;
        strides[axis] = stride * signs[axis]!;
        stride *= Math.max(1, shape[axis]!);
      }
      return placed(shape, strides, shift);
    });
}

/** Any strides: elements may touch each other, or be one. */
function anyStrides(shape: readonly number[]): fc.Arbitrary<Layout> {
  const strides = fc.array(fc.integer({ min: -17, max: 17 }), { minLength: shape.length, maxLength: shape.length });
  return fc.tuple(strides, fc.integer({ min: 0, max: 24 })).map(([own, shift]) => placed(shape, own, shift));
}

/** With its lowest byte at `shift`. */
function placed(shape: readonly number[], strides: readonly number[], shift: number): Layout {
  const below = strides.reduce((sum, stride, axis) => sum + Math.min(0, stride * Math.max(0, shape[axis]! - 1)), 0);
  return { shape, strides, byteOffset: shift - below };
}

const pairs = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.constantFrom(...ITEMSIZES))
  .chain(([shape, itemsize]) =>
    fc.record({
      itemsize: fc.constant(itemsize),
      target: apart(shape, itemsize),
      source: fc.oneof(apart(shape, itemsize), anyStrides(shape)),
    }),
  );

function fillWithNoise(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 37 + (i >> 8) * 11 + 5) & 0xff;
}

/** What the target's buffer holds afterwards: each element of the source, as it was before, byte by byte. */
function expectedBytes(target: Strided, source: Strided): Uint8Array {
  const before = Uint8Array.from(new Uint8Array(source.buffer));
  const after = Uint8Array.from(new Uint8Array(target.buffer));
  const from = addressesOf(source);
  for (const [i, address] of addressesOf(target).entries()) {
    for (let k = 0; k < target.itemsize; k++) after[address + k] = before[from[i]! + k]!;
  }
  return after;
}

function expectCopied(target: Strided, source: Strided): void {
  const expected = expectedBytes(target, source);
  copyElements(target, source);
  expectSameBytes(new Uint8Array(target.buffer), expected);
}

/** As `toEqual`, which takes a millisecond for so many bytes. */
function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) expect([...actual]).toEqual([...expected]);
}

test("copyElements: equals element-by-element copies between two buffers, and writes no other byte", () => {
  const [one, two] = [new ArrayBuffer(BUFFER_BYTES), new SharedArrayBuffer(BUFFER_BYTES)];
  const property = fc.property(pairs, fc.boolean(), ({ target, source, itemsize }, swaps) => {
    const [to, from] = swaps ? [two, one] : [one, two];
    new Uint8Array(to).fill(0xee);
    fillWithNoise(new Uint8Array(from));
    expectCopied({ ...target, buffer: to, itemsize }, { ...source, buffer: from, itemsize });
  });
  fc.assert(property, { numRuns: 1000 });
});

test("copyElements: within one buffer is as if the source had been copied first", () => {
  const buffer = new ArrayBuffer(BUFFER_BYTES);
  const seen = { overlaps: 0 };
  const property = fc.property(pairs, ({ target, source, itemsize }) => {
    fillWithNoise(new Uint8Array(buffer));
    const written = bytesOf(target, itemsize);
    if ([...bytesOf(source, itemsize)].some((byte) => written.has(byte))) seen.overlaps++;
    expectCopied({ ...target, buffer, itemsize }, { ...source, buffer, itemsize });
  });
  fc.assert(property, { numRuns: 1000 });
  expect(seen.overlaps).toBeGreaterThan(300);
});

test("copyElements: sees that two objects may be one shared memory", () => {
  const memory = new Memory({ initial: 1, maximum: 2, shared: true });
  const older = memory.buffer;
  memory.grow(1);
  const newer = memory.buffer;
  expect(newer).not.toBe(older);
  const property = fc.property(pairs, ({ target, source, itemsize }) => {
    fillWithNoise(new Uint8Array(newer, 0, BUFFER_BYTES));
    const whole = { buffer: older, shape: [], strides: [], byteOffset: 0, itemsize };
    const expected = expectedBytes({ ...whole, ...target }, { ...whole, ...source });
    copyElements({ ...target, buffer: older, itemsize }, { ...source, buffer: newer, itemsize });
    expectSameBytes(new Uint8Array(older), expected);
  });
  fc.assert(property, { numRuns: 200 });
});

test("copyElements: reversing in place takes both halves from before", () => {
  for (const TypedArray of [Uint8Array, Int16Array, Float64Array]) {
    const array = new TypedArray([1, 2, 3, 4, 5, 6, 7]);
    const { buffer, BYTES_PER_ELEMENT: itemsize } = array;
    const forward = { buffer, byteOffset: 0, shape: [7], strides: [itemsize], itemsize };
    copyElements(forward, { ...forward, byteOffset: 6 * itemsize, strides: [-itemsize] });
    expect([...array]).toEqual([7, 6, 5, 4, 3, 2, 1]);
  }
});

test("copyElements: blocks, short runs and items of several units arrive whole, wherever they begin", () => {
  // Rows are moved as blocks or unit by unit, of one element for all or of their own; rows of 3 the other way round.
  const rows = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    length: fc.constantFrom(1, 3, 7, 8, 63, 64, 65, 80),
    itemsize: fc.constantFrom(...ITEMSIZES),
    gaps: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
    shifts: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
    repeats: fc.boolean(),
  });
  const [target, source] = [new ArrayBuffer(2 * BUFFER_BYTES), new ArrayBuffer(2 * BUFFER_BYTES)];
  fillWithNoise(new Uint8Array(source));
  const property = fc.property(rows, ({ count, length, itemsize, gaps, shifts, repeats }) => {
    new Uint8Array(target).fill(0xee);
    const [to, from] = [target, source].map((buffer, side) => {
      const row = length * itemsize + gaps[side]!;
      const strides = [row, side === 1 && repeats ? 0 : itemsize];
      return { buffer, byteOffset: shifts[side]!, shape: [count, length], strides, itemsize };
    });
    expectCopied(to!, from!);
  });
  fc.assert(property, { numRuns: 300 });
});

test("copyElements: of elements that go to one place, the last in C order stays", () => {
  for (const itemsize of [1, 2, 3, 4, 8, 16]) {
    const source = Uint8Array.from({ length: 6 * itemsize }, (_, i) => i + 1);
    const from = { buffer: source.buffer, byteOffset: 0, shape: [2, 3], strides: [3 * itemsize, itemsize], itemsize };
    const target = new Uint8Array(2 * itemsize);
    copyElements({ ...from, buffer: target.buffer, strides: [itemsize, 0] }, from);
    const last = (row: number): Uint8Array => source.subarray((3 * row + 2) * itemsize, (3 * row + 3) * itemsize);
    expect([...target]).toEqual([...last(0), ...last(1)]);
  }
});

test("copyElements: keeps the payloads of NaNs, of signalling ones too", () => {
  const words = new Uint32Array([
    0x7f800001, 0xffc12345, 0x7fbfffff, 0xff800001, 0x7ff00000, 0x00000001, 0x80000000, 0,
  ]);
  for (const itemsize of [4, 8]) {
    const count = 32 / itemsize;
    const source = { buffer: words.buffer, byteOffset: 0, shape: [count], strides: [itemsize], itemsize };
    const target = new Uint32Array(64);
    for (const strides of [[itemsize], [2 * itemsize]]) {
      const spread = { buffer: target.buffer, byteOffset: 0, shape: [count], strides, itemsize };
      copyElements(spread, source);
      const back = new Uint32Array(8);
      copyElements({ ...source, buffer: back.buffer }, spread);
      expect(back).toEqual(words);
    }
  }
});

test("copyElements: a source of stride 0 is repeated", () => {
  const target = new Float64Array(6);
  const source = { buffer: new Float64Array([1.5]).buffer, byteOffset: 0, shape: [2, 3], strides: [0, 0], itemsize: 8 };
  copyElements({ ...source, buffer: target.buffer, strides: [24, 8] }, source);
  expect([...target]).toEqual(Array(6).fill(1.5));
});

test("copyElements: to its own place copies nothing and takes no temporary", () => {
  const array = new Uint16Array([1, 2, 3, 4, 5, 6]);
  const place = { buffer: array.buffer, byteOffset: 0, shape: [6], strides: [2], itemsize: 2 };
  const set = vi.spyOn(Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array, "set");
  copyElements(place, { ...place, strides: [2] });
  expect(set).not.toHaveBeenCalled();
  set.mockRestore();
  expect([...array]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("copyElements: refuses other shapes and itemsizes before it writes", () => {
  const array = new Uint8Array([1, 2, 3, 4]);
  const place = (shape: number[], itemsize: number): Strided => {
    const strides = contiguousStrides(shape, itemsize, "C");
    return { buffer: array.buffer, byteOffset: 0, shape, strides, itemsize };
  };
  expect(() => copyElements(place([4], 1), place([2, 2], 1))).toThrow(ShapeError);
  expect(() => copyElements(place([4], 1), place([3], 1))).toThrow("cannot copy shape [3] to shape [4]");
  expect(() => copyElements(place([2], 2), place([2], 1))).toThrow(ValueError);
  expect([...array]).toEqual([1, 2, 3, 4]);
});

test("copyElements: of no elements, or elements of no bytes, touches no memory", () => {
  const nowhere = { buffer: new ArrayBuffer(0), byteOffset: 0 };
  const empty = { ...nowhere, shape: [0, 3], strides: [3, 1], itemsize: 1 };
  const nothings = { ...nowhere, shape: [5], strides: [0], itemsize: 0 };
  expect(() => copyElements(empty, { ...empty, strides: [9, 9] })).not.toThrow();
  expect(() => copyElements(nothings, { ...nothings, strides: [1] })).not.toThrow();
});

test("privateBytes: more than the platform gives is a MemoryError", () => {
  expect([...privateBytes(3)]).toEqual([0, 0, 0]);
  expect(() => privateBytes(2 ** 53 - 1)).toThrow(MemoryError);
  expect(() => privateBytes(2 ** 53 - 1)).toThrow("cannot copy 9007199254740991 bytes");
});
