/**
 * Tells what a compiler's helper does by running the function: text doesn't say it.
 *
 * A compiler that targets ES2015 writes `x ** 2` as a call of a helper, and a minifier gives that helper any name, so that
 * `c(x, 2)` is all there is. The function itself knows: it is called with some numbers, and gives what the program gives
 * if the helper is a power.
 *
 * @module
 */
import type { Program } from "../expression/expression.ts";
import { evaluateProgram } from "./evaluate.ts";
import type { Scalar } from "./scalar-functions.ts";

/** Of both signs, below and above 1, whole and broken: so that most branches are taken by some. */
const NUMBERS: readonly number[] = [1.75, 0.5, -2.25, 3, -0.75, 12.5, 0.125, -7, 40.5, 1.0625, -0.03125];

const TRIALS = 22;

/** A function that would run longer than this on a trial is not tried. */
const ROUNDS_MAX = 10_000;

export interface Trial {
  readonly run: (...args: unknown[]) => unknown;
  /** The functions among its parameters. */
  readonly kernels: Readonly<Record<string, unknown>>;
  /** The program if the helper is a power, and the one if it is another function. */
  readonly program: Program;
  readonly other: Program;
}

/** Whether a function gives what its program says, on numbers with which another program would give something else. */
export function isConfirmed({ run, kernels, program, other }: Trial): boolean {
  let isTold = false;
  for (let trial = 0; trial < TRIALS; trial++) {
    const numberOf = (place: number): number => NUMBERS[(trial * 3 + place * 4 + (trial >> 3)) % NUMBERS.length]!;
    const parameters = new Map(program.parameters.map((name, i) => [name, numberOf(program.operands.length + i)]));
    const index = [trial % 5, trial % 3, trial % 2];
    const expected = outputsOf(program, numberOf, parameters, index);
    const different = outputsOf(other, numberOf, parameters, index);
    if (expected === null || different === null) continue;
    let given: unknown;
    try {
      given = run(...program.operands.map((_, i) => numberOf(i)), {
        ...Object.fromEntries(parameters),
        ...kernels,
        index,
      });
    } catch {
      return false;
    }
    if (!isSame(expected, outputsIn(given, program.returns))) return false;
    isTold ||= !isSame(expected, different);
  }
  return isTold;
}

/** Null: it can't be tried on these numbers. */
function outputsOf(
  program: Program,
  numberOf: (place: number) => number,
  parameters: ReadonlyMap<string, number>,
  index: readonly number[],
): readonly Scalar[] | null {
  try {
    return evaluateProgram(program, {
      operand: (operand) => numberOf(operand),
      parameter: (name) => parameters.get(name) ?? NaN,
      index: (axis) => index.at(axis) ?? 0,
      roundsMax: ROUNDS_MAX,
    });
  } catch {
    return null;
  }
}

function outputsIn(given: unknown, returns: Program["returns"]): readonly unknown[] {
  if (returns === "value" || typeof given !== "object" || given === null) return [given];
  if (returns === "array") return Array.isArray(given) ? given : [];
  return returns.map((name) => (given as Readonly<Record<string, unknown>>)[name]);
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
