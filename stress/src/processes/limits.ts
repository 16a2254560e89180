/**
 * Waits that end: what has not settled in time is told apart from what has.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";

/** How a promise ended. */
export type Outcome =
  | { readonly status: "fulfilled"; readonly value: unknown }
  | { readonly status: "rejected"; readonly error: unknown };

/** Waits for a promise. @returns null if it has not settled after `timeoutMs` */
export async function settledWithin(promise: Promise<unknown>, timeoutMs: number): Promise<Outcome | null> {
  const controller = new AbortController();
  const outcome = promise.then(
    (value): Outcome => ({ status: "fulfilled", value }),
    (error: unknown): Outcome => ({ status: "rejected", error }),
  );
  const late = setTimeout(timeoutMs, null, { signal: controller.signal }).catch(() => null);
  try {
    return await Promise.race([outcome, late]);
  } finally {
    controller.abort();
  }
}

const TICK_MS = 10;

/** A tick counts for so much at most: what takes longer was the machine's doing. */
const TICK_MAX_MS = 20;

/**
 * A clock that runs only while the process does: on a machine that is busy with others, or was asleep, it falls behind.
 */
export class ServedClock implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #last: number = performance.now();
  #servedMs = 0;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#servedMs += Math.min(TICK_MAX_MS, now - this.#last);
      this.#last = now;
    }, TICK_MS);
    this.#timer.unref();
  }

  /** Milliseconds in which timers of this process got through. */
  get servedMs(): number {
    return this.#servedMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
