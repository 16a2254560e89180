/**
 * Checks of kernels' arguments, which come from another thread or from code without types.
 *
 * @module
 */
import { describe, ValueError } from "@instride/core";

/** Passes an object of arguments through. @throws {@link ValueError} for anything else */
export function record<T extends object>(value: T, name: string): T {
  const given: unknown = value;
  if (typeof given === "object" && given !== null) return value;
  throw new ValueError(`cannot use ${describe(given)} as "${name}": expected an object`);
}

/** Passes a number through, an infinite one too. @throws {@link ValueError} for anything else and for NaN */
export function real(value: unknown, name: string): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new ValueError(`cannot use ${describe(value)} as "${name}": expected a number`);
}

/** Passes a finite number through. @throws {@link ValueError} for anything else */
export function finite(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ValueError(`cannot use ${describe(value)} as "${name}": expected a finite number`);
}

/** Passes an integer from `low` up to, and including, `high` through. @throws {@link ValueError} for anything else */
export function integer(value: unknown, name: string, low: number, high: number): number {
  if (typeof value === "number" && Number.isInteger(value) && low <= value && value <= high) return value;
  throw new ValueError(`cannot use ${describe(value)} as "${name}": expected an integer from ${low} to ${high}`);
}

/** Passes one of some names through. @throws {@link ValueError} for anything else */
export function oneOf<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  throw new ValueError(`cannot use ${describe(value)} as "${name}": expected one of ${choices.join(", ")}`);
}

/**
 * Divides the interval from `low` to `high` into equal parts.
 *
 * @param parts - at least 1
 * @returns the factor by which a distance from `low` becomes a number of parts
 * @throws {@link ValueError} unless `low < high`, both finite, with a length that can be divided so
 */
export function partsOf(low: unknown, high: unknown, parts: number): number {
  const scale = parts / (finite(high, "high") - finite(low, "low"));
  if (scale > 0 && Number.isFinite(scale)) return scale;
  throw new ValueError(
    `cannot divide the interval from "low" ${describe(low)} to "high" ${describe(high)} into ${parts}: ` +
      "expected low below high",
  );
}
