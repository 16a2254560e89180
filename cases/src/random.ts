/**
 * Random choices that a seed decides, case by case: any case can be made again without those before it.
 *
 * Source: the generator is sfc32 of Chris Doty-Humphrey's PractRand.
 *
 * @module
 */
const WORD = 2 ** 32;

/** Rounds until every bit of the start has reached every bit of the state. */
const WARM_UP_ROUNDS = 12;

export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  constructor(seed: number, caseNumber: number) {
    this.restart(seed, caseNumber);
  }

  /** Begins the choices of a case. @param seed - and `caseNumber`: integers from 0 to 2^53 - 1 */
  restart(seed: number, caseNumber: number): void {
    this.#a = seed | 0;
    this.#b = caseNumber | 0;
    this.#c = (Math.floor(seed / WORD) << 11) ^ Math.floor(caseNumber / WORD);
    this.#counter = 1;
    for (let i = 0; i < WARM_UP_ROUNDS; i++) this.bits();
  }

  /** 32 random bits, as an integer from 0. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 up to, not including, `limit`, which is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.bits() / WORD) * limit);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** One of some, which are at least one. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** Bytes of any value. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    this.fillBytes(bytes);
    return bytes;
  }

  /** Gives every byte any value. */
  fillBytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.bits();
      bytes[i] = word;
      bytes[i + 1] = word >>> 8;
      bytes[i + 2] = word >>> 16;
      bytes[i + 3] = word >>> 24;
    }
  }

  /** A copy in any order. */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let k = copy.length - 1; k > 0; k--) {
      const other = this.below(k + 1);
      [copy[k], copy[other]] = [copy[other]!, copy[k]!];
    }
    return copy;
  }
}
