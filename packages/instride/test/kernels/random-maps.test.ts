import { runInThisContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DType, MapCallOptions, MemoryView, Runtime, Scope } from "instride";
import { checkAlike, type Results } from "./calls-alike.ts";
import {
  ALL_DTYPES,
  arrayIn,
  type Layout,
  layouts,
  partsOf,
  type Place,
  placeFor,
  shapes,
  writable,
  RANDOM_CALLS,
} from "./random-arrays.ts";
import { anyKernels, exactKernels, type RandomKernel } from "./random-kernels.ts";
import { everyWay } from "./runtimes.ts";

const ways = everyWay();

/** A call of a random kernel. */
interface Call {
  readonly kernel: RandomKernel;
  readonly shape: readonly number[];
  readonly dtypes: readonly [DType, DType];
  readonly layouts: readonly [Layout, Layout];
  /** Where results go: to new arrays, arrays of their own, or where the operands lie. */
  readonly out: "new" | "own" | "overlapping";
  readonly outDTypes: readonly [DType, DType];
  readonly outLayouts: readonly [Layout, Layout];
  readonly where: Layout | null;
  readonly parameters: { readonly p: number; readonly q: boolean };
  readonly compute: DType | null;
  readonly caller: "helps" | "waits";
}

const common = {
  shape: shapes,
  layouts: fc.tuple(layouts, layouts),
  outLayouts: fc.tuple(layouts.map(writable), layouts.map(writable)),
  where: fc.option(layouts, { freq: 2 }),
  parameters: fc.record({ p: fc.constantFrom(0.5, 3, -2, 1e10), q: fc.boolean() }),
  caller: fc.constantFrom("helps", "waits"),
} as const;

const dtypes = fc.oneof(
  fc.constantFrom<DType>("float64", "float32", "int32", "uint8", "bool"),
  fc.constantFrom(...ALL_DTYPES),
);

const anyCalls: fc.Arbitrary<Call> = fc.record({
  ...common,
  kernel: anyKernels,
  dtypes: fc.tuple(dtypes, dtypes),
  out: fc.constantFrom("new", "own", "overlapping"),
  outDTypes: fc.tuple(dtypes, dtypes),
  compute: fc.option(fc.constantFrom<DType>("float32", "float64"), { freq: 6 }),
});

const plainCalls: fc.Arbitrary<Call> = fc.record({
  ...common,
  kernel: exactKernels,
  dtypes: fc.constant(["float64", "float64"] as const),
  out: fc.constantFrom("new", "own", "overlapping"),
  outDTypes: fc.constant(["float64", "float64"] as const),
  compute: fc.constant(null),
});

/** The arrays of a call in one runtime. */
interface Arrays {
  readonly operands: readonly MemoryView[];
  readonly outputs: readonly MemoryView[] | null;
  readonly mask: MemoryView | null;
  /** All memory that was made for them. */
  readonly bases: readonly MemoryView[];
}

function arraysOf(s: Scope, call: Call): Arrays {
  const { shape, kernel } = call;
  const places = call.dtypes.map((dtype, i) => placeFor(s, dtype, shape, call.layouts[i]!));
  const operands = places.map((place, i) => arrayIn(place, shape, call.layouts[i]!));
  const wheres = call.where === null ? null : placeFor(s, "bool", shape, call.where);
  const outputPlaces: Place[] = [];
  const outputs = call.outLayouts.slice(0, kernel.outputs).map((layout, i) => {
    const own = call.layouts[i]!;
    // In the memory of an operand, at another place of it.
    if (call.out === "overlapping" && !own.repeats.includes(true)) return arrayIn(places[i]!, shape, own, layout.leads);
    const place = placeFor(s, call.outDTypes[i]!, shape, layout);
    outputPlaces.push(place);
    return arrayIn(place, shape, layout);
  });
  return {
    operands,
    outputs: call.out === "new" ? null : outputs,
    mask: wheres === null ? null : arrayIn(wheres, shape, call.where!),
    bases: [...places, ...outputPlaces].map(({ base }) => base),
  };
}

/** Makes the call. @returns its results */
async function carryOut(rt: Runtime, call: Call, { operands, outputs, mask }: Arrays): Promise<MemoryView[]> {
  const { kernel, parameters, compute, caller } = call;
  const options: MapCallOptions<MemoryView> = {
    caller,
    ...(mask === null ? {} : { where: mask }),
    ...(outputs === null ? {} : { out: (kernel.outputs === 1 ? outputs[0]! : outputs) as MemoryView }),
  };
  const map = rt.map(kernel.text, {
    casting: "unsafe",
    ...(kernel.hasParameters ? { parameters } : {}),
    ...(compute === null ? {} : { compute }),
  });
  return [await map(...operands, options)].flat();
}

async function resultsIn(rt: Runtime, s: Scope, call: Call): Promise<Results> {
  const arrays = arraysOf(s, call);
  const outputs = await carryOut(rt, call, arrays);
  return { arrays: [...outputs, ...arrays.bases], made: call.out === "new" ? outputs : [] };
}

test("rt.map: random functions of any dtypes in any layouts, compiled as interpreted, in every mode", async () => {
  await fc.assert(
    fc.asyncProperty(anyCalls, (call) => checkAlike(ways(), (rt, s) => resultsIn(rt, s, call))),
    { numRuns: RANDOM_CALLS },
  );
}, 60_000);

/** What the function itself gives for each element; what the mask leaves out is what was there. */
function plainResults(s: Scope, call: Call): readonly unknown[][] {
  const { kernel, parameters } = call;
  const run = runInThisContext(`(${kernel.text})`) as (...args: unknown[]) => unknown;
  const { operands, outputs, mask } = arraysOf(s, call);
  const [x, y] = operands.map(partsOf);
  const isWritten = mask === null ? null : partsOf(mask);
  const given = kernel.hasParameters ? [parameters] : [];
  const results = x!.map((element, i) => [run(element, y![i], ...given)].flat().map(Number));
  return Array.from({ length: kernel.outputs }, (_, output) => {
    const old = outputs === null ? null : partsOf(outputs[output]!);
    return results.map((values, i) => (isWritten?.[i] === false ? (old?.[i] ?? 0) : values[output]));
  });
}

test("rt.map: random functions of float64 give what the function gives, in every mode", async () => {
  await fc.assert(
    fc.asyncProperty(plainCalls, (call) =>
      checkAlike(
        ways(),
        (rt, s) => resultsIn(rt, s, call),
        (reference, s) => {
          // What two outputs in one memory would give is not defined: it is refused.
          if ("error" in reference) return expect(reference.error).toContain("they share memory");
          const actual = reference.arrays.slice(0, call.kernel.outputs).map((array) => partsOf(array).map(Number));
          expect(actual).toEqual(plainResults(s, call));
        },
      ),
    ),
    { numRuns: RANDOM_CALLS },
  );
}, 60_000);
