import { expect, test } from "vitest";
import { elementOf } from "../../src/reduction/element.ts";
import { numbersFrom } from "./random-arrays.ts";
import { reduce, transposedArray } from "./runs.ts";
import { bytesOfParts, partsOf } from "./values.ts";

/** Every float64 is a whole number of these. */
const UNIT_EXPONENT = -1074;

/** A float64 as a multiple of the least subnormal number. */
function exact(value: number): bigint {
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0]!;
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

/** A number of such units, rounded. */
function approximate(units: bigint): number {
  const shift = BigInt(Math.max(0, units.toString(2).length - 60));
  return Number(units >> shift) * 2 ** (Number(shift) + UNIT_EXPONENT / 2) * 2 ** (UNIT_EXPONENT / 2);
}

/** NumPy's sum: halves down to 128 elements, which are added to 8 numbers. Source: `loops_utils.h.src`. */
function pairwise(values: Float32Array | Float64Array, round: (value: number) => number): number {
  const n = values.length;
  if (n < 8) return Array.from(values).reduce((sum, value) => round(sum + value), 0);
  if (n > 128) {
    const half = Math.floor(n / 2 / 8) * 8;
    return round(pairwise(values.subarray(0, half), round) + pairwise(values.subarray(half), round));
  }
  const r = Array.from(values.subarray(0, 8));
  let i = 8;
  for (; i + 8 <= n; i += 8) for (let k = 0; k < 8; k++) r[k] = round(r[k]! + values[i + k]!);
  const pair = (k: number): number => round(r[k]! + r[k + 1]!);
  let sum = round(round(pair(0) + pair(2)) + round(pair(4) + pair(6)));
  for (; i < n; i++) sum = round(sum + values[i]!);
  return sum;
}

const SAMPLES = 12;

for (const dtype of ["float32", "float64"] as const) {
  for (const [kind, draw] of [
    ["of one sign", (next: () => number): number => next()],
    ["that cancel", (next: () => number): number => (next() - 0.5) * 10 ** Math.floor(next() * 6)],
  ] as const) {
    test(`sums of ${dtype} ${kind}: are about as exact as NumPy's pairwise ones`, () => {
      const round = dtype === "float32" ? Math.fround : Number;
      let [ours, theirs] = [0, 0];
      for (let sample = 1; sample <= SAMPLES; sample++) {
        const next = numbersFrom(sample * 7919);
        const numbers = Array.from({ length: 40_000 + sample }, () => round(draw(next)));
        const values = dtype === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers);
        const total = numbers.reduce((sum, value) => sum + exact(value), 0n);
        const magnitude = numbers.reduce((sum, value) => sum + Math.abs(value), 0);
        const operands = [transposedArray(dtype, bytesOfParts(dtype, numbers), [numbers.length], [0])];
        const { bytes } = reduce(
          { kind: { name: "sum" }, element: elementOf(dtype, dtype), operands, dtype },
          "in the heap",
        );
        const error = (sum: number): number => Math.abs(approximate(exact(sum) - total)) / magnitude;
        ours += error(Number(partsOf(dtype, bytes)[0]));
        theirs += error(pairwise(values, round));
      }
      const epsilon = dtype === "float32" ? 2 ** -24 : 2 ** -53;
      expect(ours / SAMPLES).toBeLessThan(2 * epsilon);
      // Both are some units in the last place; one of them is ahead by chance.
      expect(ours).toBeLessThan(2 * theirs + epsilon);
    });
  }
}
