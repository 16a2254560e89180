/**
 * The same elements in another layout, bit for bit.
 *
 * @module
 */
import {
  DTypeError,
  forEachRun,
  type DType,
  type HalfOpenRange,
  type MemoryView,
  type TypedArrays,
} from "@instride/core";
import { checkRange, narrow, openAnyInput, openAnyOutput, type Operand, refuseOverlap } from "./operands.ts";
import { planRuns, smallInteger } from "./runs.ts";

/** `src` is broadcast to the shape of `dst`, and has its dtype. */
export interface CopyViews {
  readonly src: MemoryView;
  readonly dst: MemoryView;
}

/**
 * `dst = src`, element by element, for every dtype. The range runs over `dst`. Nothing is converted: a NaN keeps its
 * payload.
 *
 * @throws a `DTypeError` if the dtypes differ; a `ShapeError`, `ReadonlyError` or `ValueError` if the views or the range
 *   don't fit, or share memory; then nothing is written
 *
 * Cost: O(size).
 */
export function copy(range: HalfOpenRange, views: CopyViews): void {
  const output = openAnyOutput(views.dst, "dst");
  const input = openAnyInput(views.src, "src", output.shape);
  if (output.dtype !== input.dtype) {
    throw new DTypeError(
      `cannot copy ${input.dtype} elements to ${output.dtype} ones: expected one dtype; convert changes it`,
    );
  }
  checkRange(range, output);
  refuseOverlap(output, [input], false);
  const dst = unitsOf(narrow(output, range));
  const src = unitsOf(narrow(input, range));
  const plan = planRuns(dst.shape, [dst.strides, src.strides]);
  forEachRun(plan, [dst.offset, src.offset], (length, [to, from], [toStep, fromStep]) => {
    if (toStep === 1 && fromStep === 1) dst.data.set(src.data.subarray(from, from! + length), to);
    else
      copyRun(
        smallInteger(length),
        dst.data,
        smallInteger(to!),
        smallInteger(toStep!),
        src.data,
        smallInteger(from!),
        smallInteger(fromStep!),
      );
  });
}

/** Integers only: a float that is loaded and stored may lose the payload of a NaN. */
type Units = Uint8Array | Uint16Array | Uint32Array;

interface Pieces {
  readonly data: Units;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The same memory as integers of up to 32 bits, with a last axis for the pieces of an element that has more. */
function unitsOf({ data, shape, offset, strides, dtype }: Operand<DType>): Pieces {
  const units = Math.max(1, data.BYTES_PER_ELEMENT / 4);
  const lanes = dtype === "complex64" || dtype === "complex128" ? 2 : 1;
  return {
    data: unsignedArrayOver(data),
    shape: [...shape, lanes * units],
    offset: offset * units,
    strides: [...strides.map((stride) => stride * units), 1],
  };
}

function unsignedArrayOver({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: TypedArrays[DType]): Units {
  if (BYTES_PER_ELEMENT === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (BYTES_PER_ELEMENT === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function copyRun(n: number, to: Units, t: number, tStep: number, from: Units, f: number, fStep: number): void {
  for (let i = 0; i < n; i++, t += tStep, f += fStep) to[t] = from[f]!;
}
