/**
 * What kernels are tested with and against: arrays in any layout, and the elements written out one by one, with nothing
 * of what is tested.
 *
 * @module
 */
import { type DType, type HalfOpenRange, MemoryOwner, type MemoryView, slice } from "@instride/core";
import fc from "fast-check";
import { expect } from "vitest";

export const owner = new MemoryOwner();

export const REAL_DTYPES = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float16",
  "float32",
  "float64",
] as const;
export type RealDType = (typeof REAL_DTYPES)[number];

/** How an array lies in memory: the order of its axes, outermost first, and the step along each of its axes. */
export interface Arrangement {
  readonly order: readonly number[];
  readonly steps: readonly number[];
}

/** Shapes of 1 to 4 axes. */
export const shapes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });

export function arrangements(ndim: number): fc.Arbitrary<Arrangement> {
  const axes = Array.from({ length: ndim }, (_, axis) => axis);
  return fc.record({
    order: fc.oneof(fc.constant(axes), fc.shuffledSubarray(axes, { minLength: ndim })),
    steps: fc.array(fc.constantFrom(1, 1, 1, -1, 2, -2), { minLength: ndim, maxLength: ndim }),
  });
}

/** C-contiguous. */
export function plain(ndim: number): Arrangement {
  return { order: Array.from({ length: ndim }, (_, axis) => axis), steps: new Array<number>(ndim).fill(1) };
}

/** An array in an arrangement, with memory around it and between its elements that is none of its business. */
export interface Arranged {
  readonly view: MemoryView;
  readonly memory: MemoryView;
}

export function arranged(dtype: DType, shape: readonly number[], { order, steps }: Arrangement): Arranged {
  const room = (axis: number): number => shape[axis]! * Math.abs(steps[axis]!) + 1;
  const memory = owner.empty(order.map(room), dtype);
  memory.fill(1);
  const keys = order.map((axis) => {
    const step = steps[axis]!;
    const reach = shape[axis]! * Math.abs(step);
    if (step > 0) return slice(0, reach, step);
    return shape[axis] === 0 ? slice(0, 0, step) : slice(reach + step, null, step);
  });
  const view = memory.at(...keys).transpose(shape.map((_, axis) => order.indexOf(axis)));
  expect(view.shape).toEqual(shape);
  return { view, memory };
}

/** All index tuples of a shape, in C order. */
export function indicesOf(shape: readonly number[]): number[][] {
  let indices: number[][] = [[]];
  for (const length of shape) {
    indices = indices.flatMap((outer) => Array.from({ length }, (_, i) => [...outer, i]));
  }
  return indices;
}

/** The value of an element as a number. */
export function numberAt(view: MemoryView, index: readonly number[]): number {
  return Number(view.get(...index));
}

/** Reads a view of fewer or shorter axes as NumPy broadcasts it. */
export function broadcastNumberAt(view: MemoryView, index: readonly number[]): number {
  const own = index.slice(index.length - view.ndim);
  return numberAt(
    view,
    own.map((i, axis) => (view.shape[axis] === 1 ? 0 : i)),
  );
}

const INTEGER_BITS: Readonly<Partial<Record<DType, number>>> = {
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
};

/** What an element of a dtype becomes when a float64 is stored: by the definition, in exact integers. */
export function stored(dtype: RealDType, value: number): number | bigint | boolean {
  if (dtype === "bool") return value !== 0;
  if (dtype === "float64") return value;
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float16") return Math.f16round(value);
  const bits = BigInt(INTEGER_BITS[dtype]!);
  const [min, max] = dtype.startsWith("u") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  const integer = nearestEven(value, min, max);
  return bits === 64n ? integer : Number(integer);
}

function nearestEven(value: number, min: bigint, max: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value === Infinity) return max;
  if (value === -Infinity) return min;
  const floor = Math.floor(value);
  const rest = value - floor;
  const below = BigInt(floor);
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2n !== 0n) ? below + 1n : below;
  return rounded < min ? min : rounded > max ? max : rounded;
}

const integersOf = (dtype: RealDType): fc.Arbitrary<number | bigint> => {
  const bits = INTEGER_BITS[dtype]!;
  const [min, max] = dtype.startsWith("u")
    ? [0n, 2n ** BigInt(bits) - 1n]
    : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  const any = fc.bigInt({ min, max });
  return bits === 64 ? any : any.map(Number);
};

/** Values that a dtype can hold. */
export function valuesOf(dtype: RealDType): fc.Arbitrary<number | bigint | boolean> {
  if (dtype === "bool") return fc.boolean();
  if (dtype in INTEGER_BITS) return integersOf(dtype);
  const special = fc.constantFrom(0, -0, 0.5, -0.5, 1.5, 2.5, NaN, Infinity, -Infinity, 255.5, -128.5, 65_519, 6e-8);
  const wide = fc.oneof(fc.float(), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
  return fc.oneof(special, wide).map((value) => stored(dtype, value));
}

/** Gives every element of a view a value of a seeded sequence. */
export function scatter(view: MemoryView, values: readonly (number | bigint | boolean)[]): void {
  for (const [i, index] of indicesOf(view.shape).entries()) {
    const value = values[i % values.length]!;
    view.set(typeof value === "boolean" ? Number(value) === 1 : value, ...index);
  }
}

/** Cuts of a range: places in it, and the order in which the chunks run. */
export interface Cuts {
  readonly range: HalfOpenRange;
  readonly chunks: readonly HalfOpenRange[];
}

/** A part of `[0, length)`, cut anywhere; its chunks in any order. */
export function cutsOf(length: number): fc.Arbitrary<Cuts> {
  return fc.array(fc.integer({ min: 0, max: length }), { minLength: 2, maxLength: 5 }).chain((places) => {
    const sorted = places.toSorted((a, b) => a - b);
    const chunks = sorted.slice(1).map((stop, i) => ({ start: sorted[i]!, stop }));
    const range = { start: sorted[0]!, stop: sorted.at(-1)! };
    return fc.shuffledSubarray(chunks, { minLength: chunks.length }).map((shuffled) => ({ range, chunks: shuffled }));
  });
}

/**
 * Runs a kernel chunk by chunk, and checks every element of `dst` in the range against `expected` and every other byte
 * of its memory against what it was.
 */
export function checkWrites(
  { view: dst, memory }: Arranged,
  { range, chunks }: Cuts,
  run: (chunk: HalfOpenRange) => void,
  expected: (index: readonly number[]) => number | bigint | boolean,
): void {
  const part = dst.at(slice(range.start, range.stop));
  const saved = owner.empty(part.shape, part.dtype!);
  saved.assign(part);
  const before = memory.toBytes();
  const inRange = indicesOf(dst.shape).filter(([i]) => range.start <= i! && i! < range.stop);
  const wanted = inRange.map((index) => expected(index));
  for (const chunk of chunks) run(chunk);
  const written = inRange.map((index) => dst.get(...index));
  for (const [i, value] of wanted.entries()) {
    if (!Object.is(value, written[i]))
      expect({ index: inRange[i], value: written[i] }).toEqual({ index: inRange[i], value });
  }
  part.assign(saved);
  saved.release();
  expect(Buffer.compare(memory.toBytes(), before)).toBe(0);
}
