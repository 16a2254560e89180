/**
 * Reductions and scans by functions as compilers and minifiers leave them: each is compiled and run, and gives the bits that
 * it gives as it is written.
 */
import { expect, test } from "vitest";
import { type DType, open, type OpenOptions, type Runtime } from "instride";
import { asWritten, type Compilers, compilersOf } from "../../../kernels/test/language/compilers.ts";
import { expectSame, operandsOf, type Outcome, outcomeOf, release } from "./bundled.ts";
import { type FoldSample, FOLDS } from "./fold-samples.ts";

interface Module {
  readonly FOLDS: Readonly<Record<string, FoldSample>>;
}

const MODULE = new URL("fold-samples.ts", import.meta.url);

/** By the name of what has made them; vitest makes those of the tests themselves. */
const COMPILERS: Compilers<Module> = { vitest: async () => ({ FOLDS }), ...compilersOf<Module>(MODULE) };

/** Small, and with several blocks of elements. */
const ARRAYS: readonly (readonly [dtype: DType, shape: readonly number[]])[] = [
  ["float64", [5, 7]],
  ["float32", [3, 2100]],
  ["int32", [3, 2100]],
  ["int8", [5, 7]],
];

/** Takes views and options as they come. */
type AnyKernel = (...args: readonly unknown[]) => Promise<unknown>;

/** What is made of a sample, with the axes that it is called along. */
function kernelsOf(
  rt: Runtime,
  { by, of, border, given, scans }: FoldSample,
): (readonly [AnyKernel, readonly unknown[]])[] {
  const options = { of, border, parameters: given, roundsMax: 5000, name: "sample" } as never;
  const isScan = by === "cumsum" || by === "cumprod";
  return [
    ...(isScan ? [] : ([[rt.reduce(by as never, options) as unknown as AnyKernel, [null, 0, 1]]] as const)),
    ...(scans ? ([[rt.scan(by as never, options) as unknown as AnyKernel, [null, 0, 1]]] as const) : []),
  ];
}

/** Runs what a tool has made of each sample beside the sample as it is written. @returns calls that gave results */
async function runAll(mode: OpenOptions, compile: () => Promise<Module>, arrays: typeof ARRAYS): Promise<number> {
  const [{ FOLDS: written }, { FOLDS: samples }] = [await asWritten<Module>(MODULE), await compile()];
  expect(Object.keys(samples)).toEqual(Object.keys(written));
  await using rt = await open(mode);
  // Threads take part in calls that could be done at once, too.
  const caller = mode.mode === "threads" ? "waits" : "helps";
  let count = 0;
  for (const [name, sample] of Object.entries(written)) {
    const [own, made] = [kernelsOf(rt, sample), kernelsOf(rt, samples[name]!)];
    for (const [dtype, shape] of arrays) {
      await rt.scope(async (s) => {
        const operands = await operandsOf(rt, s, sample, shape, dtype);
        for (const [at, [kernel, axes]] of own.entries()) {
          for (const axis of axes) {
            const run = (one: AnyKernel): Promise<Outcome> => outcomeOf(() => one(...operands, { axis, caller }));
            const [expected, actual] = [await run(kernel), await run(made[at]![0])];
            expectSame(actual, expected, [name, dtype, String(axis), `shape ${shape.join(" x ")}`]);
            if (!("error" in expected)) count++;
            for (const outcome of [expected, actual]) release(outcome);
          }
        }
        for (const view of operands) view.release();
      });
    }
  }
  expect(rt.leaks()).toEqual([]);
  return count;
}

test.each(Object.entries(COMPILERS))("folds that %s has made: give what they give as written", async (_, compile) => {
  expect(await runAll({ mode: "inline" }, compile, ARRAYS)).toBeGreaterThan(270);
});

test.each(["esbuild --minify", "rolldown, minified", "terser, ES2015"])(
  "folds that %s has made: give what they give as written, on threads",
  async (name) => {
    expect(await runAll({ mode: "threads", threads: 2 }, COMPILERS[name]!, ARRAYS.slice(1, 2))).toBeGreaterThan(65);
  },
);
