import { type DType, DTYPES } from "@instride/core";
import { expect, test } from "vitest";
import { elementOf } from "../../src/reduction/element.ts";
import {
  isReductionName,
  REDUCTIONS,
  type ReductionName,
  type ScanName,
  SCANS,
} from "../../src/reduction/reductions.ts";
import { dtypeOf } from "../numpy-codes.ts";
import {
  bytesOf,
  type DTypesCase,
  type NumpyArray,
  type NumpyError,
  type NumpyValue,
  readVectors,
  type ReduceCase,
} from "./numpy-vectors.ts";
import { reduce, scan, type TestReduction, type TestScan, transposedArray, type Way, WAYS } from "./runs.ts";
import { bytesOfParts, initialLanes, partsOf, withOneNaN } from "./values.ts";

const CASES = readVectors();

/** Python's names of the errors that ours stand for. */
const PYTHON_NAMES: Readonly<Record<string, readonly string[]>> = {
  AxisError: ["IndexError"],
  ValueError: ["ValueError"],
  TypeError: ["TypeError", "DTypeError"],
};

type Outcome = { readonly dtype: DType; readonly shape: readonly number[]; readonly bytes: Uint8Array } | NumpyError;

function reductionOf({ fn, dtype: code, shape, hex, perm, axis, args }: ReduceCase): TestReduction {
  const name = fn as ReductionName;
  const traits = REDUCTIONS[name];
  const dtype = dtypeOf(code);
  const wanted = args.dtype === undefined ? undefined : dtypeOf(args.dtype);
  const accumulator = traits.accumulator(dtype, wanted);
  return {
    kind: { name },
    element: elementOf(dtype, accumulator),
    operands: [transposedArray(dtype, bytesOf(hex), shape, perm)],
    axes: axis,
    keepdims: args.keepdims ?? false,
    dtype: traits.result(dtype, wanted),
    ...(args.initial === undefined ? {} : { initial: initialLanes(accumulator, args.initial) }),
  };
}

function outcomeOf(attempt: () => Outcome): Outcome {
  try {
    return attempt();
  } catch (error) {
    return { error: (error as Error).name };
  }
}

function describe(outcome: Outcome | NumpyArray): unknown {
  if ("error" in outcome) return outcome.error;
  const dtype = "hex" in outcome ? dtypeOf(outcome.dtype) : outcome.dtype;
  const bytes = "hex" in outcome ? bytesOf(outcome.hex) : outcome.bytes;
  return { dtype, shape: outcome.shape, parts: partsOf(dtype, bytes).map(String) };
}

/** Whether an outcome is NumPy's: to the bit, or within some units in the last place where the order of operations shows. */
function isSame(expected: NumpyArray | NumpyError, actual: Outcome, isClose: boolean): boolean {
  if ("error" in expected) return "error" in actual && PYTHON_NAMES[expected.error]!.includes(actual.error);
  if ("error" in actual) return false;
  const dtype = dtypeOf(expected.dtype);
  if (dtype !== actual.dtype || JSON.stringify(expected.shape) !== JSON.stringify(actual.shape)) return false;
  const bytes = bytesOf(expected.hex);
  if (!isClose) return Buffer.compare(withOneNaN(dtype, bytes), withOneNaN(dtype, actual.bytes)) === 0;
  const tolerance = dtype === "float16" ? 4e-3 : dtype === "float32" || dtype === "complex64" ? 2e-6 : 4e-15;
  const parts = partsOf(dtype, actual.bytes).map(Number);
  const wanted = partsOf(dtype, bytes).map(Number);
  const scale = DTYPES[dtype].lanes === 1 ? null : Math.hypot(...wanted);
  return wanted.every((value, at) => {
    if (Object.is(value, parts[at]) || value === parts[at]) return true;
    return Math.abs(value - parts[at]!) <= tolerance * (scale ?? Math.abs(value));
  });
}

function scanOf({ fn, dtype: code, shape, hex, perm, axis, args }: ReduceCase): TestScan {
  const name = fn as ScanName;
  const dtype = dtypeOf(code);
  const wanted = args.dtype === undefined ? undefined : dtypeOf(args.dtype);
  return {
    kind: { name },
    element: elementOf(dtype, SCANS[name].accumulator(dtype, wanted)),
    operands: [transposedArray(dtype, bytesOf(hex), shape, perm)],
    axis: axis as number | null,
    dtype: SCANS[name].result(dtype, wanted),
  };
}

