/**
 * Through what a protocol of several threads touches shared memory: 32-bit words by Atomics, and plain cells.
 *
 * A protocol is written once, as ordinary functions of a port. In production the port is an {@link AtomicsPort}, which
 * inlines to `Atomics`. A test gives it another one, that decides at every call which thread goes on, so that all
 * orders of a few threads can be tried.
 *
 * So that both are possible a protocol touches shared memory in no other way, keeps nothing in module variables, and
 * catches nothing that a port throws.
 *
 * Units: `word` and `cell` are indices of 32-bit elements, values are signed 32-bit integers.
 *
 * @module
 */

/** How a wait ended: woken, never begun since the word had another value, or over time. */
export type WaitResult = "ok" | "not-equal" | "timed-out";

/**
 * Shared 32-bit words and plain cells, as a protocol sees them.
 *
 * Operations on words are sequentially consistent. Plain cells have no order of their own: two accesses to one, of
 * which one writes, must be ordered by operations on words.
 */
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

/**
 * The port of production: words and plain cells are the elements of one shared array.
 *
 * Cost: none. Each method is one call that the engine inlines.
 */
export class AtomicsPort implements Port {
  readonly words: Int32Array;

  /** @param words - in shared memory; in private memory all but {@link wait} does its work as well */
  constructor(words: Int32Array) {
    this.words = words;
  }

  load(word: number): number {
    return Atomics.load(this.words, word);
  }

  store(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  add(word: number, value: number): number {
    return Atomics.add(this.words, word, value);
  }

  sub(word: number, value: number): number {
    return Atomics.sub(this.words, word, value);
  }

  exchange(word: number, value: number): number {
    return Atomics.exchange(this.words, word, value);
  }

  compareExchange(word: number, expected: number, replacement: number): number {
    return Atomics.compareExchange(this.words, word, expected, replacement);
  }

  wait(word: number, expected: number, timeoutMs: number): WaitResult {
    return Atomics.wait(this.words, word, expected, timeoutMs);
  }

  notify(word: number, count: number): number {
    return Atomics.notify(this.words, word, count);
  }

  /** Spends a moment of a loop that waits by looking again. Not of the protocol: it touches no memory. */
  pause(): void {
    // Node 24 and later have it.
    (Atomics as { readonly pause?: () => void }).pause?.();
  }

  /**
   * Settles when the word is not `expected`, or is notified, or after `timeoutMs`; at once if it is another. Not of the
   * protocol: who awaits it goes on in a later turn. It doesn't keep a process alive.
   */
  async change(word: number, expected: number, timeoutMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    const waiting = Atomics.waitAsync(this.words as Int32Array<SharedArrayBuffer>, word, expected, timeoutMs);
    if (waiting.async) await waiting.value;
  }

  readPlain(cell: number): number {
    return this.words[cell]!;
  }

  writePlain(cell: number, value: number): void {
    this.words[cell] = value;
  }
}
