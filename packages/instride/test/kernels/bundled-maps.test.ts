/**
 * The functions of the kernels' language, as compilers and minifiers leave them: each is compiled and run, and gives the
 * bits that the function gives as it is written.
 */
import { expect, test } from "vitest";
import { type DType, open, type OpenOptions } from "instride";
import { COMPILERS, samplesAsWritten } from "../../../kernels/test/language/compilers.ts";
import type { Sample } from "../../../kernels/test/language/samples/sample.ts";
import { expectSame, operandsOf, type Outcome, outcomeOf, release } from "./bundled.ts";

/** As many axes as any of the functions asks for the indices of; ends of rows that fill no vector. */
const SHAPE = [3, 5, 7];

/** Rounds of loops that take no element of a domain so long. */
const ROUNDS_MAX = 5000;

/** Takes views and options as they come. */
type AnyKernel = (...args: readonly unknown[]) => Promise<unknown>;

/** Runs what a tool has made of each function beside the function as it is written. @returns calls that gave results */
async function runAll(
  mode: OpenOptions,
  compile: () => Promise<Readonly<Record<string, Sample>>>,
  dtypes: readonly DType[],
): Promise<number> {
  const [written, samples] = [await samplesAsWritten(), await compile()];
  expect(Object.keys(samples)).toEqual(Object.keys(written));
  await using rt = await open(mode);
  // Threads take part in calls that could be done at once, too.
  const caller = mode.mode === "threads" ? "waits" : "helps";
  let count = 0;
  for (const [name, sample] of Object.entries(written)) {
    for (const dtype of sample.domain === "bools" ? (["bool"] as const) : dtypes) {
      await rt.scope(async (s) => {
        const operands = await operandsOf(rt, s, sample, SHAPE, dtype);
        const run = ({ run: source, given = {} }: Sample): Promise<Outcome> => {
          const { index: _, ...parameters } = given;
          const options = { parameters, roundsMax: ROUNDS_MAX, name: "sample" };
          return outcomeOf(() =>
            (rt.map(source as never, options as never) as unknown as AnyKernel)(...operands, { caller }),
          );
        };
        const [expected, actual] = [await run(sample), await run(samples[name]!)];
        expectSame(actual, expected, [name, dtype]);
        if (!("error" in expected)) count++;
        for (const outcome of [expected, actual]) release(outcome);
        for (const view of operands) view.release();
      });
    }
  }
  expect(rt.leaks()).toEqual([]);
  return count;
}

const DTYPES: readonly DType[] = ["float64", "float32", "float16", "int64", "int32", "uint8", "bool", "complex128"];

test.each(Object.entries(COMPILERS))(
  "functions that %s has made: give what they give as written",
  async (_, compile) => {
    expect(await runAll({ mode: "inline" }, compile, DTYPES)).toBeGreaterThan(400);
  },
);

test.each(["esbuild --minify", "esbuild --target=es2015", "rolldown, minified", "terser, ES2015"])(
  "functions that %s has made: give what they give as written, on threads",
  async (name) => {
    expect(await runAll({ mode: "threads", threads: 2 }, COMPILERS[name]!, ["float32"])).toBeGreaterThan(60);
  },
);
