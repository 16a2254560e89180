/**
 * One operation of a thread: what it asks of shared memory or of its surroundings.
 *
 * Everything is a number, so that the results of a thread's operations can key its history.
 *
 * @module
 */
import type { WaitResult } from "@instride/core";

export type OperationKind =
  | "load"
  | "store"
  | "add"
  | "sub"
  | "exchange"
  | "compareExchange"
  | "wait"
  | "notify"
  | "readPlain"
  | "writePlain"
  | "pause"
  | "deaths"
  | "awaitExit"
  // Returning from `run` is an operation where the thread may die before it.
  | "end";

/** An operation with its arguments. */
export interface Operation {
  readonly kind: OperationKind;
  /** Index among the words of all memories; of `awaitExit` the index of the awaited thread; otherwise -1. */
  readonly location: number;
  /** What is stored, added or exchanged; what `compareExchange` and `wait` expect; the count of `notify`. */
  readonly value: number;
  /** What `compareExchange` writes; the time-out of `wait`, in milliseconds. */
  readonly extra: number;
}

/** The results of `wait`, by number. */
export const WAIT_RESULTS: readonly WaitResult[] = ["ok", "not-equal", "timed-out"];
export const OK = 0;
export const NOT_EQUAL = 1;
export const TIMED_OUT = 2;

/** The results of `awaitExit`, by number. */
export const EXIT_RESULTS: readonly ("ended" | "died")[] = ["ended", "died"];

/** Operations that learn the value of their location. */
export function reads(kind: OperationKind): boolean {
  switch (kind) {
    case "load":
    case "add":
    case "sub":
    case "exchange":
    case "compareExchange":
    case "wait":
    case "readPlain":
    case "deaths":
      return true;
    default:
      return false;
  }
}

export function isSameOperation(a: Operation, b: Operation): boolean {
  return a.kind === b.kind && a.location === b.location && a.value === b.value && a.extra === b.extra;
}
