import fc from "fast-check";
import { expect, test } from "vitest";
import type { DType, FoldedValue, MemoryView, ReduceCallOptions, Runtime, Scope } from "instride";
import { checkAlike, type Results } from "./calls-alike.ts";
import {
  ALL_DTYPES,
  arrayIn,
  type Layout,
  layouts,
  partsOf,
  placeFor,
  RANDOM_CALLS,
  shapes as smallShapes,
} from "./random-arrays.ts";
import { everyWay } from "./runtimes.ts";

const ways = everyWay();

const REDUCTIONS = ["sum", "prod", "min", "max", "mean", "var", "std", "any", "all", "argmin", "argmax"] as const;
const MORE_REDUCTIONS = [...REDUCTIONS, "count_nonzero", "ptp", "norm"] as const;
const OPERANDS = {
  self: undefined,
  product: "(x, y) => x * y",
  distance: "(x, y) => Math.abs(x - y) + 1",
  chosen: "(x, y) => { let n = 0; while (n < 3 && x > n) n++; return n > 1 ? x : y; }",
  place: "(x, y, { index }) => (index[0] % 3 === 1 ? x : y - index.at(-1))",
  beside: "(x, y) => Math.max(x.at(1), y) - x.at(-2)",
  askew: "(x, y, { index: [i, j] }) => x.at(0, 1) + y.at(-1) * (i - j)",
} as const;

const BORDERS = ["nearest", "reflect", "mirror", "wrap", { constant: 3 }] as const;

/** Now and then so many elements that there are several blocks of them, and several chunks of these. */
const shapes = fc.oneof(
  { weight: 3, arbitrary: smallShapes },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 2000, max: 9000 })) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2000, max: 5000 })) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 2000, max: 5000 }), fc.integer({ min: 1, max: 3 })) },
);

interface Fold {
  readonly shape: readonly number[];
  readonly dtypes: readonly [DType, DType];
  readonly layouts: readonly [Layout, Layout];
  /** Bits that choose axes; 0 for all. */
  readonly axes: number;
  readonly keepdims: boolean;
  readonly where: Layout | null;
  readonly initial: 1 | null;
  readonly of: keyof typeof OPERANDS;
  readonly border: (typeof BORDERS)[number];
  readonly caller: "helps" | "waits";
}

const dtype = fc.constantFrom(...ALL_DTYPES);

const folds: fc.Arbitrary<Fold> = fc.record({
  shape: shapes,
  dtypes: fc.tuple(dtype, dtype),
  layouts: fc.tuple(layouts, layouts),
  axes: fc.nat(7),
  keepdims: fc.boolean(),
  where: fc.option(layouts, { freq: 2 }),
  initial: fc.constantFrom(null, null, 1),
  of: fc.constantFrom("self", "self", "product", "distance", "chosen", "place", "beside", "askew"),
  border: fc.constantFrom(...BORDERS),
  caller: fc.constantFrom("helps", "waits"),
});

function axesOf({ shape, axes }: Fold): number[] | undefined {
  const chosen = [...shape.keys()].filter((axis) => ((axes >> axis) & 1) === 1);
  return chosen.length === 0 ? undefined : chosen;
}

function operandsOf(s: Scope, { of, dtypes, shape, layouts: all }: Fold): MemoryView[] {
  const count = of === "self" ? 1 : 2;
  return dtypes.slice(0, count).map((one, i) => arrayIn(placeFor(s, one, shape, all[i]!), shape, all[i]!));
}

/** Calls with arguments that no type knows: random ones. */
type AnyFold = (...args: readonly unknown[]) => Promise<MemoryView | FoldedValue>;

async function resultsOf(kernel: AnyFold, operands: readonly MemoryView[], options: object): Promise<Results> {
  const given = await kernel(...operands, options);
  const isArray = typeof given === "object" && "strides" in given;
  return isArray ? { arrays: [given], made: [given] } : { arrays: [], made: [], value: given };
}

