/**
 * The workers of a pool, each with one thing to do at a time, and the queue of those who wait for one.
 *
 * @module
 */

/** Something that can be given to one at a time, until it ends. */
export interface Seat {
  /** Settles once it can be used no more. */
  readonly ended: Promise<void>;
}

export class Seats<S extends Seat> {
  readonly #most: number;
  readonly #make: () => S;
  readonly #all: Set<S> = new Set();
  readonly #free: S[] = [];
  readonly #queue: PromiseWithResolvers<S>[] = [];

  /** @param make - makes one more, as long as there are fewer than `most` */
  constructor(most: number, make: () => S) {
    this.#most = most;
    this.#make = make;
  }

  /** All that have not ended. */
  get all(): readonly S[] {
    return [...this.#all];
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * One that is free, a new one, or the next that is given back.
   *
   * @param dropped - settles if it is wanted no more
   * @throws what making one throws
   */
  async take(dropped?: Promise<never>): Promise<S> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#all.size < this.#most) return this.#add();
    const place = Promise.withResolvers<S>();
    this.#queue.push(place);
    try {
      return await (dropped === undefined ? place.promise : Promise.race([place.promise, dropped]));
    } catch (error) {
      const index = this.#queue.indexOf(place);
      if (index >= 0) this.#queue.splice(index, 1);
      // Its turn has come at the same moment.
      else place.promise.then((seat) => this.give(seat)).catch(() => {});
      throw error;
    }
  }

  /** Gives one back. Does nothing if it has ended. */
  give(seat: S): void {
    if (!this.#all.has(seat)) return;
    const next = this.#queue.shift();
    if (next === undefined) this.#free.push(seat);
    else next.resolve(seat);
  }

  /** Whoever waits is told the error. */
  refuseAll(error: unknown): void {
    for (const place of this.#queue.splice(0)) place.reject(error);
  }

  #add(): S {
    const seat = this.#make();
    this.#all.add(seat);
    void seat.ended.then(() => this.#remove(seat));
    return seat;
  }

  #remove(seat: S): void {
    this.#all.delete(seat);
    const index = this.#free.indexOf(seat);
    if (index >= 0) this.#free.splice(index, 1);
    const next = this.#queue.shift();
    if (next === undefined) return;
    try {
      next.resolve(this.#add());
    } catch (error) {
      next.reject(error);
    }
  }
}
