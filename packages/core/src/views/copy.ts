/**
 * Copying between layouts: the same elements, however they lie, as if through a temporary.
 *
 * Only bytes move; nothing is converted. Elements move as integers of 8, 4, 2 or 1 bytes, the widest for which both sides
 * are aligned; long runs that lie side by side on both sides move as one block.
 *
 * @module
 */
import { MemoryError, ShapeError, ValueError } from "../errors.ts";
import { forEachRun, type IterationPlan, planIteration } from "../layout/iteration.ts";
import {
  byteBounds,
  contiguousStrides,
  isContiguous,
  type Layout,
  type Order,
  resolveOrder,
  sizeOf,
} from "../layout/layout.ts";
import { sharesMemory } from "../layout/overlap.ts";

/** Elements in a buffer. */
export interface Strided extends Layout {
  readonly buffer: ArrayBufferLike;
  readonly itemsize: number;
}

/**
 * Copies every element of `source` to its place in `target`. Where they share memory the result is as if `source` had
 * been copied first.
 *
 * @param target - and `source`: equal shapes and itemsizes, inside their buffers
 * @throws {@link ShapeError} or {@link ValueError} if those differ; then nothing is written
 *
 * Cost: O(size), and a temporary of `source`'s bytes only where the two may overlap in different layouts.
 */
export function copyElements(target: Strided, source: Strided): void {
  refuseOtherElements(target, source);
  if (sizeOf(target.shape) === 0 || target.itemsize === 0) return;
  if (target.buffer === source.buffer && sameLayout(target, source)) return;
  if (areBlocks(target, source)) return moveBlock(target, source);
  const sameMemory = target.buffer === source.buffer || aliases(target.buffer, source.buffer);
  const overlap = sameMemory && sharesMemory(target, source) !== "no";
  moveElements(target, overlap ? temporaryCopy(source) : source);
}

/** @throws {@link ShapeError} or {@link ValueError} unless the two have the same shape and itemsize */
export function refuseOtherElements(target: Strided, source: Strided): void {
  if (target.shape.length !== source.shape.length || target.shape.some((n, axis) => n !== source.shape[axis])) {
    throw new ShapeError(`cannot copy shape [${source.shape.join(", ")}] to shape [${target.shape.join(", ")}]`);
  }
  if (target.itemsize !== source.itemsize) {
    throw new ValueError(`cannot copy elements of ${source.itemsize} bytes to elements of ${target.itemsize} bytes`);
  }
}

/**
 * Copies the bytes of all elements side by side.
 *
 * @param order - `A` is Fortran order where only that fits the memory, else C order
 * @throws {@link MemoryError} if there is no room for them
 *
 * Cost: O(size).
 */
export function contiguousBytes(source: Strided, order: Order): Uint8Array<ArrayBuffer> {
  const { shape, itemsize } = source;
  const bytes = privateBytes(sizeOf(shape) * itemsize);
  if (bytes.length === 0) return bytes;
  const strides = contiguousStrides(shape, itemsize, resolveOrder(source, itemsize, order));
  copyElements({ buffer: bytes.buffer, byteOffset: 0, shape, strides, itemsize }, source);
  return bytes;
}

function sameLayout(a: Layout, b: Layout): boolean {
  return a.byteOffset === b.byteOffset && a.strides.every((stride, axis) => stride === b.strides[axis]);
}

/** Whether the elements of both lie side by side, in the same order. */
function areBlocks(a: Strided, b: Strided): boolean {
  return (["C", "F"] as const).some((order) =>
    [a, b].every(({ shape, strides, itemsize }) => isContiguous(shape, strides, itemsize, order)),
  );
}

function moveBlock(target: Strided, source: Strided): void {
  const nbytes = sizeOf(target.shape) * target.itemsize;
  // The engine copies as if through a temporary, also where two objects are one memory.
  const from = new Uint8Array(source.buffer, source.byteOffset, nbytes);
  new Uint8Array(target.buffer, target.byteOffset, nbytes).set(from);
}

/** Two `SharedArrayBuffer` objects can be one memory (a grown `WebAssembly.Memory`, a clone): JavaScript doesn't tell. */
function aliases(a: ArrayBufferLike, b: ArrayBufferLike): boolean {
  const shared = typeof SharedArrayBuffer === "undefined" ? null : SharedArrayBuffer;
  return shared !== null && a instanceof shared && b instanceof shared;
}

/** A contiguous private copy, in C order. */
function temporaryCopy(source: Strided): Strided {
  const { shape, itemsize } = source;
  const { buffer } = privateBytes(sizeOf(shape) * itemsize);
  const copy: Strided = { buffer, byteOffset: 0, shape, strides: contiguousStrides(shape, itemsize, "C"), itemsize };
  moveElements(copy, source);
  return copy;
}

/** Zeroed memory of the caller's own. @throws {@link MemoryError} if the platform refuses it */
export function privateBytes(nbytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(nbytes);
  } catch (cause) {
    throw new MemoryError(`cannot copy ${nbytes} bytes: the platform refused the memory for them`, { cause });
  }
}

/** Fewer units than this, side by side, are moved faster one by one than by the engine as a block. */
const BLOCK_UNITS_MIN = 64;

/** Shorter runs cost more for the call than for the elements. */
const RUN_UNITS_MIN = 8;

