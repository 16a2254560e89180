/**
 * What is given for a kernel's last parameter: other kernels, which are compiled into it, and values, which any call may
 * change.
 *
 * @module
 */
import { describe } from "@instride/core";
import type { Program } from "@instride/kernels";
import type { HelperKernel, Parameters, ParameterValue } from "./functions.ts";

/** Values by name. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

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

export function isValue(value: unknown): value is ParameterValue {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

function isProgram(value: unknown): value is Program {
  return typeof value === "object" && value !== null && Array.isArray((value as Partial<Program>).outputs);
}

export function refusal(kernel: string, name: string, value: unknown, expected: string): TypeError {
  return new TypeError(`cannot give ${kernel} ${describe(value)} as parameter "${name}": expected ${expected}`);
}
