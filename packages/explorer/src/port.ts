/**
 * What a protocol sees of shared memory, and so what the explorer stands in for.
 *
 * It is the `Port` of `@instride/core` member for member, declared here so that this package depends on nothing: the two
 * are assignable to each other, and a protocol that takes the one is explored with the other.
 *
 * Units: `word` and `cell` are indices of 32-bit elements, values are signed 32-bit integers.
 *
 * @module
 */

/** How a wait ended: woken, never begun since the word had another value, or over time. */
export type WaitResult = "ok" | "not-equal" | "timed-out";

/** Shared 32-bit words, for atomic operations, and plain cells. Both are indices of the same memory. */
export interface Port {
  load(word: number): number;
  store(word: number, value: number): void;
  /** Returns the value before. Wraps around. */
  add(word: number, value: number): number;
  /** Returns the value before. Wraps around. */
  sub(word: number, value: number): number;
  /** Returns the value before. */
  exchange(word: number, value: number): number;
  /** Writes `replacement` if the word is `expected`. Returns the value before: `expected` says that it was written. */
  compareExchange(word: number, expected: number, replacement: number): number;
  /** Blocks while the word is `expected`, until a notify or for `timeoutMs`; `Infinity` sets no limit. */
  wait(word: number, expected: number, timeoutMs: number): WaitResult;
  /** Wakes the first `count` of those who wait on the word; `Infinity` wakes all. Returns how many. */
  notify(word: number, count: number): number;
  readPlain(cell: number): number;
  writePlain(cell: number, value: number): void;
}