/** Moves elements between memories that don't overlap. */
function moveElements(target: Strided, source: Strided): void {
  const { itemsize, shape } = target;
  const unit = unitBytes(target, source);
  const to = spanOf(target, unit);
  const from = spanOf(source, unit);
  // An item of several units is one more axis, of units.
  const strides = [target, source].map((side) => inUnits([...side.strides, unit], unit));
  const plan = withLongRuns(planIteration([...shape, ...inUnits([itemsize], unit)], strides));
  const moveRun = MOVE_RUN[unit] as MoveRun<Units>;
  forEachRun(plan, [to.offset, from.offset], (length, [t, s], [tStep, sStep]) => {
    if (tStep === 1 && sStep === 1 && length >= BLOCK_UNITS_MIN) {
      (to.data as Uint8Array).set(from.data.subarray(s, s! + length) as Uint8Array, t);
    } else if (tStep === 1 && sStep === 0 && length >= BLOCK_UNITS_MIN) {
      (to.data as Uint8Array).fill(from.data[s!] as number, t, t! + length);
    } else if (tStep === 0) {
      // Elements that share a place: the last one stays.
      moveRun(to.data, from.data, 1, t!, s! + (length - 1) * sStep!, 1, 1);
    } else {
      // Not a plain call: V8 may compile the loop into callers that run too rarely to be compiled well.
      Reflect.apply(moveRun, undefined, [to.data, from.data, length, t!, s!, tStep!, sStep!]);
    }
  });
}

/** Where the last axis is short, the one before it becomes the run. */
function withLongRuns(plan: IterationPlan): IterationPlan {
  const [rows = 0, length = 0] = plan.shape.slice(-2);
  if (plan.shape.length < 2 || length >= RUN_UNITS_MIN || rows <= length) return plan;
  const swapped = (own: readonly number[]): number[] => [...own.slice(0, -2), own.at(-1)!, own.at(-2)!];
  return { shape: swapped(plan.shape), strides: plan.strides.map(swapped) };
}

/** Integers only: a float that is loaded and stored may lose the payload of a NaN. */
type Units = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

type UnitBytes = 1 | 2 | 4 | 8;

/** @param tStep - not 0 */
type MoveRun<A extends Units> = (
  to: A,
  from: A,
  length: number,
  t: number,
  s: number,
  tStep: number,
  sStep: number,
) => void;

interface MoveRuns {
  readonly 1: MoveRun<Uint8Array>;
  readonly 2: MoveRun<Uint16Array>;
  readonly 4: MoveRun<Uint32Array>;
  readonly 8: MoveRun<BigUint64Array>;
}

/** One text for each class of array: an engine keeps with the text what it knows of the class (see `reader.ts`). */
const MOVE_RUN: MoveRuns = {
  1: (to, from, length, t, s, tStep, sStep) => {
    for (const stop = t + length * tStep; t !== stop; t += tStep, s += sStep) to[t] = from[s]!;
  },
  2: (to, from, length, t, s, tStep, sStep) => {
    for (const stop = t + length * tStep; t !== stop; t += tStep, s += sStep) to[t] = from[s]!;
  },
  4: (to, from, length, t, s, tStep, sStep) => {
    for (const stop = t + length * tStep; t !== stop; t += tStep, s += sStep) to[t] = from[s]!;
  },
  8: (to, from, length, t, s, tStep, sStep) => {
    for (const stop = t + length * tStep; t !== stop; t += tStep, s += sStep) to[t] = from[s]!;
  },
};

/** The widest unit in which every element of both sides lies aligned. */
function unitBytes(target: Strided, source: Strided): UnitBytes {
  for (const unit of [8, 4, 2] as const) {
    const fits = [target, source].every(
      ({ byteOffset, shape, strides }) =>
        byteOffset % unit === 0 && strides.every((stride, axis) => shape[axis] === 1 || stride % unit === 0),
    );
    if (target.itemsize % unit === 0 && fits) return unit;
  }
  return 1;
}

function spanOf(memory: Strided, unit: UnitBytes): { readonly data: Units; readonly offset: number } {
  const { low, high } = byteBounds(memory, memory.itemsize);
  const [length, offset] = inUnits([high - low, memory.byteOffset - low], unit);
  return { data: new UNITS[unit](memory.buffer, low, length!), offset: offset! };
}

/**
 * Counts bytes in units; a rest is dropped. What V8 shifts stays a small integer, what it divides becomes a double, and
 * with doubles as indices a loop takes twice as long.
 */
function inUnits(counts: readonly number[], unit: UnitBytes): number[] {
  const areSmall = counts.every((bytes) => Math.abs(bytes) <= INT32_MAX);
  return areSmall ? counts.map((bytes) => bytes >> UNIT_SHIFTS[unit]) : counts.map((bytes) => Math.floor(bytes / unit));
}

const INT32_MAX = 0x7fff_ffff;

const UNIT_SHIFTS: Readonly<Record<UnitBytes, number>> = { 1: 0, 2: 1, 4: 2, 8: 3 };

const UNITS: Readonly<Record<UnitBytes, new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Units>> = {
  1: Uint8Array,
  2: Uint16Array,
  4: Uint32Array,
  8: BigUint64Array,
};
