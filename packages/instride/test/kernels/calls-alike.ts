/**
 * The same call in every mode: what it writes, gives or is refused by, compared with what the interpreter makes of it.
 *
 * @module
 */
import { expect } from "vitest";
import type { MemoryView, Runtime, Scope } from "instride";
import { isSameArray, partsOf } from "./random-arrays.ts";
import type { Way } from "./runtimes.ts";

/** What a call has left. */
export interface Results {
  /** Everything that it could have written. */
  readonly arrays: readonly MemoryView[];
  /** Those of the arrays that it has made. */
  readonly made: readonly MemoryView[];
  /** A value, if it gives one. */
  readonly value?: unknown;
}

/** The results of a call, or the error that it was refused by. */
export type Outcome = Results | { readonly error: string };

/** Makes a call in a runtime, of arrays that are made in a scope. */
export type MakeCall = (rt: Runtime, s: Scope) => Promise<Results>;

/**
 * Makes a call in every mode, and compares the outcomes bit for bit, any NaN for any NaN.
 *
 * @param check - checks the interpreter's outcome by itself, with arrays of the same scope
 */
export async function checkAlike(
  ways: readonly Way[],
  call: MakeCall,
  check: (expected: Outcome, s: Scope) => void = () => {},
): Promise<void> {
  const [interpreted, ...others] = ways as [Way, ...Way[]];
  await inScope(interpreted, call, async (expected, scope) => {
    check(expected, scope);
    for (const way of others) {
      await inScope(way, call, async (actual) => {
        expectSame(actual, expected, way.name);
      });
      expect([way.name, way.rt.leaks()]).toEqual([way.name, []]);
    }
  });
}

async function inScope({ rt }: Way, call: MakeCall, use: (outcome: Outcome, s: Scope) => Promise<void>): Promise<void> {
  await rt.scope(async (s) => {
    const outcome = await outcomeOf(call, rt, s);
    await use(outcome, s);
    if ("made" in outcome) for (const view of outcome.made) view.release();
  });
}

async function outcomeOf(call: MakeCall, rt: Runtime, s: Scope): Promise<Outcome> {
  try {
    return await call(rt, s);
  } catch (error) {
    // Anything without a code is a fault of this project.
    if (error instanceof Error && "code" in error) return { error: `${error.name}: ${error.message}` };
    throw error;
  }
}

function expectSame(actual: Outcome, expected: Outcome, way: string): void {
  if ("error" in expected || "error" in actual) {
    expect({ way, outcome: actual }).toEqual({ way, outcome: expected });
    return;
  }
  expect([way, actual.value]).toEqual([way, expected.value]);
  for (const [i, array] of actual.arrays.entries()) {
    const other = expected.arrays[i]!;
    expect([way, i, array.dtype, array.shape]).toEqual([way, i, other.dtype, other.shape]);
    if (!isSameArray(array, other)) expect([way, i, partsOf(array)]).toEqual([way, i, partsOf(other)]);
  }
}
