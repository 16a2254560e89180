/**
 * Reductions and scans of elements that ask where they are, or for their neighbours.
 */
import { type DType, sizeOf } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { typeReduction } from "../../src/compiler/reduction-types.ts";
import type { Graph, LoadNode } from "../../src/graph/graph.ts";
import type { KernelBorder } from "../../src/graph/strided.ts";
import { readProgram } from "../../src/language/read-program.ts";
import type { ReductionKind } from "../../src/reduction/request.ts";
import { REDUCTIONS, type ReductionName } from "../../src/reduction/reductions.ts";
import type { ScanKind } from "../../src/reduction/scan-plan.ts";
import { naive } from "../graph/naive.ts";
import { ALL_DTYPES, arrayOf, axisLayout, type AxisLayout, elementsOf } from "./random-arrays.ts";
import { reduce, scan, type TestArray, WAYS } from "./runs.ts";
import { initialLanes, partsOf, withOneNaN } from "./values.ts";

const NAMES = Object.keys(REDUCTIONS).filter((name) => name !== "dot") as ReductionName[];

/** By the axes that they need. All of two operands. */
const ELEMENTS: readonly (readonly [ndim: number, text: string])[] = [
  [1, "(x, y, { index }) => x + index[0] * 3 - index.at(-1)"],
  [1, "(x, y, { index: [i] }) => (i % 3 === 0 ? x : y)"],
  [1, "(x, y, { index: [i] }) => i"],
  [1, "(x, y) => Math.max(x.at(-1), y.at(2))"],
  [1, "(x, y, { index: [i], gain }) => x.at(1) * gain + y + i"],
  [1, "(x, y, { index: [i] }) => { let z = x; for (let n = i % 4; n > 0; n--) z += y; return z; }"],
  [2, "(x, y, { index: [i, j] }) => x.at(1, -1) + y.at(0, 1) + (i - j)"],
  [2, "(x, y, { index: [, j] }) => y * j + x"],
  [3, "(x, y, { index: [i, , k] }) => x.at(0, 0, 1) + y.at(-1) + i * k"],
];

const PROGRAMS = new Map(await Promise.all(ELEMENTS.map(async ([, text]) => [text, await readProgram(text)] as const)));

const COMBINE = await readProgram("(a, b) => a < b ? a : b");

const BORDERS: readonly KernelBorder[] = ["nearest", "reflect", "mirror", "wrap", { constant: -7 }];

/** Few axes; and some with several blocks, along what lies closely and across it. */
const shapes: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 9000 })),
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1000, max: 2600 })),
  fc.tuple(fc.integer({ min: 2000, max: 2600 }), fc.integer({ min: 1, max: 40 })),
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 30 })),
);

interface Draw {
  readonly shape: readonly number[];
  readonly text: string;
  readonly dtypes: readonly [DType, DType];
  readonly layouts: readonly AxisLayout[];
  readonly borders: readonly [KernelBorder, KernelBorder];
  readonly seed: number;
  readonly cuts: readonly number[];
  /** Bits that choose axes. */
  readonly axes: number;
  readonly masks: boolean;
}

function drawsOf(dtypes: readonly DType[]): fc.Arbitrary<Draw> {
  return shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      text: fc.constantFrom(...ELEMENTS.filter(([ndim]) => ndim <= shape.length).map(([, text]) => text)),
      dtypes: fc.tuple(fc.constantFrom(...dtypes), fc.constantFrom(...dtypes)),
      layouts: fc.array(axisLayout, { minLength: 8, maxLength: 8 }),
      borders: fc.tuple(fc.constantFrom(...BORDERS), fc.constantFrom(...BORDERS)),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      axes: fc.nat(15),
      masks: fc.boolean(),
    }),
  );
}

function axesOf({ shape, axes }: Draw): number[] | null {
  const chosen = [...shape.keys()].filter((axis) => ((axes >> axis) & 1) === 1);
  return chosen.length === 0 ? null : chosen;
}

