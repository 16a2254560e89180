/**
 * One frame after the other: never two at once, none once the signal is aborted or while nobody sees the page.
 *
 * @module
 */

/**
 * Calls `step` for each frame that the browser shows, and waits for it before it asks for the next.
 *
 * @param step - what it throws ends the loop
 * @returns settles once the signal is aborted and no step is under way
 */
export async function everyFrame(signal: AbortSignal, step: (now: number) => Promise<void> | void): Promise<void> {
  for (;;) {
    const now = await nextFrame(signal);
    if (now === null) return;
    await step(now);
  }
}

/** The time of the next frame; null once the signal is aborted. */
function nextFrame(signal: AbortSignal): Promise<number | null> {
  if (signal.aborted) return Promise.resolve(null);
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const frame = requestAnimationFrame((now) => {
    signal.removeEventListener("abort", onAbort);
    resolve(now);
  });
  const onAbort = (): void => {
    cancelAnimationFrame(frame);
    resolve(null);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return promise;
}

/** The last few of a series of times, for what one of them takes when nothing is in the way. */
export class RecentTimes {
  readonly #times: number[] = [];
  readonly #count: number;

  /** @param count - how many are kept */
  constructor(count: number) {
    this.#count = count;
  }

  add(ms: number): void {
    this.#times.push(ms);
    if (this.#times.length > this.#count) this.#times.shift();
  }

  clear(): void {
    this.#times.length = 0;
  }

  get count(): number {
    return this.#times.length;
  }

  /** The middle one; 0 if there is none. */
  get median(): number {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }
}

/** True at most once in a while: for texts that nobody could read if they changed with every frame. */
export class NowAndThen {
  readonly #everyMs: number;
  #next = 0;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  isDue(now: number): boolean {
    if (now < this.#next) return false;
    this.#next = now + this.#everyMs;
    return true;
  }

  /** Makes it due at once. */
  reset(): void {
    this.#next = 0;
  }
}

/** Milliseconds, in a width that doesn't jump. */
export function msText(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}
