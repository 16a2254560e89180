/**
 * What a program gives, beside what the function itself gives.
 *
 * @module
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { Program } from "../../src/expression/expression.ts";
import { evaluateProgram } from "../../src/language/evaluate.ts";
import type { KernelSources } from "../../src/language/kernel-source.ts";
import { readProgram } from "../../src/language/read-program.ts";
import type { Scalar } from "../../src/language/scalar-functions.ts";
import type { Domain, Sample } from "./samples/sample.ts";

const SPECIAL = [0, -0, 1, -1, NaN, Infinity, -Infinity, 0.5, -2.5, 2 ** 31, -(2 ** 31), 2 ** 32 + 5, 1e300, 5e-324];

export const NUMBERS: Readonly<Record<Domain, fc.Arbitrary<Scalar>>> = {
  any: fc.oneof(fc.constantFrom(...SPECIAL), fc.integer({ min: -20, max: 20 }), fc.double()),
  counts: fc.integer({ min: 1, max: 999 }),
  small: fc.oneof(fc.constantFrom(0, -0, 1, -1, 2), fc.double({ min: -3, max: 3, noNaN: true })),
  bools: fc.boolean(),
};

/** The functions among what a sample is given: kernels. */
export function kernelsOf({ given = {} }: Sample): KernelSources {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === "function")) as KernelSources;
}

/** The outputs of a program for one element. */
export function outputsOf(
  program: Program,
  operands: readonly Scalar[],
  given: Readonly<Record<string, unknown>> = {},
): readonly Scalar[] {
  const index = (given["index"] ?? []) as readonly number[];
  return evaluateProgram(program, {
    operand: (operand, shift) => {
      expect(shift).toEqual([]);
      return operands[operand]!;
    },
    parameter: (name) => (given[name] ?? program.defaults.get(name)) as Scalar,
    index: (axis) => index.at(axis)!,
    roundsMax: 10_000,
  });
}

/** What a function gives, as outputs. */
export function resultsOf(returned: unknown, { returns }: Program): readonly unknown[] {
  if (returns === "value") return [returned];
  if (returns === "array") return returned as readonly unknown[];
  expect(Object.keys(returned as object)).toEqual(returns);
  return Object.values(returned as object);
}

/** Reads a sample, and checks that program and function give the same for any numbers of its domain. */
export async function checkSample(sample: Sample): Promise<void> {
  const { run, given, domain, operands, isRounded = false } = sample;
  const program = await readProgram(run as (...args: never[]) => unknown, kernelsOf(sample));
  expect(program.operands).toHaveLength(operands);
  const numbers = fc.array(NUMBERS[domain], { minLength: operands, maxLength: operands });
  fc.assert(
    fc.property(numbers, (elements) => {
      const expected = resultsOf(given === undefined ? run(...elements) : run(...elements, given), program);
      const outputs = outputsOf(program, elements, given);
      if (isRounded) expectClose(outputs, expected);
      else expect(outputs).toEqual(expected);
    }),
    { numRuns: 50 },
  );
}

function expectClose(outputs: readonly unknown[], expected: readonly unknown[]): void {
  expect(outputs).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    const rounding = Math.abs(Number(value)) * 4 * Number.EPSILON + 4 * Number.MIN_VALUE;
    expect(Math.abs(Number(outputs[i]) - Number(value))).toBeLessThanOrEqual(rounding);
  }
}