function reduceIn(rt: Runtime, s: Scope, name: (typeof MORE_REDUCTIONS)[number], fold: Fold): Promise<Results> {
  const { where, initial, keepdims, caller, of, border } = fold;
  const chosen = axesOf(fold);
  const takesOne = name === "argmin" || name === "argmax";
  const options: ReduceCallOptions = {
    keepdims,
    caller,
    axis: takesOne ? (chosen?.[0] ?? null) : (chosen ?? null),
    ...(where === null || takesOne
      ? {}
      : { where: arrayIn(placeFor(s, "bool", fold.shape, where), fold.shape, where) }),
    ...(initial === null || takesOne ? {} : { initial }),
  };
  const kernel = rt.reduce(name, { of: OPERANDS[of], border }) as unknown as AnyFold;
  return resultsOf(kernel, operandsOf(s, fold), options);
}

test("rt.reduce: random reductions, compiled as interpreted, the same bits in every mode and by any threads", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...MORE_REDUCTIONS), folds, (name, fold) =>
      checkAlike(ways(), (rt, s) => reduceIn(rt, s, name, fold)),
    ),
    { numRuns: RANDOM_CALLS / 2 },
  );
}, 60_000);

const COMBINATIONS = [
  "(a, b) => Math.max(a, b)",
  "(a, b) => a < b ? a : b",
  "(a, b) => a + b",
  "(a, b) => Math.hypot(a, b)",
] as const;

test("rt.reduce and rt.scan: by random functions of two values, compiled as interpreted, in every mode", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...COMBINATIONS), fc.boolean(), folds, (text, isScan, fold) =>
      checkAlike(ways(), (rt, s) => {
        const options = { of: OPERANDS[fold.of], border: fold.border };
        const kernel = isScan ? rt.scan(text, options) : rt.reduce(text, options);
        const [axis = null] = axesOf(fold) ?? [];
        const { caller, keepdims } = fold;
        const given = isScan ? { axis, caller } : { axis, caller, keepdims };
        return resultsOf(kernel as unknown as AnyFold, operandsOf(s, fold), given);
      }),
    ),
    { numRuns: RANDOM_CALLS / 2 },
  );
}, 60_000);

test("rt.scan: random running totals, compiled as interpreted, in every mode", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("cumsum", "cumprod"), folds, (name, fold) =>
      checkAlike(ways(), (rt, s) => {
        const [axis = null] = axesOf(fold) ?? [];
        const kernel = rt.scan(name, { of: OPERANDS[fold.of], border: fold.border }) as unknown as AnyFold;
        return resultsOf(kernel, operandsOf(s, fold), { axis, caller: fold.caller });
      }),
    ),
    { numRuns: RANDOM_CALLS / 2 },
  );
}, 60_000);

/** What small whole numbers come to, one after the other. */
const BY_HAND: Readonly<Record<string, (values: readonly number[]) => number | boolean | bigint>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  any: (values) => values.some((value) => value !== 0),
  all: (values) => values.every((value) => value !== 0),
  argmax: (values) => BigInt(values.indexOf(Math.max(...values))),
  count_nonzero: (values) => BigInt(values.filter((value) => value !== 0).length),
};

test("rt.reduce: what is reduced to a value is what one gets by hand, in every mode", async () => {
  const shape = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(BY_HAND)), shape, layouts, (name, lengths, layout) =>
      checkAlike(
        ways(),
        async (rt, s) => {
          const x = await smallNumbers(rt, s, lengths, layout);
          return { arrays: [x], made: [x], value: await (rt.reduce(name) as unknown as AnyFold)(x) };
        },
        (outcome) => {
          if ("error" in outcome) throw new Error(outcome.error);
          expect(outcome.value).toBe(BY_HAND[name]!(partsOf(outcome.arrays[0]!) as number[]));
        },
      ),
    ),
    { numRuns: RANDOM_CALLS / 2 },
  );
}, 60_000);

/** Whole numbers from -3 to 3. */
function smallNumbers(rt: Runtime, s: Scope, shape: readonly number[], layout: Layout): Promise<MemoryView> {
  const view = arrayIn(placeFor(s, "int8", shape, layout), shape, layout);
  return rt.map("(x) => x % 4", { dtype: "float64" })(view);
}
