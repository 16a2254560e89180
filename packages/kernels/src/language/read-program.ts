/**
 * From a function, or its text, to a program: the entry of this folder.
 *
 * @module
 */
import type { Program } from "../expression/expression.ts";
import { MATH_FUNCTIONS, power } from "./builtins.ts";
import { readFunction } from "./function-reader.ts";
import { parseFunction } from "./function-text.ts";
import { keep, keptProgram } from "./kept-programs.ts";
import { type KernelSource, type KernelSources, isProgram, textOf } from "./kernel-source.ts";
import { loadParser, type Parse } from "./parser.ts";
import type { Helper, HelperMeaning, HelperMeanings } from "./reader.ts";
import { Scope } from "./scope.ts";
import { isConfirmed } from "./trial.ts";
import type { Value } from "./values.ts";

/**
 * Reads a function into a program; loads the parser for the first.
 *
 * @param kernels - the functions that its last parameter names; all other names there are numbers or bools
 * @returns the same program for the same texts
 * @throws {@link KernelSyntaxError} for what can't be compiled, with the place and the way out
 */
export async function readProgram(source: KernelSource, kernels: KernelSources = {}): Promise<Program> {
  return keptProgram(source, kernels) ?? readProgramWith(await loadParser(), source, kernels);
}

/** {@link readProgram} where the parser has been loaded. */
export function readProgramWith(parse: Parse, source: KernelSource, kernels: KernelSources = {}): Program {
  const kept = keptProgram(source, kernels);
  if (kept !== undefined) return kept;
  const builtin = MATH_FUNCTIONS.get(source);
  const name = nameOf(source);
  const text = builtin === undefined ? textOf(source) : wrapperOf(source as () => unknown, builtin.name);
  const isOwn = builtin === undefined && typeof source === "function";
  const parsed = parseFunction(parse, text, name);
  try {
    const values = new Map(Object.entries(kernels).map(([key, kernel]) => [key, kernelValue(parse, kernel, key)]));
    const { program, helpers } = readFunction(parsed, values, isOwn ? () => power : null);
    for (const helper of helpers) {
      const meanings: HelperMeanings = (ofText, other) =>
        ofText === helper.text && other === helper.name ? anotherMeaning : power;
      confirmPower(source, kernels, helper, program, readFunction(parsed, values, meanings).program);
    }
    keep(source, kernels, helpers.length > 0, program);
    return program;
  } catch (error) {
    // The stack is as deep as the caller has left it.
    if (!(error instanceof RangeError) || error.constructor !== RangeError) throw error;
    throw parsed.refusal(parsed.node, "it nests deeper than the stack", "name parts of it with const");
  }
}

/** The scope around a function is of no call. */
const OUTSIDE = -1;

/** What a name of the last parameter stands for, that a function is given for. */
function kernelValue(parse: Parse, source: KernelSource, name: string): Value {
  if (isProgram(source)) return { kind: "program", name, program: source };
  const builtin = MATH_FUNCTIONS.get(source);
  if (builtin !== undefined) return builtin;
  const text = parseFunction(parse, textOf(source), name);
  // Its text carries names, not values: nothing is around it.
  return { kind: "function", node: text.node, scope: new Scope(null, OUTSIDE), text };
}

/** A function that gives something else than a power for most numbers. */
const anotherMeaning: HelperMeaning = (builder, a, b) => builder.call("subtract", b, a);

/** Makes sure that a helper is a power. @throws the error for the function that was taken for one */
function confirmPower(
  source: KernelSource,
  kernels: KernelSources,
  { captured }: Helper,
  program: Program,
  other: Program,
): void {
  const run = source as (...args: unknown[]) => unknown;
  const canRun = Object.values(kernels).every((kernel) => typeof kernel === "function");
  if (!canRun || !isConfirmed({ run, kernels, program, other })) throw captured;
}

function nameOf(source: KernelSource): string | null {
  return typeof source === "function" && typeof source.name === "string" && source.name !== "" ? source.name : null;
}

/** The text that calls a function of `Math`, as many arguments as it is said to take. */
function wrapperOf(source: () => unknown, name: string): string {
  const operands = ["x", "y"].slice(0, source.length).join(", ");
  return `(${operands}) => ${name}(${operands})`;
}
