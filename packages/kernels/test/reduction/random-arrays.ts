/**
 * Arrays of random numbers in random layouts: axes in any order, steps of any sign, repeated and gaps between.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import fc from "fast-check";
import type { TestArray } from "./runs.ts";
import { bytesOfParts, partsOf } from "./values.ts";

export const ALL_DTYPES = Object.keys(DTYPES) as DType[];

/** A stream of numbers from 0 to 1 that follows from a seed. Source: Marsaglia's xorshift (2003). */
export function numbersFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const SPECIAL = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 65504, 1e-30];

/** Parts of elements of a dtype. @param special - how many in 100 are special values of floats */
export function randomParts(dtype: DType, count: number, seed: number, special: number): (number | bigint)[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, () => {
    const at = next();
    if (dtype === "bool") return at < 0.5 ? 0 : 1;
    if (/^u?int/.test(dtype)) return BigInt(Math.floor((at - (dtype.startsWith("u") ? 0 : 0.5)) * 2 ** (next() * 60)));
    if (next() * 100 < special) return SPECIAL[Math.floor(at * SPECIAL.length)]!;
    return (at - 0.5) * 10 ** Math.floor(next() * 6 - 3);
  });
}

/** How an axis lies in memory: its place among the axes there, its step, whether it is one element repeated. */
export interface AxisLayout {
  readonly rank: number;
  readonly step: number;
  readonly isRepeated: boolean;
}

export const axisLayout: fc.Arbitrary<AxisLayout> = fc.record({
  rank: fc.integer({ min: 0, max: 99 }),
  step: fc.constantFrom(1, 1, 1, 2, 3, -1, -2, 5),
  isRepeated: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

/** Lays an array out. */
export function arrayOf(
  dtype: DType,
  shape: readonly number[],
  layouts: readonly AxisLayout[],
  seed: number,
  special: number,
): TestArray {
  const { itemsize, lanes } = DTYPES[dtype];
  const order = [...shape.keys()].toSorted((a, b) => layouts[b]!.rank - layouts[a]!.rank || a - b);
  const strides = shape.map(() => 0);
  let span = itemsize;
  let byteOffset = 0;
  for (const axis of order.toReversed()) {
    const { step, isRepeated } = layouts[axis]!;
    if (isRepeated) continue;
    strides[axis] = step * span;
    if (step < 0) byteOffset += (1 - Math.max(shape[axis]!, 1)) * step * span;
    span *= Math.max(shape[axis]!, 1) * Math.abs(step);
  }
  const bytes = bytesOfParts(dtype, randomParts(dtype, (span / itemsize) * lanes, seed, special));
  return { dtype, bytes, shape, byteOffset, strides };
}

/** The parts of an array's elements in C order, each element's together. */
export function elementsOf({ dtype, bytes, shape, byteOffset, strides }: TestArray): (number | bigint)[][] {
  const { itemsize, lanes } = DTYPES[dtype];
  const parts = partsOf(dtype, bytes);
  let offsets = [byteOffset];
  for (const [axis, length] of shape.entries())
    offsets = offsets.flatMap((offset) => Array.from({ length }, (_, i) => offset + i * strides[axis]!));
  return offsets.map((offset) => {
    const first = (offset / itemsize) * lanes;
    return parts.slice(first, first + lanes);
  });
}
