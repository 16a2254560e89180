/**
 * The numbers that operands hold, as a function of the index: the same in `reference.c` and `numpy.py`.
 *
 * Each is a fraction of 24 bits, scaled to the range of the workload: exact in float64, and rounded once for float32.
 *
 * @module
 */
import { elementsOf, type Place, type Row, type RowDType, WORKLOADS } from "./workloads.ts";

export type Numbers =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>;

const FRACTION_BITS = 24;

/** A well mixed fraction in [0, 1). @param seed - of the operand: its place among the operands */
function fraction(index: number, seed: number): number {
  let bits = (Math.imul(index, 0x9e3779b1) + Math.imul(seed + 1, 0x85ebca6b)) | 0;
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits ^= bits >>> 12;
  return (bits >>> (32 - FRACTION_BITS)) / 2 ** FRACTION_BITS;
}

/** The operands of a row. */
export function operandsOf(row: Row): Numbers[] {
  const { operands, ranges } = WORKLOADS[row.workload];
  return operands(row).map((place, operand) => {
    const [low, high] = ranges[operand]!;
    const numbers = numbersOf(place);
    const n = numbers.length;
    // Points of a plane lie on a grid.
    if (row.workload === "Mandelbrot") for (let i = 0; i < n; i++) numbers[i] = low + ((high - low) * i) / n;
    else for (let i = 0; i < n; i++) numbers[i] = low + (high - low) * fraction(i, operand);
    return numbers;
  });
}

/** An array of its own, filled with 0. */
export function numbersOf(place: Place): Numbers {
  return new ARRAYS[place.dtype](elementsOf(place));
}

interface NumbersClass {
  new (length: number): Numbers;
  new (buffer: ArrayBuffer): Numbers;
}

export const ARRAYS: Readonly<Record<RowDType, NumbersClass>> = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int32: Int32Array,
};

/** Overwrites what an earlier run has left, so that it can't count as the result of the next. */
export function spoil(numbers: { fill(value: number): unknown }, dtype: RowDType): void {
  numbers.fill(dtype === "uint8" ? 255 : dtype === "int32" ? -1 : Number.NaN);
}
