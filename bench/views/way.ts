/**
 * A way of doing a group's work, and what it gives: all ways are checked before one is timed.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { type Case, type Effort, effortOf, type GroupPlan } from "../support/measure.ts";

/** A way of doing the work once. */
export interface Way<T> extends Case {
  /** Does the work, and tells what came of it. */
  readonly check: () => T;
}

/** A group whose ways are still to be checked. */
export interface Work<T> extends Omit<GroupPlan, "cases" | "effort"> {
  readonly ways: readonly Way<T>[];
  /** What every way should give. */
  readonly expected: T;
}

/** One call takes microseconds here: in this time there are thousands. */
const FULL: Effort = { rounds: 3, timeMs: 50, samplesMin: 10, warmupMs: 50 };

export function way<T>(name: string, run: () => unknown, check: () => T): Way<T> {
  return { name, isAsync: false, run: () => void run(), check };
}

/** Checks every way. @throws an `AssertionError` for a wrong result */
export function planOf<T>({ ways, expected, ...group }: Work<T>, quick: boolean): GroupPlan {
  for (const { name, check } of ways) deepStrictEqual(check(), expected, `${group.name}, ${name}: a wrong result`);
  return { ...group, cases: ways, effort: quick ? effortOf(quick) : FULL };
}
