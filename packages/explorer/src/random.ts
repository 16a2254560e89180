/**
 * Random numbers that a seed decides.
 *
 * Source: the generator is sfc32 of Chris Doty-Humphrey's PractRand.
 *
 * @module
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Two numbers, so that each schedule of a run has its own: the seed of the run, and which it is. */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = Math.trunc(seed / 2 ** 32) | 0;
    for (let k = 0; k < 12; k++) this.#next();
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  /** Puts items into a random order, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let k = items.length - 1; k > 0; k--) {
      const other = this.below(k + 1);
      [items[k], items[other]] = [items[other]!, items[k]!];
    }
    return items;
  }

  /** 32 random bits. */
  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
}
