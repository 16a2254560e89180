import { type DType, sizeOf } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { elementOf } from "../../src/reduction/element.ts";
import { REDUCTIONS, type ReductionName, type ScanName, SCANS } from "../../src/reduction/reductions.ts";
import { ALL_DTYPES, arrayOf, axisLayout, elementsOf, numbersFrom } from "./random-arrays.ts";
import { reduce, scan, type TestReduction, transposedArray, WAYS } from "./runs.ts";
import { bytesOfParts, initialLanes, partsOf, withOneNaN } from "./values.ts";

const NAMES = Object.keys(REDUCTIONS) as ReductionName[];

/** Few axes, and now and then so many elements that there are several blocks. */
const shapes: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 5000 })),
  fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1000, max: 3000 })),
  fc.tuple(fc.integer({ min: 1000, max: 3000 }), fc.integer({ min: 1, max: 3 })),
  fc.tuple(fc.integer({ min: 2000, max: 2600 }), fc.integer({ min: 32, max: 36 })),
  fc.tuple(fc.integer({ min: 8000, max: 20_000 })),
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70 })),
);

interface Draw {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layouts: Parameters<typeof arrayOf>[2];
  readonly seed: number;
  readonly cuts: readonly number[];
}

const draws: fc.Arbitrary<Draw> = fc.record({
  shape: shapes,
  dtype: fc.constantFrom(...ALL_DTYPES),
  layouts: fc.array(axisLayout, { minLength: 4, maxLength: 4 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});

function axesOf(shape: readonly number[], choice: number): number[] | null {
  if (choice === 0 || shape.length === 0) return null;
  const axes = [...shape.keys()].filter((axis) => ((choice >> axis) & 1) === 1);
  return axes.length === 0 ? [0] : axes;
}

function reductionOf(name: ReductionName, draw: Draw, choice: number, masks: boolean): TestReduction {
  const traits = REDUCTIONS[name];
  const { shape, layouts, seed, cuts } = draw;
  const dtype = name === "ptp" && draw.dtype === "bool" ? "uint8" : draw.dtype;
  const accumulator = traits.accumulator(dtype);
  const all = axesOf(shape, choice);
  const hasMask = masks && traits.takesWhere;
  return {
    kind: { name },
    element: elementOf(dtype, accumulator),
    operands: [arrayOf(dtype, shape, layouts, seed, seed % 3 === 0 ? 5 : 0)],
    ...(hasMask ? { where: arrayOf("bool", shape, layouts.toReversed(), seed + 7, 0) } : {}),
    axes: traits.takesAxes || all === null ? all : all.slice(0, 1),
    keepdims: seed % 2 === 0,
    dtype: traits.result(dtype),
    ...(hasMask && traits.identity === null ? { initial: initialLanes(accumulator, 1) } : {}),
    ddof: seed % 3,
    cuts,
  };
}

test("reductions: have the same bits however they are carried out", () => {
  fc.assert(
    fc.property(draws, fc.constantFrom(...NAMES), fc.nat(15), fc.boolean(), (draw, name, choice, masks) => {
      const reduction = reductionOf(name, draw, choice, masks);
      const [first, ...others] = WAYS.map((way) => reduce(reduction, way));
      const expected = withOneNaN(reduction.dtype, first!.bytes);
      for (const other of others) expect(withOneNaN(reduction.dtype, other.bytes)).toEqual(expected);
    }),
    { numRuns: 120 },
  );
});

test("the least and the greatest: zeros and NaNs come out as `Math.min` and `Math.max` have them", () => {
  const values = fc.constantFrom([0, -0, 1], [0, -0, -1], [0, 1], [-0, -1], [0, 1, Number.NaN], [-0]);
  const names = fc.constantFrom("min" as const, "max" as const);
  const dtypes = fc.constantFrom<DType>("float32", "float64", "float16");
  fc.assert(
    fc.property(values, names, dtypes, fc.integer({ min: 1, max: 5000 }), fc.nat(), (pick, name, dtype, n, seed) => {
      const next = numbersFrom(seed + 1);
      // One value in most places, so that others are rare.
      const elements = Array.from({ length: n }, () => pick[next() < 0.999 ? 0 : Math.floor(next() * pick.length)]!);
      const operands = [transposedArray(dtype, bytesOfParts(dtype, elements), [n], [0])];
      const element = elementOf(dtype, REDUCTIONS[name].accumulator(dtype));
      const [expected] = elements.reduce(([best], value) => [Math[name](best!, value)], [elements[0]]);
      for (const way of WAYS) {
        const { bytes } = reduce({ kind: { name }, element, operands, dtype }, way);
        expect(partsOf(dtype, bytes)[0]).toBe(expected);
      }
    }),
    { numRuns: 150 },
  );
});

test("scans: have the same bits however they are carried out", () => {
  fc.assert(
    fc.property(draws, fc.constantFrom<ScanName>("cumsum", "cumprod"), fc.nat(4), (draw, name, choice) => {
      const { shape, dtype, layouts, seed, cuts } = draw;
      const result = SCANS[name].result(dtype);
      const own = {
        kind: { name },
        element: elementOf(dtype, SCANS[name].accumulator(dtype)),
        operands: [arrayOf(dtype, shape, layouts, seed, 0)],
        axis: choice < shape.length ? choice : null,
        dtype: result,
        cuts,
      };
      const [first, ...others] = WAYS.map((way) => scan(own, way));
      const expected = withOneNaN(result, first!.bytes);
      for (const other of others) expect(withOneNaN(result, other.bytes)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

/** What integers are reduced to, one after the other. */
const BY_HAND: Readonly<Record<string, (elements: readonly bigint[]) => bigint>> = {
  sum: (elements) => elements.reduce((a, b) => a + b, 0n),
  prod: (elements) => elements.reduce((a, b) => BigInt.asUintN(64, a * b), 1n),
  min: (elements) => elements.reduce((a, b) => (b < a ? b : a)),
  max: (elements) => elements.reduce((a, b) => (b > a ? b : a)),
  any: (elements) => BigInt(elements.some((element) => element !== 0n)),
  all: (elements) => BigInt(elements.every((element) => element !== 0n)),
  argmin: (elements) => BigInt(elements.reduce((best, element, at) => (element < elements[best]! ? at : best), 0)),
  argmax: (elements) => BigInt(elements.reduce((best, element, at) => (element > elements[best]! ? at : best), 0)),
  count_nonzero: (elements) => BigInt(elements.filter((element) => element !== 0n).length),
};

test("reductions of integers along an axis: are what one gets by hand", () => {
  const integers = ALL_DTYPES.filter((dtype) => /^u?int|bool/.test(dtype));
  fc.assert(
    fc.property(
      draws,
      fc.constantFrom(...integers),
      fc.constantFrom(...Object.keys(BY_HAND)),
      fc.nat(3),
      (draw, dtype, name, choice) => {
        const { shape, layouts, seed, cuts } = draw;
        fc.pre(shape.length > 0);
        const axis = choice % shape.length;
        const traits = REDUCTIONS[name as ReductionName];
        const array = arrayOf(dtype, shape, layouts, seed, 0);
        const result = traits.result(dtype);
        const reduction: TestReduction = {
          kind: { name: name as ReductionName },
          element: elementOf(dtype, traits.accumulator(dtype)),
          operands: [array],
          axes: axis,
          dtype: result,
          cuts,
        };
        const elements = elementsOf(array).map(([part]) => BigInt(part!));
        const inner = sizeOf(shape.slice(axis + 1));
        const length = shape[axis]!;
        const outputs = elements.length / length;
        const byHand = Array.from({ length: outputs }, (__, output) => {
          const first = Math.floor(output / inner) * inner * length + (output % inner);
          return BY_HAND[name]!(Array.from({ length }, (_, i) => elements[first + i * inner]!));
        });
        const limit = (value: bigint): bigint =>
          result === "uint64" ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
        const actual = partsOf(result, reduce(reduction, "in the heap").bytes).map(BigInt);
        expect(actual).toEqual(byHand.map(limit));
      },
    ),
    { numRuns: 150 },
  );
});
