/**
 * How much work one turn of the event loop may take on the calling thread.
 *
 * A call that ends without a wait resolves in a microtask, and so a loop of such calls would never let a timer, an
 * `AbortSignal` or another message through. So work is counted by the turn, not by the call: after 4 ms without a turn
 * whoever works next gives way to one first.
 *
 * @module
 */

/** Work between two turns of the event loop, in milliseconds. */
export const TURN_BUDGET_MS = 4;

/** Work of less than so many milliseconds may be begun a few times between two looks at the clock, which cost more. */
const SMALL_MS = 0.05;
const SMALL_COUNT = 8;

export class TurnBudget {
  /** When work of this turn has lasted long enough; null as long as there was none. */
  #turnEnds: number | null = null;
  #unseen = 0;

  /** True if the turn has been used up: {@link giveWay} before going on. The first to ask in a turn begins its budget. */
  get isUsedUp(): boolean {
    const now = Date.now();
    if (this.#turnEnds !== null) return now >= this.#turnEnds;
    this.#turnEnds = now + TURN_BUDGET_MS;
    void this.giveWay();
    return false;
  }

  /** As {@link isUsedUp}, for work that takes about `workMs`: the clock is not looked at every time if that is little. */
  isUsedUpFor(workMs: number): boolean {
    if (workMs < SMALL_MS && ++this.#unseen < SMALL_COUNT) return false;
    this.#unseen = 0;
    return this.isUsedUp;
  }

  /** Lets the event loop turn: timers, messages and signals get through. */
  async giveWay(): Promise<void> {
    await nextTurn();
    this.#turnEnds = null;
  }
}

/** Settles in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (typeof setImmediate === "function") {
    setImmediate(resolve);
    return promise;
  }
  // A message to oneself is as fast; timers would be held back by some milliseconds.
  const { port1, port2 } = new MessageChannel();
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- which would need a start() as well
  port1.onmessage = (): void => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
  return promise;
}
