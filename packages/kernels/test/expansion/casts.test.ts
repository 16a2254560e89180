import type { DType } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LaneValue } from "../../src/graph/graph.ts";
import { ufuncs } from "../../src/expression/ufuncs.ts";
import { lowered, outputsOf } from "../typing/lowered.ts";
import { numbers } from "./numbers.ts";

const SIGNED = ["int8", "int16", "int32", "int64"] as const;
const UNSIGNED = ["uint8", "uint16", "uint32", "uint64"] as const;
const INTEGERS = [...SIGNED, ...UNSIGNED];

function bitsOf(dtype: DType): number {
  return Number(/\d+$/.exec(dtype)![0]);
}

function cast(from: DType, to: DType, lane: LaneValue): LaneValue {
  const [x] = ufuncs.positive.outputs.flatMap((output) => (output.kind === "call" ? output.args : []));
  const program = lowered({ ...ufuncs.positive, outputs: [x!] }, [from], { dtypes: [to], casting: "unsafe" });
  return outputsOf(program, { operands: [lane] })[0]![0]!;
}

/** The low bits of a lane, as the integer that a dtype has with them. */
function elementOf(dtype: DType, lane: LaneValue): bigint {
  const bits = bitsOf(dtype);
  return dtype.startsWith("u") ? BigInt.asUintN(bits, BigInt(lane)) : BigInt.asIntN(bits, BigInt(lane));
}

/** An integer as a load gives it. */
function laneOf(dtype: DType, value: bigint): LaneValue {
  if (bitsOf(dtype) === 64) return BigInt.asIntN(64, value);
  return Number(BigInt.asIntN(32, value));
}

test("casts: an integer as another is taken modulo its range", () => {
  for (const from of INTEGERS) {
    for (const to of INTEGERS) {
      fc.assert(
        fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (any) => {
          const value = elementOf(from, any);
          expect(elementOf(to, cast(from, to, laneOf(from, value)))).toBe(elementOf(to, value));
        }),
        { numRuns: 15 },
      );
    }
  }
});

/** What x86-64's conversion gives: the least integer for all that is out of range. */
function converted(value: number, bits: 32 | 64): bigint {
  const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 2n ** 70n;
  return BigInt.asIntN(bits, whole) === whole ? whole : -(2n ** BigInt(bits - 1));
}

test("casts: a float as a signed integer is truncated, out of range the least integer's low bits", () => {
  for (const to of [...SIGNED, "uint8", "uint16"] as const) {
    fc.assert(
      fc.property(numbers, (value) => {
        const expected = elementOf(to, converted(value, to === "int64" ? 64 : 32));
        expect(elementOf(to, cast("float64", to, value))).toBe(expected);
        const single = elementOf(to, converted(Math.fround(value), to === "int64" ? 64 : 32));
        expect(elementOf(to, cast("float32", to, Math.fround(value)))).toBe(single);
      }),
      { numRuns: 100 },
    );
  }
});

test("casts: a float as an unsigned integer of 32 or 64 bits is exact in its range", () => {
  for (const to of ["uint32", "uint64"] as const) {
    const end = 2 ** bitsOf(to);
    fc.assert(
      fc.property(fc.double({ min: -1, max: end, minExcluded: true, maxExcluded: true, noNaN: true }), (value) => {
        expect(elementOf(to, cast("float64", to, value))).toBe(BigInt(Math.trunc(value)));
      }),
    );
  }
});

test("casts: an integer as a float is the nearest", () => {
  for (const from of INTEGERS) {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (any) => {
        const value = elementOf(from, any);
        expect(cast(from, "float64", laneOf(from, value))).toBe(Number(value));
      }),
      { numRuns: 40 },
    );
  }
});

test("casts: a number is true unless it is 0, and a complex one as a real one is its real part", () => {
  expect([0, -0, NaN, 5e-324].map((value) => cast("float64", "bool", value))).toEqual([false, false, true, true]);
  expect([0, -1].map((value) => cast("int8", "bool", value))).toEqual([false, true]);
  expect(cast("bool", "float32", true)).toBe(1);
  expect(cast("complex128", "float64", 2.5)).toBe(2.5);
  expect(cast("complex128", "bool", 0)).toBe(false);
});
