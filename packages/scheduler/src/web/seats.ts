/**
 * The workers of a pool, each with one thing to do at a time, and the queue of those who wait for one.
 *
 * @module
 */

/** Something that can be given to one at a time, until it ends. */
export interface Seat {
  /** Settles when it is of no more use, though it may go on for a while. */
  readonly ending: Promise<void>;
  /** Settles once it is gone. */
  readonly ended: Promise<void>;
}

/** Somebody who waits for a seat. */
interface Place<S> {
  readonly seat: PromiseWithResolvers<S>;
  /** Whether it comes before those who are not. */
  readonly isUrgent: boolean;
}

export class Seats<S extends Seat> {
  readonly #most: number;
  readonly #mostInAll: number;
  readonly #make: () => S;
  readonly #all: Set<S> = new Set();
  readonly #leaving: Set<S> = new Set();
  readonly #free: S[] = [];
  /** The urgent first, each in the order in which they came. */
  readonly #queue: Place<S>[] = [];

  /**
   * @param make - makes one more, as long as there are fewer than `most`
   * @param mostInAll - with those that are ending: each is replaced before it has ended, as long as there are fewer
   */
  constructor(most: number, make: () => S, mostInAll: number = 2 * most) {
    this.#most = most;
    this.#mostInAll = mostInAll;
    this.#make = make;
  }

  /** All that have not ended. */
  get all(): readonly S[] {
    return [...this.#all, ...this.#leaving];
  }

  /** How many wait for one urgently. */
  get urgent(): number {
    return this.#queue.filter(({ isUrgent }) => isUrgent).length;
  }

  /**
   * One that is free, a new one, or the next that is given back.
   *
   * @param dropped - makes it urgent, and rejects if it is wanted no more
   * @throws what making one throws
   */
  async take(dropped?: Promise<never>): Promise<S> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#hasRoom()) return this.#add();
    const place: Place<S> = { seat: Promise.withResolvers<S>(), isUrgent: dropped !== undefined };
    this.#queue.splice(place.isUrgent ? this.urgent : this.#queue.length, 0, place);
    const { promise } = place.seat;
    if (dropped === undefined) return promise;
    try {
      return await Promise.race([promise, dropped]);
    } catch (error) {
      const index = this.#queue.indexOf(place);
      if (index >= 0) this.#queue.splice(index, 1);
      // Its turn has come at the same moment.
      else promise.then((seat) => this.give(seat)).catch(() => {});
      throw error;
    }
  }

  /** Gives one back. Does nothing if it is ending. */
  give(seat: S): void {
    if (!this.#all.has(seat)) return;
    const next = this.#queue.shift();
    if (next === undefined) this.#free.push(seat);
    else next.seat.resolve(seat);
  }

  /** Whoever waits is told the error. */
  refuseAll(error: unknown): void {
    for (const { seat } of this.#queue.splice(0)) seat.reject(error);
  }

  #add(): S {
    const seat = this.#make();
    this.#all.add(seat);
    void seat.ending.then(() => this.#retire(seat));
    void seat.ended.then(() => {
      this.#retire(seat);
      this.#leaving.delete(seat);
      this.#replace();
    });
    return seat;
  }

  #retire(seat: S): void {
    if (!this.#all.delete(seat)) return;
    this.#leaving.add(seat);
    const index = this.#free.indexOf(seat);
    if (index >= 0) this.#free.splice(index, 1);
    this.#replace();
  }

  #hasRoom(): boolean {
    return this.#all.size < this.#most && this.#all.size + this.#leaving.size < this.#mostInAll;
  }

  /** Makes one more for whoever waits, if there is room. */
  #replace(): void {
    if (!this.#hasRoom()) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    try {
      next.seat.resolve(this.#add());
    } catch (error) {
      next.seat.reject(error);
    }
  }
}
