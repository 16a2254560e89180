/**
 * Faults of order, put between a protocol and its port: an operation that is done later than it should be.
 *
 * @module
 */
import type { Port, Scenario, WaitResult } from "@instride/explorer";

/** An operation of the port, by its kind and word. */
export interface At {
  readonly kind: Exclude<keyof Port, "wait">;
  readonly word: number;
}

/** What is held back, and until when. */
export interface Delay {
  readonly thread: string;
  readonly memory: string;
  /** Stores, plain writes, and updates; these then give what the word is when they should be done. */
  readonly held: At;
  /** Of several the first unless given. */
  readonly nth?: number;
  /** It is done right after this. */
  readonly until: At;
}

/** A scenario in which one operation of a thread is done too late. */
export function delay(scenario: Scenario, fault: Delay): Scenario {
  return {
    ...scenario,
    wrapPort: (port, memory, thread) => {
      const inner = scenario.wrapPort(port, memory, thread);
      return thread === fault.thread && memory.name === fault.memory ? new DelayingPort(inner, fault) : inner;
    },
  };
}

class DelayingPort implements Port {
  readonly #port: Port;
  readonly #fault: Delay;
  #count = 0;
  #held: (() => void) | null = null;

  constructor(port: Port, fault: Delay) {
    this.#port = port;
    this.#fault = fault;
  }

  load(word: number): number {
    return this.#do("load", word, () => this.#port.load(word));
  }

  store(word: number, value: number): void {
    this.#do("store", word, () => this.#port.store(word, value));
  }

  add(word: number, value: number): number {
    return this.#do(
      "add",
      word,
      () => this.#port.add(word, value),
      () => this.#port.load(word),
    );
  }

  sub(word: number, value: number): number {
    return this.#do(
      "sub",
      word,
      () => this.#port.sub(word, value),
      () => this.#port.load(word),
    );
  }

  exchange(word: number, value: number): number {
    return this.#do(
      "exchange",
      word,
      () => this.#port.exchange(word, value),
      () => this.#port.load(word),
    );
  }

  compareExchange(word: number, expected: number, replacement: number): number {
    return this.#do(
      "compareExchange",
      word,
      () => this.#port.compareExchange(word, expected, replacement),
      () => this.#port.load(word),
    );
  }

  wait(word: number, expected: number, timeoutMs: number): WaitResult {
    return this.#port.wait(word, expected, timeoutMs);
  }

  notify(word: number, count: number): number {
    return this.#do("notify", word, () => this.#port.notify(word, count));
  }

  readPlain(cell: number): number {
    return this.#do("readPlain", cell, () => this.#port.readPlain(cell));
  }

  writePlain(cell: number, value: number): void {
    this.#do("writePlain", cell, () => this.#port.writePlain(cell, value));
  }

  /** @param peek - what stands for the result of an operation that is held back */
  #do<R>(kind: At["kind"], word: number, act: () => R, peek: () => R = () => undefined as R): R {
    const { held, until, nth = 1 } = this.#fault;
    if (kind === held.kind && word === held.word && ++this.#count === nth) {
      this.#held = act;
      return peek();
    }
    const result = act();
    if (kind === until.kind && word === until.word) {
      this.#held?.();
      this.#held = null;
    }
    return result;
  }
}
