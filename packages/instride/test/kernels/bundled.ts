/**
 * Functions as compilers and minifiers leave them, run beside the same functions as they are written.
 *
 * @module
 */
import { expect } from "vitest";
import type { DType, MemoryView, Runtime, Scope } from "instride";
import { isSameArray, numbersFrom, partsOf } from "./random-arrays.ts";

/** The numbers that a function is given. */
export type Domain = "any" | "counts" | "small" | "bools";

const SPECIAL = [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 0.5, -2.5, 2 ** 31, -(2 ** 31), 2 ** 32 + 5, 1e300];

/** A number of a domain. @param at - from 0 to 1 */
const NUMBERS: Readonly<Record<Domain, (at: number) => number>> = {
  any: (at) => (at < 0.3 ? SPECIAL[Math.floor((at / 0.3) * SPECIAL.length)]! : (at - 0.65) * 60),
  counts: (at) => 1 + Math.floor(at * 99),
  small: (at) => Math.round((at - 0.5) * 48) / 8,
  bools: (at) => Number(at < 0.5),
};

/** Operands of a dtype: what a domain's numbers are there. They are the caller's to release. */
export async function operandsOf(
  rt: Runtime,
  s: Scope,
  { operands, domain }: { readonly operands: number; readonly domain: Domain },
  shape: readonly number[],
  dtype: DType,
): Promise<MemoryView[]> {
  const next = numbersFrom(operands + domain.length);
  const length = shape.reduce((product, axis) => product * axis);
  const all: MemoryView[] = [];
  for (let place = 0; place < operands; place++) {
    const numbers = Float64Array.from({ length }, () => NUMBERS[domain](next()));
    all.push(await rt.astype(s.from(numbers, { shape }), dtype));
  }
  return all;
}

/** What a call has given, or was refused by. */
export type Outcome = readonly unknown[] | { readonly error: string };

/** Makes a call. @returns its results, or what it was refused by */
export async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    const result = await call();
    if (typeof result !== "object" || result === null || "strides" in result) return [result];
    return Object.values(result);
  } catch (error) {
    // Anything without a code is a fault of this project.
    if (error instanceof Error && "code" in error) return { error: `${error.name} ${String(error.code)}` };
    throw error;
  }
}

/** Releases the arrays of an outcome. */
export function release(outcome: Outcome): void {
  if (!("error" in outcome)) for (const value of outcome) if (isView(value)) value.release();
}

function isView(value: unknown): value is MemoryView {
  return typeof value === "object" && value !== null && "strides" in value;
}

/** Compares bit for bit, any NaN for any NaN. */
export function expectSame(actual: Outcome, expected: Outcome, what: readonly string[]): void {
  if ("error" in actual || "error" in expected) {
    expect([what, actual]).toEqual([what, expected]);
    return;
  }
  expect([what, actual.length]).toEqual([what, expected.length]);
  for (const [i, value] of actual.entries()) {
    const other = expected[i];
    if (!isView(value) || !isView(other)) {
      expect([what, i, value]).toEqual([what, i, other]);
      continue;
    }
    expect([what, i, value.dtype, value.shape]).toEqual([what, i, other.dtype, other.shape]);
    if (!isSameArray(value, other)) expect([what, i, partsOf(value)]).toEqual([what, i, partsOf(other)]);
  }
}
