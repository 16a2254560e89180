/**
 * Copying between layouts: the same elements, however they lie, as if through a temporary.
 *
 * Only bytes move; nothing is converted. Elements move as integers of four or two bytes where both sides are aligned
 * for it, else byte by byte; runs that are contiguous on both sides move as one block.
 *
 * @module
 */
import { MemoryError, ShapeError, ValueError } from "./errors.ts";
import { forEachRun, planIteration } from "./iteration.ts";
import { byteBounds, contiguousStrides, type Layout, type Order, resolveOrder, sizeOf } from "./layout.ts";
import { sharesMemory } from "./overlap.ts";

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

/** Moves elements between memories that don't overlap. */
function moveElements(target: Strided, source: Strided): void {
  const { itemsize, shape } = target;
  const plan = planIteration(shape, [target.strides, source.strides]);
  const last = plan.shape.length - 1;
  const dense = plan.strides.every((strides) => strides[last] === itemsize);
  const unit = dense ? 1 : unitBytes(itemsize, target, source);
  const to = spanOf(target, unit);
  const from = spanOf(source, unit);
  const scaled = {
    shape: plan.shape,
    strides: plan.strides.map((strides) => strides.map((stride) => stride / unit)),
  };
  const perItem = itemsize / unit;
  forEachRun(scaled, [to.offset, from.offset], (length, [t, s], [tStep, sStep]) => {
    if (dense) to.data.set(from.data.subarray(s, s! + length * itemsize), t);
    else if (perItem === 1) copyRun(to.data, from.data, length, t!, s!, tStep!, sStep!);
    else copyBytes(to.data, from.data, length, t!, s!, tStep!, sStep!, perItem);
  });
}

/** Integers only: a float that is loaded and stored may lose the payload of a NaN. */
type Units = Uint8Array | Uint16Array | Uint32Array;

function copyRun(to: Units, from: Units, length: number, t: number, s: number, tStep: number, sStep: number): void {
  for (let i = 0; i < length; i++, t += tStep, s += sStep) to[t] = from[s]!;
}

function copyBytes(
  to: Units,
  from: Units,
  length: number,
  t: number,
  s: number,
  tStep: number,
  sStep: number,
  perItem: number,
): void {
  for (let i = 0; i < length; i++, t += tStep, s += sStep) for (let k = 0; k < perItem; k++) to[t + k] = from[s + k]!;
}

/** The widest unit in which every element of both sides lies aligned. */
function unitBytes(itemsize: number, target: Strided, source: Strided): 1 | 2 | 4 {
  for (const unit of [4, 2] as const) {
    const fits = [target, source].every(
      ({ byteOffset, strides }) => byteOffset % unit === 0 && strides.every((stride) => stride % unit === 0),
    );
    if (itemsize % unit === 0 && fits) return unit;
  }
  return 1;
}

function spanOf(memory: Strided, unit: 1 | 2 | 4): { data: Units; offset: number } {
  const { low, high } = byteBounds(memory, memory.itemsize);
  const length = (high - low) / unit;
  const offset = (memory.byteOffset - low) / unit;
  if (unit === 4) return { data: new Uint32Array(memory.buffer, low, length), offset };
  if (unit === 2) return { data: new Uint16Array(memory.buffer, low, length), offset };
  return { data: new Uint8Array(memory.buffer, low, length), offset };
}
