/**
 * What a kernel's last parameter names: other kernels, which are compiled into it, and values, which any call may change.
 *
 * @module
 */
import { describe, ValueError } from "@instride/core";
import type { Program } from "@instride/kernels";
import type { HelperKernel, Parameters, ParameterValue } from "./functions.ts";

/** Values by name. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

/** What is asked of a program: the names of its parameters, and what stands for those that aren't given. */
type Names = Pick<Program, "parameters" | "named" | "defaults">;

/** What a value counts as: all of one kind share their code. */
export type ParameterKind = "number" | "bigint" | "boolean";

/** The parts of what was given for a kernel. */
export interface SplitParameters {
  readonly kernels: Readonly<Record<string, HelperKernel>>;
  readonly values: ParameterValues;
}

/** @throws `TypeError` for what is no object, or holds what is neither a value nor a kernel */
export function splitParameters(given: Parameters | undefined, kernel: string): SplitParameters {
  if (given !== undefined && (typeof given !== "object" || given === null)) {
    throw new TypeError(`cannot make ${kernel} with ${describe(given)} as parameters: expected an object`);
  }
  const kernels: Record<string, HelperKernel> = {};
  const values = new Map<string, ParameterValue>();
  for (const [name, value] of Object.entries(given ?? {})) {
    if (isValue(value)) values.set(name, value);
    else if (typeof value === "function" || typeof value === "string" || isProgram(value)) kernels[name] = value;
    else throw refusal(kernel, name, value, "a number, bigint or bool, or a function or its text");
  }
  return { kernels, values };
}

/**
 * The values of a call: those of the call, else those of the kernel, else the defaults of its function.
 *
 * @throws `TypeError` for what is no value; a {@link ValueError} for a name that the kernel hasn't, or one without a value
 */
export function valuesOf(program: Names, fixed: ParameterValues, given: unknown, kernel: string): ParameterValues {
  if (given !== undefined && (typeof given !== "object" || given === null)) {
    throw new TypeError(`cannot call ${kernel} with ${describe(given)} as parameters: expected an object`);
  }
  const called = new Map(Object.entries((given as Readonly<Record<string, unknown>> | undefined) ?? {}));
  for (const [name, value] of called) {
    if (!program.named.includes(name)) throw unknownName(kernel, name, program);
    if (!isValue(value)) throw refusal(kernel, name, value, "a number, bigint or bool; a kernel is given to rt.map");
  }
  return new Map(
    program.parameters.map((name) => {
      const value = called.get(name) ?? fixed.get(name) ?? program.defaults.get(name);
      if (value !== undefined) return [name, value as ParameterValue];
      throw new ValueError(`cannot call ${kernel} without its parameter "${name}": expected a number, bigint or bool`);
    }),
  );
}

/** @throws a {@link ValueError} for a value that was given to a kernel which doesn't name it */
export function checkNames(program: Names, fixed: ParameterValues, kernel: string): void {
  for (const name of fixed.keys()) if (!program.named.includes(name)) throw unknownName(kernel, name, program);
}

/** Whether values of the same names are of the same kinds. */
export function isSameKinds(a: ParameterValues, b: ParameterValues): boolean {
  for (const [name, value] of a) if (kindOf(value) !== kindOf(b.get(name)!)) return false;
  return true;
}

/** Whether values of the same names are the same. */
export function isSameValues(a: ParameterValues, b: ParameterValues): boolean {
  for (const [name, value] of a) if (!Object.is(value, b.get(name))) return false;
  return true;
}

export function kindOf(value: ParameterValue): ParameterKind {
  return typeof value as ParameterKind;
}

function isValue(value: unknown): value is ParameterValue {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

function isProgram(value: unknown): value is Program {
  return typeof value === "object" && value !== null && Array.isArray((value as Partial<Program>).outputs);
}

function unknownName(kernel: string, name: string, { named }: Names): ValueError {
  const names = named.length === 0 ? "none" : named.join(", ");
  return new ValueError(
    `cannot give ${kernel} the parameter "${name}": expected one that its function names (${names})`,
  );
}

function refusal(kernel: string, name: string, value: unknown, expected: string): TypeError {
  return new TypeError(`cannot give ${kernel} ${describe(value)} as parameter "${name}": expected ${expected}`);
}