function run(c: ReduceCase, way: Way): Outcome {
  return outcomeOf(() => {
    const own = isReductionName(c.fn) ? reductionOf(c) : scanOf(c);
    return { dtype: own.dtype, ...("axis" in own ? scan(own, way) : reduce(own as TestReduction, way)) };
  });
}

function mismatches(way: Way): unknown[] {
  return CASES.flatMap((c) => {
    if (c.kind !== "reduce") return [];
    const actual = run(c, way);
    return isSame(c.result, actual, c.tol)
      ? []
      : [{ ...c, hex: c.hex.slice(0, 64), result: describe(c.result), actual: describe(actual) }];
  });
}

for (const way of WAYS) {
  test(`numpy_reduce.jsonl: every reduction and scan is NumPy's, ${way}`, () => {
    expect(mismatches(way)).toEqual([]);
  });
}

/** A number as NumPy's lines have it. */
function numberOf(value: NumpyValue): number {
  if (typeof value === "object") return "f" in value ? Number(value.f.replace("inf", "Infinity")) : Number.NaN;
  return Number(value);
}

/** The parts of a value: two of a complex number. */
function partsOfValue(value: NumpyValue): number[] {
  if (Array.isArray(value)) return value.flatMap((item: NumpyValue) => partsOfValue(item));
  return typeof value === "object" && "z" in value ? value.z.map(numberOf) : [numberOf(value)];
}

function outcomesOf({ dtype, row }: DTypesCase): unknown[] {
  return Object.entries(row).flatMap(([key, expected]): unknown[] => {
    const isEmpty = key.endsWith("_empty");
    const shape = isEmpty ? [0] : [2, 2];
    const ones = new Array<number>((isEmpty ? 0 : 4) * DTYPES[dtypeOf(dtype)].lanes).fill(1);
    const bytes = bytesOfParts(dtypeOf(dtype), ones);
    const fn = key.replace("_empty", "");
    const hex = Buffer.from(bytes).toString("hex");
    const c = {
      id: key,
      kind: "reduce",
      fn,
      dtype,
      shape,
      hex,
      perm: [...shape.keys()],
      axis: null,
      args: {},
      tol: true,
    };
    const actual = run(c as unknown as ReduceCase, "interpreted");
    if (typeof expected === "string") {
      const name = "error" in actual ? actual.error : actual.dtype;
      const wanted = expected.endsWith("Error") ? PYTHON_NAMES[expected]! : [dtypeOf(expected)];
      return wanted.includes(name) ? [] : [{ dtype, key, expected, actual: name }];
    }
    if ("error" in expected)
      return isSame(expected, actual, false) ? [] : [{ dtype, key, expected, actual: describe(actual) }];
    const isWanted =
      !("error" in actual) &&
      actual.dtype === dtypeOf(expected.dtype) &&
      partsOf(actual.dtype, actual.bytes).map(Number).join() === partsOfValue(expected.value).join();
    return isWanted ? [] : [{ dtype, key, expected, actual: describe(actual) }];
  });
}

test("numpy_reduce.jsonl: the dtypes of results, and what comes of no elements, are NumPy's", () => {
  const cases = CASES.filter((c) => c.kind === "reduce-dtypes");
  expect(cases).not.toEqual([]);
  expect(cases.flatMap(outcomesOf)).toEqual([]);
});

test("numpy_reduce.jsonl: ill-conditioned sums are as exact as NumPy's", () => {
  const cases = CASES.filter((c) => c.kind === "sum-accuracy");
  expect(cases).not.toEqual([]);
  for (const { hex, n, fsum } of cases) {
    const bytes = bytesOf(hex);
    const element = elementOf("float64", "float64");
    const operands = [transposedArray("float64", bytes, [n], [0])];
    const result = reduce({ kind: { name: "sum" }, element, operands, dtype: "float64" }, "in the heap");
    const magnitudes = partsOf("float64", bytes).reduce<number>((sum, part) => sum + Math.abs(Number(part)), 0);
    // Pairwise summation's bound: as many roundings as the tree is high, and those of a chain.
    expect(Math.abs(Number(partsOf("float64", result.bytes)[0]) - fsum)).toBeLessThan(4 * 2 ** -53 * magnitudes);
  }
});
