/**
 * The stays of lanes: how many threads have become one or are about to, and when more of them are started.
 *
 * Stays are counted by their promises, not by what lanes say of themselves: a stay that has ended, in whatever way, is
 * one that the next job has started anew.
 *
 * @module
 */
import { nextTurn } from "../turn-budget.ts";
import type { LaneExit } from "./lane.ts";

/** To load a pool and to start threads keeps the caller busy for some 20 ms: what is left of a loop has to be worth it. */
const START_MS = 20;

export class LaneStays {
  readonly #startLane: () => Promise<LaneExit>;
  readonly #onEnd: (error: unknown) => void;
  #count = 0;
  #putOff = 0;
  /** Whether those that were put off are started soon. */
  #isTurnAwaited = false;

  /**
   * @param startLane - has some thread become a lane; settles when it has gone
   * @param onEnd - is told of the end of each stay, and of its error, or null
   */
  constructor(startLane: () => Promise<LaneExit>, onEnd: (error: unknown) => void) {
    this.#startLane = startLane;
    this.#onEnd = onEnd;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Starts as many as are missing. */
  start(wanted: number): void {
    while (this.#count < wanted) {
      this.#count++;
      this.#startLane().then(
        () => this.#end(null),
        (error: unknown) => this.#end(error),
      );
    }
  }

  /** Starts as many as are missing if so much work is left, in milliseconds; or else when the caller has had its turn. */
  startFor(leftMs: number, wanted: number): void {
    if (leftMs > START_MS) this.start(wanted);
    else this.#putOff = Math.max(this.#putOff, wanted);
  }

  /** Whether any were put off, and nobody has seen to it that they are started. */
  get hasPutOff(): boolean {
    return this.#putOff > 0 && !this.#isTurnAwaited;
  }

  /** Starts in the next turn of the event loop what was put off, unless `isStopped` then. */
  startPutOff(isStopped: () => boolean): void {
    // Many loops may end before the event loop turns.
    this.#isTurnAwaited = true;
    void nextTurn().then(() => {
      const wanted = this.#putOff;
      this.#putOff = 0;
      this.#isTurnAwaited = false;
      if (!isStopped()) this.start(wanted);
    });
  }

  #end(error: unknown): void {
    this.#count--;
    this.#onEnd(error);
  }
}
