/**
 * The values that a call has for the names of a kernel's last parameter.
 *
 * @module
 */
import { describe, ValueError } from "@instride/core";
import type { Program } from "@instride/kernels";
import type { ParameterValue } from "./functions.ts";
import { isValue, type ParameterValues, refusal } from "./given-parameters.ts";

/** What is asked of a program: the names of its parameters, and what stands for those that aren't given. */
type Names = Pick<Program, "parameters" | "named" | "defaults">;

/** What a value counts as: all of one kind share their code. */
export type ParameterKind = "number" | "bigint" | "boolean";

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

function unknownName(kernel: string, name: string, { named }: Names): ValueError {
  const names = named.length === 0 ? "none" : named.join(", ");
  return new ValueError(
    `cannot give ${kernel} the parameter "${name}": expected one that its function names (${names})`,
  );
}
