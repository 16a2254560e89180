/**
 * Small faults put between a protocol and its port, so that a mutant needs no copy of the protocol's code.
 *
 * @module
 */
import type { Port, WaitResult } from "@instride/core";

/**
 * - `drop-store`: the store is not done
 * - `delay-store`: the store changes places with the next operation on this memory, if there is one
 * - `plain-store`, `plain-load`: the access is no longer atomic, and orders nothing
 * - `stale-load`: the load gives again what this thread got last from the word; the first one is right
 * - `drop-update`, `repeat-update`: add, sub or exchange is not done, or done twice
 * - `split-update`: add, sub, exchange and compareExchange become a load and a store
 * - `ignore-expected`: compareExchange writes in any case
 * - `drop-notify`: nobody is woken
 * - `notify-one`: one waiter at most is woken
 * - `blind-wait`: the wait begins whatever the word is
 * - `skip-wait`: the wait returns at once, as if woken
 */
export type MutationKind =
  | "drop-store"
  | "delay-store"
  | "plain-store"
  | "plain-load"
  | "stale-load"
  | "drop-update"
  | "repeat-update"
  | "split-update"
  | "ignore-expected"
  | "drop-notify"
  | "notify-one"
  | "blind-wait"
  | "skip-wait";

/** A fault, and where. */
export interface Mutation {
  readonly kind: MutationKind;
  /** Only at this word. */
  readonly word?: number;
  /** Only the n-th operation, from 1, of those that the fault could be in. */
  readonly nth?: number;
}

/** The operations that a fault can be in. */
export const MUTABLE: Readonly<Record<MutationKind, readonly (keyof Port)[]>> = {
  "drop-store": ["store"],
  "delay-store": ["store"],
  "plain-store": ["store"],
  "plain-load": ["load"],
  "stale-load": ["load"],
  "drop-update": ["add", "sub", "exchange"],
  "repeat-update": ["add", "sub", "exchange"],
  "split-update": ["add", "sub", "exchange", "compareExchange"],
  "ignore-expected": ["compareExchange"],
  "drop-notify": ["notify"],
  "notify-one": ["notify"],
  "blind-wait": ["wait"],
  "skip-wait": ["wait"],
};

/**
 * Puts a fault into a port.
 *
 * The fault counts its operations itself, so make a new one for each run of a thread.
 */
export function mutatePort(port: Port, mutation: Mutation): Port {
  return new MutatedPort(port, mutation);
}

interface Store {
  readonly word: number;
  readonly value: number;
}

class MutatedPort implements Port {
  readonly #port: Port;
  readonly #mutation: Mutation;
  /** Operations so far that the fault could have been in. */
  #count = 0;
  #delayed: Store | null = null;
  readonly #lastLoads: Map<number, number> = new Map();

  constructor(port: Port, mutation: Mutation) {
    this.#port = port;
    this.#mutation = mutation;
  }

  load(word: number): number {
    const last = this.#lastLoads.get(word);
    if (last !== undefined && this.#isAt("stale-load", word)) return last;
    const value = this.#isAt("plain-load", word) ? this.#port.readPlain(word) : this.#port.load(word);
    this.#lastLoads.set(word, value);
    this.#doDelayed();
    return value;
  }

  store(word: number, value: number): void {
    if (this.#isAt("drop-store", word)) return;
    if (this.#delayed === null && this.#isAt("delay-store", word)) {
      this.#delayed = { word, value };
      return;
    }
    if (this.#isAt("plain-store", word)) this.#port.writePlain(word, value);
    else this.#port.store(word, value);
    this.#doDelayed();
  }

  add(word: number, value: number): number {
    return this.#update(
      word,
      () => this.#port.add(word, value),
      (before) => before + value,
    );
  }

  sub(word: number, value: number): number {
    return this.#update(
      word,
      () => this.#port.sub(word, value),
      (before) => before - value,
    );
  }

  exchange(word: number, value: number): number {
    return this.#update(
      word,
      () => this.#port.exchange(word, value),
      () => value,
    );
  }

  compareExchange(word: number, expected: number, replacement: number): number {
    let before: number;
    if (this.#isAt("ignore-expected", word)) {
      this.#port.exchange(word, replacement);
      before = expected;
    } else if (this.#isAt("split-update", word)) {
      before = this.#port.load(word);
      if (before === expected) this.#port.store(word, replacement);
    } else before = this.#port.compareExchange(word, expected, replacement);
    this.#doDelayed();
    return before;
  }

  wait(word: number, expected: number, timeoutMs: number): WaitResult {
    if (this.#isAt("skip-wait", word)) return "ok";
    const value = this.#isAt("blind-wait", word) ? this.#port.load(word) : expected;
    const result = this.#port.wait(word, value, timeoutMs);
    this.#doDelayed();
    return result;
  }

  notify(word: number, count: number): number {
    if (this.#isAt("drop-notify", word)) return 0;
    const woken = this.#port.notify(word, this.#isAt("notify-one", word) ? Math.min(count, 1) : count);
    this.#doDelayed();
    return woken;
  }

  readPlain(cell: number): number {
    const value = this.#port.readPlain(cell);
    this.#doDelayed();
    return value;
  }

  writePlain(cell: number, value: number): void {
    this.#port.writePlain(cell, value);
    this.#doDelayed();
  }

  #update(word: number, update: () => number, next: (before: number) => number): number {
    let before: number;
    if (this.#isAt("drop-update", word)) before = this.#port.load(word);
    else if (this.#isAt("split-update", word)) {
      before = this.#port.load(word);
      this.#port.store(word, next(before));
    } else {
      before = update();
      if (this.#isAt("repeat-update", word)) update();
    }
    this.#doDelayed();
    return before;
  }

  /** Whether the fault is in this operation. Asked once for each operation that it could be in. */
  #isAt(kind: MutationKind, at: number): boolean {
    const { kind: own, word, nth } = this.#mutation;
    if (kind !== own || (word !== undefined && word !== at)) return false;
    this.#count++;
    return nth === undefined || nth === this.#count;
  }

  #doDelayed(): void {
    if (this.#delayed === null) return;
    const { word, value } = this.#delayed;
    this.#delayed = null;
    this.#port.store(word, value);
  }
}
