/**
 * Which steps of the schedule at hand depend on which, and where two of them could have come in the other order.
 *
 * Each step has a vector clock: for every thread, how many of its steps this one depends on, directly or through
 * others. Two steps of different threads *race* if they conflict and nothing between them forces their order. Then some
 * other schedule has them reversed, and the search must branch where the earlier one was taken.
 *
 * These clocks order more than those of `happens-before.ts`: there, only what ECMA-262 orders; here, whatever must keep
 * its order for every thread to do the same.
 *
 * Source: P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014), section
 * 3 (races, initials).
 *
 * @module
 */
import type { Footprints } from "./footprints.ts";

/** The thread has taken no step. */
const NONE = -1;

export class Dependence {
  readonly #footprints: Footprints;
  readonly #threads: number;
  /** Of each step: its thread, its footprint, which step of its thread it is (from 1), and its clock. */
  readonly #threadOf: number[] = [];
  readonly #footprintOf: number[] = [];
  readonly #sequenceOf: number[] = [];
  #clocks: Int32Array;
  /** For each step and thread, the last step before it that the thread took or was woken by. */
  #lasts: Int32Array;
  readonly #firstSequences: Int32Array;

  constructor(footprints: Footprints, threads: number) {
    this.#footprints = footprints;
    this.#threads = threads;
    this.#clocks = new Int32Array(threads * 64);
    this.#lasts = new Int32Array(threads * 64).fill(NONE);
    this.#firstSequences = new Int32Array(threads);
  }

  /**
   * Notes the step at a position of the schedule; what stood there and after it is forgotten.
   *
   * @param races - takes the positions of the steps that race with it
   */
  append(position: number, thread: number, footprint: number, woken: number, races: number[]): void {
    this.#reserve(position + 2);
    const clocks = this.#clocks;
    const own = position * this.#threads;
    this.#beginClock(position, thread);
    // Backwards: what a later step depends on races no more, since that one forces the order.
    for (let at = position - 1; at >= 0; at--) {
      if (this.#sequenceOf[at]! <= clocks[own + this.#threadOf[at]!]!) continue;
      if (!this.#footprints.conflict(this.#footprintOf[at]!, footprint)) continue;
      races.push(at);
      this.#join(own, at * this.#threads);
    }
    this.#finish(position, thread, footprint, woken);
  }

  /** Notes a step that depends on all before it. */
  appendBarrier(position: number, thread: number, footprint: number, woken: number): void {
    this.#reserve(position + 2);
    const own = position * this.#threads;
    this.#beginClock(position, thread);
    for (let other = 0; other < this.#threads; other++) {
      const last = this.#lasts[own + other]!;
      if (last !== NONE) this.#join(own, last * this.#threads);
    }
    this.#finish(position, thread, footprint, woken);
  }

  /**
   * The threads, as bits, that can begin a schedule in which the step at `later` comes before the one at `earlier`:
   * those whose first step among the steps that do not depend on `earlier`, and `later` itself, depends on no other of
   * these.
   */
  initials(earlier: number, later: number): number {
    const clocks = this.#clocks;
    const reversed = this.#threadOf[earlier]!;
    const first = this.#firstSequences.fill(0);
    let initials = 0;
    for (let at = earlier + 1; at <= later; at++) {
      const clock = at * this.#threads;
      if (at !== later && clocks[clock + reversed]! >= this.#sequenceOf[earlier]!) continue;
      const thread = this.#threadOf[at]!;
      if (first[thread] !== 0) continue;
      first[thread] = this.#sequenceOf[at]!;
      let isInitial = true;
      for (let other = 0; other < this.#threads && isInitial; other++) {
        if (other !== thread && first[other] !== 0 && clocks[clock + other]! >= first[other]!) isInitial = false;
      }
      if (isInitial) initials |= 1 << thread;
    }
    return initials;
  }

  /** The clock of a step begins as that of its thread's last one. */
  #beginClock(position: number, thread: number): void {
    const own = position * this.#threads;
    const last = this.#lasts[own + thread]!;
    if (last === NONE) this.#clocks.fill(0, own, own + this.#threads);
    else this.#clocks.copyWithin(own, last * this.#threads, (last + 1) * this.#threads);
  }

  #finish(position: number, thread: number, footprint: number, woken: number): void {
    const own = position * this.#threads;
    this.#threadOf[position] = thread;
    this.#footprintOf[position] = footprint;
    this.#clocks[own + thread]! += 1;
    this.#sequenceOf[position] = this.#clocks[own + thread]!;
    this.#lasts.copyWithin(own + this.#threads, own, own + this.#threads);
    this.#lasts[own + this.#threads + thread] = position;
    // What a woken thread does depends on the notify, whose clock has the wait in it: they conflict.
    for (let other = 0; woken >>> other !== 0; other++)
      if ((woken & (1 << other)) !== 0) this.#lasts[own + this.#threads + other] = position;
  }

  #join(into: number, from: number): void {
    const clocks = this.#clocks;
    for (let thread = 0; thread < this.#threads; thread++)
      if (clocks[from + thread]! > clocks[into + thread]!) clocks[into + thread] = clocks[from + thread]!;
  }

  #reserve(positions: number): void {
    const length = positions * this.#threads;
    if (length <= this.#clocks.length) return;
    const [clocks, lasts] = [new Int32Array(2 * length), new Int32Array(2 * length)];
    clocks.set(this.#clocks);
    lasts.set(this.#lasts);
    this.#clocks = clocks;
    this.#lasts = lasts;
  }
}
