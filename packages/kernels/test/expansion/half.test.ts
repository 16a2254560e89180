import { decodeFloat16, encodeFloat16 } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeHalf, encodeHalf, roundToHalf } from "../../src/expansion/half.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { Interpreter } from "../../src/graph/interpreter.ts";

const ALL_BITS: readonly number[] = Array.from({ length: 0x1_0000 }, (_, bits) => bits);

/** Half a step above the largest: numbers from here on round to infinity, which the codec refuses to make of numbers. */
const ROUNDS_TO_INFINITY = 65_520;

function nearest(value: number): number {
  if (Math.abs(value) >= ROUNDS_TO_INFINITY) return value > 0 ? Infinity : -Infinity;
  return decodeFloat16(encodeFloat16(value));
}

function isNaNBits(bits: number): boolean {
  return (bits & 0x7fff) > 0x7c00;
}

/** Runs an expansion over many numbers. */
function computed(
  type: "f32" | "f64" | "i32",
  values: readonly number[],
  expand: (b: GraphBuilder, x: ReturnType<GraphBuilder["load"]>) => ReturnType<GraphBuilder["load"]>,
): number[] {
  const operand = { f32: "float32", f64: "float64", i32: "int32" } as const;
  const b = new GraphBuilder([operand[type]]);
  const value = expand(b, b.load(0));
  const graph = b.finish([{ dtype: value.type === "f32" ? "float32" : "int32", value: [value] }]);
  const interpreter = new Interpreter(graph, values.length);
  (interpreter.loads[0]!.lanes as Float64Array).set(values);
  interpreter.run(values.length);
  return Array.from(interpreter.outputs[0]!.parts[0] as Float64Array);
}

test("decodeHalf: gives the number of all bits", () => {
  const numbers = computed("i32", ALL_BITS, (b, x) => decodeHalf(b, x));
  expect(numbers).toEqual(ALL_BITS.map(decodeFloat16));
});

test("encodeHalf: gives the bits of all numbers, and one NaN", () => {
  const bits = computed("i32", ALL_BITS, (b, x) => encodeHalf(b, decodeHalf(b, x)));
  expect(bits).toEqual(ALL_BITS.map((expected) => (isNaNBits(expected) ? 0x7e00 : expected)));
});

test("roundToHalf: leaves every number of float16 as it is", () => {
  const rounded = computed("i32", ALL_BITS, (b, x) => roundToHalf(b, decodeHalf(b, x)));
  expect(rounded).toEqual(ALL_BITS.map(decodeFloat16));
});

/** Halfway between neighbours, and beside that: where rounding is decided. */
const MIDDLES: readonly number[] = ALL_BITS.slice(0, 0x7c00).flatMap((bits) => {
  const middle = (decodeFloat16(bits) + (bits === 0x7bff ? 65_536 : decodeFloat16(bits + 1))) / 2;
  return [middle, -middle, middle * (1 + Number.EPSILON), middle * (1 - Number.EPSILON)];
});

test("roundToHalf: rounds what lies halfway, or just beside, to the nearest number, ties to even", () => {
  expect(computed("f64", MIDDLES, (b, x) => roundToHalf(b, x))).toEqual(MIDDLES.map(nearest));
  const singles = MIDDLES.map(Math.fround);
  expect(computed("f32", singles, (b, x) => roundToHalf(b, x))).toEqual(singles.map(nearest));
});

test("roundToHalf: rounds any number to the nearest", () => {
  const numbers = fc.oneof(fc.double(), fc.float(), fc.double({ min: -70_000, max: 70_000 }));
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 50 }), (values) => {
      expect(computed("f64", values, (b, x) => roundToHalf(b, x))).toEqual(values.map(nearest));
      const singles = values.map(Math.fround);
      expect(computed("f32", singles, (b, x) => roundToHalf(b, x))).toEqual(singles.map(nearest));
    }),
  );
});
