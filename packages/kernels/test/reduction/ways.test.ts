/**
 * The ways in which compiled code carries passes out: each is chosen where it should be, and leaves the interpreter's bits.
 *
 * @module
 */
import { type DType, DTYPES, sizeOf } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { OperandLayout } from "../../src/iteration/layouts.ts";
import { elementOf } from "../../src/reduction/element.ts";
import { foldLoop } from "../../src/reduction/code.ts";
import { planReduction, type PlannedReduction } from "../../src/reduction/plan.ts";
import { REDUCTIONS, type ReductionName, SCANS } from "../../src/reduction/reductions.ts";
import { planScan } from "../../src/reduction/scan-plan.ts";
import { byteFoldOf } from "../../src/wasm/byte-folds.ts";
import { elementsOf, numbersFrom } from "./random-arrays.ts";
import { reduce, scan, type TestArray, transposedArray, WAYS } from "./runs.ts";
import { bytesOfParts, partsOf, withOneNaN } from "./values.ts";

function layout(dtype: DType, shape: readonly number[]): OperandLayout {
  const { itemsize } = DTYPES[dtype];
  const strides = shape.map((_, axis) => itemsize * sizeOf(shape.slice(axis + 1)));
  return { dtype, shape, byteOffset: 64, strides, inHeap: true };
}

function planned(
  name: ReductionName,
  dtype: DType,
  shape: readonly number[],
  axes: readonly number[],
): PlannedReduction {
  const { accumulator, result } = REDUCTIONS[name];
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  return planReduction({
    kind: { name },
    element: elementOf(dtype, accumulator(dtype)),
    operands: [layout(dtype, shape)],
    axes,
    result: { ...layout(result(dtype), kept), byteOffset: 1 << 20 },
  });
}

test("a pass in the heap: goes about it as the layout suggests", () => {
  const modeOf = (shape: readonly number[], axes: readonly number[]): string =>
    planned("sum", "float32", shape, axes).plan.passes[0]!.mode;
  expect(modeOf([500, 500], [1])).toBe("runs");
  expect(modeOf([500, 500], [0])).toBe("columns");
  expect(modeOf([50, 60, 70], [1])).toBe("columns");
  expect(modeOf([50, 60, 70], [0, 2])).toBe("gathered");
  expect(modeOf([5000, 3], [0])).toBe("runs");
  expect(modeOf([5000, 3], [1])).toBe("whole");
});

test("a scan along an outer axis: goes over rows, with the bits of the interpreter", () => {
  const shape = [45, 70];
  const next = numbersFrom(11);
  for (const dtype of ["float32", "int16", "complex64", "bool"] as const) {
    const { accumulator, result } = SCANS.cumsum;
    const element = elementOf(dtype, accumulator(dtype));
    const operands = [layout(dtype, shape)];
    const request = { kind: { name: "cumsum" }, element, operands, axis: 0 } as const;
    expect(planScan({ ...request, result: layout(result(dtype), shape) }).plan.passes[0]!.mode).toBe("columns");
    const parts = Array.from({ length: sizeOf(shape) * DTYPES[dtype].lanes }, () => Math.floor(next() * 2));
    const array = transposedArray(dtype, bytesOfParts(dtype, parts), shape, [0, 1]);
    const results = WAYS.map((way) => scan({ ...request, operands: [array], dtype: result(dtype) }, way).bytes);
    for (const bytes of results) expect(bytes).toEqual(results[2]);
  }
});

const BYTE_NAMES = ["sum", "min", "max", "any", "all", "count_nonzero", "mean"] as const;