function operandsOf({ shape, dtypes, layouts, borders, seed }: Draw): TestArray[] {
  return dtypes.map((dtype, at) => ({
    ...arrayOf(dtype, shape, at === 0 ? layouts : layouts.slice(4), seed + at, seed % 3 === 0 ? 5 : 0),
    border: borders[at]!,
  }));
}

interface Typed {
  readonly kind: ReductionKind & ScanKind;
  readonly element: Graph;
  readonly parameters: readonly (number | bigint | boolean)[];
  readonly accumulator: DType;
  readonly dtype: DType;
}

function typed(by: ReductionName | "cumsum" | "cumprod" | null, { text, dtypes, shape }: Draw): Typed {
  const of = PROGRAMS.get(text)!;
  const { kind, element, parameters, accumulator, result } = typeReduction({
    by: by ?? COMBINE,
    of,
    operands: dtypes,
    parameters: new Map(of.parameters.map((name) => [name, "number"])),
    ndim: shape.length,
  });
  return {
    kind: kind as Typed["kind"],
    element,
    parameters: parameters.map((parameter) => parameter.toLane(2)),
    accumulator,
    dtype: result,
  };
}

/** Whether a reduction is refused for the dtypes of a draw: by its own rules, which other tests are for. */
function isTyped(by: ReductionName | "cumsum" | "cumprod" | null, draw: Draw): boolean {
  try {
    typed(by, draw);
    return !(by === "ptp" && typed(by, draw).accumulator === "bool");
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

test("reductions of elements that ask where they are: have the same bits however they are carried out", () => {
  fc.assert(
    fc.property(drawsOf(ALL_DTYPES), fc.constantFrom(...NAMES, null), (draw, name) => {
      fc.pre(isTyped(name, draw));
      const { accumulator, ...reduction } = typed(name, draw);
      const traits = name === null ? null : REDUCTIONS[name];
      const hasMask = draw.masks && (traits?.takesWhere ?? true);
      const axes = axesOf(draw);
      const own = {
        ...reduction,
        operands: operandsOf(draw),
        axes: traits?.takesAxes === false && axes !== null ? axes[0]! : axes,
        keepdims: draw.seed % 2 === 0,
        ...(hasMask ? { where: arrayOf("bool", draw.shape, draw.layouts.toReversed(), draw.seed + 7, 0) } : {}),
        ...(hasMask && (traits?.identity ?? null) === null ? { initial: initialLanes(accumulator, 1) } : {}),
        cuts: draw.cuts,
      };
      const [first, ...others] = WAYS.map((way) => reduce(own, way));
      const expected = withOneNaN(own.dtype, first!.bytes);
      for (const other of others) expect(withOneNaN(own.dtype, other.bytes)).toEqual(expected);
    }),
    { numRuns: 80 },
  );
});

test("scans of elements that ask where they are: have the same bits however they are carried out", () => {
  fc.assert(
    fc.property(drawsOf(ALL_DTYPES), fc.constantFrom("cumsum" as const, "cumprod" as const, null), (draw, name) => {
      fc.pre(isTyped(name, draw));
      const { accumulator: _, ...own } = typed(name, draw);
      const axis = axesOf(draw)?.[0] ?? null;
      const [first, ...others] = WAYS.map((way) =>
        scan({ ...own, operands: operandsOf(draw), axis, cuts: draw.cuts }, way),
      );
      const expected = withOneNaN(own.dtype, first!.bytes);
      for (const other of others) expect(withOneNaN(own.dtype, other.bytes)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

/** The index of the element that stands for a position; null where a constant does. By walking there. */
function standsFor(position: number, length: number, border: KernelBorder): number | null {
  if (position >= 0 && position < length) return position;
  if (typeof border === "object") return null;
  if (border === "nearest") return position < 0 ? 0 : length - 1;
  if (border === "wrap") return standsFor(position + (position < 0 ? length : -length), length, border);
  if (border === "mirror" && length === 1) return 0;
  const [low, high] = border === "reflect" ? [-1, 2 * length - 1] : [0, 2 * length - 2];
  return standsFor((position < 0 ? low : high) - position, length, border);
}

/** What a graph gives for each element in C order: integers of int64. */
function naiveElements(draw: Draw, { element, parameters }: Typed): bigint[] {
  const { shape } = draw;
  const arrays = operandsOf(draw).map((array) => ({ border: array.border!, elements: elementsOf(array) }));
  return Array.from({ length: sizeOf(shape) }, (_, number) => {
    const index = shape.map((length, axis) => Math.floor(number / sizeOf(shape.slice(axis + 1))) % length);
    const load = ({ operand, shift, type }: LoadNode): number | bigint => {
      const { border, elements } = arrays[operand]!;
      const place = index.map((i, axis) => standsFor(i + (shift[axis] ?? 0), shape[axis]!, border));
      const at = place.reduce((sum: number, i, axis) => sum + (i ?? 0) * sizeOf(shape.slice(axis + 1)), 0);
      const value = place.includes(null)
        ? BigInt((border as { readonly constant: number }).constant)
        : BigInt(elements[at]![0]!);
      return type === "i64" ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));
    };
    const [stored] = naive(element, { load, parameters, index });
    return BigInt.asIntN(64, BigInt(Number.isInteger(stored![0]) ? Number(stored![0]) : (stored![0] as bigint)));
  });
}

const BY_HAND: Readonly<Record<"sum" | "max" | "argmin" | "count_nonzero", (elements: readonly bigint[]) => bigint>> = {
  sum: (elements) =>
    BigInt.asIntN(
      64,
      elements.reduce((a, b) => a + b, 0n),
    ),
  max: (elements) => elements.reduce((a, b) => (b > a ? b : a)),
  argmin: (elements) => BigInt(elements.reduce((best, element, at) => (element < elements[best]! ? at : best), 0)),
  count_nonzero: (elements) => BigInt(elements.filter((element) => element !== 0n).length),
};

test("reductions of elements that ask where they are, along an axis: are what one gets by hand", () => {
  const names = fc.constantFrom(...(Object.keys(BY_HAND) as (keyof typeof BY_HAND)[]));
  fc.assert(
    fc.property(drawsOf(["int8", "int32", "int64"]), names, (draw, name) => {
      // A product with a parameter is of floats.
      fc.pre(!draw.text.includes("gain"));
      const own = typed(name, draw);
      const axis = axesOf(draw)?.[0] ?? 0;
      const elements = naiveElements(draw, own);
      const inner = sizeOf(draw.shape.slice(axis + 1));
      const length = draw.shape[axis]!;
      const byHand = Array.from({ length: elements.length / length }, (_, output) => {
        const first = Math.floor(output / inner) * inner * length + (output % inner);
        return BY_HAND[name](Array.from({ length }, (__, i) => elements[first + i * inner]!));
      });
      for (const way of WAYS) {
        const { bytes } = reduce({ ...own, operands: operandsOf(draw), axes: axis, cuts: draw.cuts }, way);
        expect(partsOf(own.dtype, bytes).map(BigInt)).toEqual(byHand);
      }
    }),
    { numRuns: 25 },
  );
});

test("scans of elements that ask where they are: are what one gets by hand", () => {
  fc.assert(
    fc.property(drawsOf(["int8", "int32", "int64"]), (draw) => {
      fc.pre(!draw.text.includes("gain"));
      const own = typed("cumsum", draw);
      let total = 0n;
      const byHand = naiveElements(draw, own).map((element) => (total = BigInt.asIntN(64, total + element)));
      for (const way of WAYS) {
        const { bytes } = scan({ ...own, operands: operandsOf(draw), axis: null, cuts: draw.cuts }, way);
        expect(partsOf(own.dtype, bytes).map(BigInt)).toEqual(byHand);
      }
    }),
    { numRuns: 12 },
  );
});

test("functions of two values that ask where they are: are refused", async () => {
  for (const text of ["(a, b, { index: [i] }) => a + b + i", "(a, b) => a.at(1) + b"]) {
    const by = await readProgram(text);
    const query = { by, of: null, operands: ["float64"], parameters: new Map(), ndim: 1 } as const;
    expect(() => typeReduction(query)).toThrow(
      "cannot reduce by a function of two values that asks for indices or neighbours: the values are not at any one place",
    );
  }
});
