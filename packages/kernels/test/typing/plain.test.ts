import { runInThisContext } from "node:vm";
import type { DType } from "@instride/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FunctionName, Program } from "../../src/expression/expression.ts";
import { readProgram } from "../../src/language/read-program.ts";
import { EXACT } from "../../src/language/scalar-functions.ts";
import { kernelsOf, NUMBERS, resultsOf } from "../language/meaning.ts";
import { functionText } from "../language/random-functions.ts";
import { SAMPLES } from "../language/samples.ts";
import { type Element, lowered, outputsOf } from "./lowered.ts";

/** Functions that are exact in every engine, as they are here. */
const EXACT_TOO: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "logical_and",
  "logical_or",
  "logical_xor",
  "logical_not",
]);

function isExact(program: Program): boolean {
  const text = JSON.stringify(program, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  const names = [...text.matchAll(/"name":"(\w+)","args"/g)].map(([, name]) => name as FunctionName);
  return names.every((name) => EXACT.has(name) || EXACT_TOO.has(name));
}

/** As numbers, since what is a bool here and a number there has the dtype of the number. */
function numbersOf(values: readonly unknown[]): readonly number[] {
  return values.map(Number);
}

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [place, value] of expected.entries()) {
    const tolerance = Math.abs(value) * 16 * Number.EPSILON + 4 * Number.MIN_VALUE;
    if (!Object.is(actual[place], value)) expect(Math.abs(actual[place]! - value)).toBeLessThanOrEqual(tolerance);
  }
}

test.each(Object.entries(SAMPLES))("lowerProgram: %s of float64 gives what the function gives", async (_, sample) => {
  const { run, given, domain, operands, isRounded = false } = sample;
  const program = await readProgram(run as (...args: never[]) => unknown, kernelsOf(sample));
  const dtype: DType = domain === "bools" ? "bool" : "float64";
  const numbers = program.parameters.filter((name) => typeof given?.[name] !== "function");
  const parameters = new Map(
    numbers.map((name) => [name, typeof (given?.[name] ?? program.defaults.get(name)) as "number"] as const),
  );
  const ndim = (given?.["index"] as readonly number[] | undefined)?.length ?? 0;
  const compiled = lowered(
    program,
    Array.from({ length: operands }, () => dtype),
    { parameters, ndim },
  );
  const values = Object.fromEntries(numbers.map((name) => [name, given?.[name] ?? program.defaults.get(name)]));
  const exact = !isRounded && isExact(program);
  fc.assert(
    fc.property(fc.array(NUMBERS[domain], { minLength: operands, maxLength: operands }), (elements) => {
      const results = resultsOf(given === undefined ? run(...elements) : run(...elements, given), program);
      const expected = numbersOf(results);
      const index = given?.["index"] as readonly number[] | undefined;
      const element: Element = {
        operands: elements,
        parameters: values as NonNullable<Element["parameters"]>,
        ...(index === undefined ? {} : { index }),
      };
      const outputs = numbersOf(outputsOf(compiled, element).flat());
      if (exact) expect(outputs).toEqual(expected);
      else expectNear(outputs, expected);
    }),
    { numRuns: 30 },
  );
});

const OPERANDS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, -2],
  [5, 3],
  [-7, 4],
  [12, 12],
  [2.5, 6],
];

type TwoNumbers = (a: number, b: number) => readonly number[];

test("lowerProgram: any function of float64, whatever its statements, gives what the function gives", async () => {
  await fc.assert(
    fc.asyncProperty(functionText, async (text) => {
      const run = runInThisContext(`(${text})`) as TwoNumbers;
      const program = await readProgram(text);
      const compiled = lowered(program, ["float64", "float64"]);
      for (const [a, b] of OPERANDS)
        expect(numbersOf(outputsOf(compiled, { operands: [a, b] }).flat())).toEqual(numbersOf(run(a, b)));
    }),
    { numRuns: 200 },
  );
});
