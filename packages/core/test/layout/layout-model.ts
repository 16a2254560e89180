/**
 * The model that layouts are tested against: all elements written out one by one, with nothing of what is tested.
 *
 * @module
 */
import fc from "fast-check";
import type { Layout } from "../../src/layout/layout.ts";

/** All index tuples of a shape, in C order. */
export function indicesOf(shape: readonly number[]): number[][] {
  let indices: number[][] = [[]];
  for (const length of shape) {
    indices = indices.flatMap((outer) => Array.from({ length }, (_, i) => [...outer, i]));
  }
  return indices;
}

/** The byte offset of one element. */
export function addressOf(layout: Layout, index: readonly number[]): number {
  return index.reduce((address, i, axis) => address + i * layout.strides[axis]!, layout.byteOffset);
}

/** The byte offsets of all elements, in C order. */
export function addressesOf(layout: Layout): number[] {
  return indicesOf(layout.shape).map((index) => addressOf(layout, index));
}

/** The byte offsets of all elements, in F order. */
export function fortranAddressesOf(layout: Layout): number[] {
  const reversed = indicesOf(layout.shape.toReversed());
  return reversed.map((index) => addressOf(layout, index.toReversed()));
}

/** Every byte of every element. */
export function bytesOf(layout: Layout, itemsize: number): Set<number> {
  return new Set(addressesOf(layout).flatMap((address) => Array.from({ length: itemsize }, (_, i) => address + i)));
}

export const itemsizes: fc.Arbitrary<number> = fc.constantFrom(1, 2, 3, 4, 8);

/** Layouts of up to 4 axes and 4 elements along each: dense ones in any order of axes, and ones with arbitrary strides. */
export function layouts(itemsize: number, lengthMin: number = 0): fc.Arbitrary<Layout> {
  const shapes = fc.array(fc.integer({ min: lengthMin, max: 4 }), { maxLength: 4 });
  const arbitrary = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      strides: fc.array(fc.integer({ min: -12, max: 12 }), { minLength: shape.length, maxLength: shape.length }),
      byteOffset: fc.integer({ min: 0, max: 1000 }),
    }),
  );
  const dense = shapes.chain((shape) =>
    fc
      .record({
        order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        signs: fc.array(fc.constantFrom(1, 1, 1, -1, 0, 2), { minLength: shape.length, maxLength: shape.length }),
        byteOffset: fc.integer({ min: 0, max: 1000 }),
      })
      .map(({ order, signs, byteOffset }): Layout => {
        const strides = shape.map(() => 0);
        let stride = itemsize;
        for (const axis of order) {
          // `+ 0`: no negative zero.
          strides[axis] = stride * signs[axis]! + 0;
          stride *= Math.max(1, shape[axis]! * Math.abs(signs[axis]!));
        }
        return { shape, strides, byteOffset };
      }),
  );
  return fc.oneof(arbitrary, dense);
}