test("folds of bytes: sixteen at a time where the order is of no account, and nowhere else", () => {
  const isOfBytes = (name: ReductionName, dtype: DType): boolean => {
    const { plan, program } = planned(name, dtype, [500], [0]);
    return byteFoldOf(foldLoop(0, plan.passes[0]!, program.folds[0]!)) !== null;
  };
  for (const dtype of ["int8", "uint8"] as const)
    for (const name of BYTE_NAMES) expect([dtype, name, isOfBytes(name, dtype)]).toEqual([dtype, name, true]);
  for (const name of ["sum", "any", "all", "count_nonzero"] as const) expect(isOfBytes(name, "bool")).toBe(true);
  for (const name of ["prod", "norm", "argmin"] as const) expect(isOfBytes(name, "uint8")).toBe(false);
  for (const dtype of ["int16", "float32"] as const) expect(isOfBytes("sum", dtype)).toBe(false);
});

test("folds of bytes: give what one gets by hand, for any number of them", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 400 });
  const extremes = fc.array(fc.constantFrom(0, 1, 127, 128, 255), { minLength: 1, maxLength: 200 });
  const all = fc.oneof(
    bytes,
    extremes.map((values) => Uint8Array.from(values)),
  );
  fc.assert(
    fc.property(
      all,
      fc.constantFrom("int8" as const, "uint8" as const),
      fc.constantFrom(...BYTE_NAMES),
      (raw, dtype, name) => {
        const array = transposedArray(dtype, raw, [raw.length], [0]);
        const values = elementsOf(array).map(([part]) => Number(part));
        const sum = values.reduce((a, b) => a + b, 0);
        const nonzero = values.filter((value) => value !== 0).length;
        const expected = {
          sum,
          mean: sum / values.length,
          min: Math.min(...values),
          max: Math.max(...values),
          any: Number(nonzero > 0),
          all: Number(nonzero === values.length),
          count_nonzero: nonzero,
        }[name];
        const { accumulator, result } = REDUCTIONS[name];
        const element = elementOf(dtype, accumulator(dtype));
        const reduction = { kind: { name }, element, operands: [array], dtype: result(dtype) };
        const given = reduce(reduction, "in the heap").bytes;
        expect(Number(partsOf(result(dtype), given)[0])).toBe(expected);
      },
    ),
    { numRuns: 300 },
  );
});

/** Elements whose bits are at the limits of what is looked at for NaNs. */
function bitArray(dtype: "float32" | "float64", words: readonly (readonly [high: number, low: number])[]): TestArray {
  const flat = words.flatMap(([high, low]) => (dtype === "float32" ? [high] : [low, high]));
  return transposedArray(dtype, new Uint8Array(new Uint32Array(flat).buffer), [words.length], [0]);
}

test("the least and the greatest: infinities are no NaNs, and NaNs of any sign and bits are", () => {
  const infinities: Record<string, readonly number[]> = {
    float32: [0x7f800000, 0xff800000],
    float64: [0x7ff00000, 0xfff00000],
  };
  const nans: Record<string, readonly (readonly [number, number])[]> = {
    float32: [0x7fc00000, 0xffc00000, 0xffffffff].map((high) => [high, 0] as const),
    float64: [
      [0x7ff80000, 0],
      [0xfff80000, 0],
      [0xffffffff, 0xffffffff],
    ],
  };
  for (const dtype of ["float32", "float64"] as const) {
    for (const name of ["min", "max"] as const) {
      const element = elementOf(dtype, dtype);
      const ones = Array.from({ length: 2500 }, (): readonly [number, number] => [0x3f800000, 0]);
      const [plus, minus] = infinities[dtype] as [number, number];
      const reduceOf = (words: readonly (readonly [number, number])[]): number[] =>
        WAYS.map((way) => {
          const operands = [bitArray(dtype, words)];
          const { bytes } = reduce({ kind: { name }, element, operands, dtype }, way);
          return Number(partsOf(dtype, withOneNaN(dtype, bytes))[0]);
        });
      const infinite = ones.with(100, [plus, 0]).with(2400, [minus, 0]);
      expect(reduceOf(infinite)).toEqual(WAYS.map(() => (name === "min" ? -Infinity : Infinity)));
      for (const nan of nans[dtype]!)
        for (const at of [0, 700, 2499]) expect(reduceOf(infinite.with(at, nan))).toEqual(WAYS.map(() => Number.NaN));
    }
  }
});
