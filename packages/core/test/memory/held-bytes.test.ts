import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryOwner, MemoryView, slice } from "@instride/core";
import { BufferError, ReadonlyError, ReleasedError, ValueError } from "../../src/errors.ts";
import { HeldBytes, RUN_BYTES_MIN } from "../../src/memory/held-bytes.ts";
import { contiguousStrides, sizeOf } from "../../src/layout/layout.ts";
import { addressesOf } from "../layout/layout-model.ts";

/** A slice of an array, its axes in any order. */
const slices = fc
  .array(fc.record({ length: fc.nat(6), start: fc.nat(2), step: fc.constantFrom(-2, -1, 1, 3) }), { maxLength: 4 })
  .chain((axes) =>
    fc.record({
      axes: fc.constant(axes),
      order: fc.shuffledSubarray([...axes.keys()], { minLength: axes.length }),
      itemsize: fc.constantFrom(1, 2, 3, 8),
    }),
  );

/** The slice, and the memory that it is of, counted through. */
function sliceOf({ axes, order, itemsize }: typeof slices extends fc.Arbitrary<infer T> ? T : never) {
  const shape = axes.map(({ length, start, step }) => start + length * Math.abs(step));
  const strides = contiguousStrides(shape, itemsize, "C");
  const size = sizeOf(shape);
  const bytes = Uint8Array.from({ length: size * itemsize }, (_, i) => (i * 37 + 11) % 251);
  const info = { buffer: bytes.buffer, byteOffset: 0, nbytes: bytes.length, readonly: false, itemsize };
  const layout = { format: `${itemsize}s`, ndim: shape.length, shape, strides, suboffsets: null };
  const whole = new MemoryView({ getBuffer: () => ({ ...info, ...layout }) });
  return { bytes, view: whole.at(...axes.map(({ start, step }) => slice(start, null, step))).transpose(order) };
}

/** Where each byte of the elements lies, in C order: by walking over all indices. */
function placesOf(view: MemoryView): number[] {
  return addressesOf(view).flatMap((address) => Array.from({ length: view.itemsize }, (_, i) => address + i));
}

test("HeldBytes: the pieces of any layout are its bytes in C order", () => {
  fc.assert(
    fc.property(slices, fc.integer({ min: 1, max: 200 }), (which, bytesMax) => {
      const { bytes, view } = sliceOf(which);
      using held = new HeldBytes(view, "read");
      const pieces = [...held.pieces(bytesMax)].map((piece) => piece.bytes);
      expect(held.nbytes).toBe(view.nbytes);
      expect(pieces.flatMap((piece) => [...piece])).toEqual(placesOf(view).map((place) => bytes[place]));
      expect(pieces.every(({ length }) => length > 0 && length <= bytesMax)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("HeldBytes: what is stored in the pieces becomes the elements, all or a part, and nothing else changes", () => {
  fc.assert(
    fc.property(slices, fc.integer({ min: 1, max: 200 }), fc.nat(400), (which, bytesMax, count) => {
      const { bytes, view } = sliceOf(which);
      const content = Uint8Array.from({ length: Math.min(count, view.nbytes) }, (_, i) => 255 - (i % 4));
      const expected = bytes.slice();
      for (const [i, place] of placesOf(view).slice(0, content.length).entries()) expected[place] = content[i]!;

      using held = new HeldBytes(view, "write");
      let start = 0;
      for (const piece of held.pieces(bytesMax)) {
        const part = content.subarray(start, start + piece.bytes.length);
        piece.bytes.set(part);
        piece.store(part.length);
        start += part.length;
      }
      expect(start).toBe(content.length);
      expect(bytes).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("HeldBytes: elements side by side are not copied, nor are long runs of them", () => {
  const image = new MemoryView(new Uint8Array(100 * 3 * RUN_BYTES_MIN)).reshape([100, 3, RUN_BYTES_MIN]);
  const inPlace = (view: MemoryView): boolean[] => {
    using held = new HeldBytes(view, "read");
    return [...held.pieces()].map((piece) => piece.isInPlace);
  };
  expect(new Set(inPlace(image))).toEqual(new Set([true]));
  expect(inPlace(image.at("::-2", "1:"))).toEqual(new Array(50).fill(true));
  expect(inPlace(image.at("...", "1:"))).toEqual(expect.arrayContaining([false]));
});

test("HeldBytes: holds an array until it is released, once", () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([8], "int32");
  const held = new HeldBytes(array.at("::2"), "write");
  expect(() => array.release()).toThrow("lease");
  const pieces = held.pieces(4);
  const first = pieces.next().value!;
  held.release();
  held.release();
  expect(() => first.store()).toThrow(ReleasedError);
  expect(() => pieces.next()).toThrow(ReleasedError);
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("HeldBytes: notices memory that was detached or shrank between two pieces", () => {
  const buffer = new ArrayBuffer(100, { maxByteLength: 100 });
  using held = new HeldBytes(buffer, "read");
  const pieces = held.pieces(10);
  pieces.next();
  buffer.resize(50);
  expect(() => pieces.next()).toThrow("shrank to 50 bytes");
});

test("HeldBytes: refuses what it can't hold or cut", () => {
  const view = new MemoryView(new Uint8Array(4));
  expect(() => new HeldBytes(view.toReadonly(), "write")).toThrow(BufferError);
  expect(() => new HeldBytes("abc" as unknown as MemoryView, "read")).toThrow(TypeError);
  using held = new HeldBytes(view.at("::2"), "read");
  for (const bytesMax of [0, -1, 1.5, NaN]) expect(() => held.pieces(bytesMax)).toThrow(ValueError);
  for (const piece of held.pieces()) expect(() => piece.store()).toThrow(ReadonlyError);
});
