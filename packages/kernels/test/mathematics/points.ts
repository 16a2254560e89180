/**
 * Points at which functions are measured: random ones that follow from a seed.
 *
 * @module
 */
import type { FloatType } from "./oracle.ts";

export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export function newFloats(type: FloatType, values: number | Iterable<number>): Floats {
  const array = type === "f32" ? Float32Array : Float64Array;
  return typeof values === "number" ? new array(values) : array.from(values);
}

export class Points {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 bits. Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators" (2014). */
  word(): number {
    this.#state = (this.#state + 0x9e37_79b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** From 0 up to 1. */
  fraction(): number {
    return (this.word() * 2 ** 21 + (this.word() >>> 11)) / 2 ** 53;
  }

  /** Evenly spread between two numbers. */
  uniform(type: FloatType, count: number, low: number, high: number): Floats {
    return newFloats(
      type,
      Array.from({ length: count }, () => low + (high - low) * this.fraction()),
    );
  }

  /** Every bit at random, so that all exponents are as likely; of both signs, subnormal ones and infinities among them. */
  anyBits(type: FloatType, count: number): Floats {
    const floats = newFloats(type, count);
    const words = new Uint32Array(floats.buffer);
    for (let i = 0; i < words.length; i++) words[i] = this.word();
    return floats.map((x) => (Number.isNaN(x) ? 0 : x));
  }

  /** Numbers of one sign between two powers of two, all exponents as likely. */
  powers(type: FloatType, count: number, low: number, high: number, sign: 1 | -1 = 1): Floats {
    return newFloats(
      type,
      Array.from({ length: count }, () => {
        const exponent = low + Math.floor((high - low) * this.fraction());
        return sign * (1 + this.fraction()) * 2 ** exponent;
      }),
    );
  }
}

/** Numbers at which every function is tried: zeros, ones, the ends of the range, infinities, NaN, their neighbours. */
export function specials(type: FloatType): number[] {
  const [epsilon, tiny, least, most] =
    type === "f32"
      ? [2 ** -23, 2 ** -126, 2 ** -149, (2 - 2 ** -23) * 2 ** 127]
      : [2 ** -52, 2 ** -1022, 2 ** -1074, Number.MAX_VALUE];
  const positive = [
    0,
    least,
    tiny - least,
    tiny,
    epsilon,
    0.5,
    1 - epsilon / 2,
    1,
    1 + epsilon,
    2,
    3,
    10,
    100,
    1000,
    most,
    Infinity,
  ];
  return [...positive, ...positive.map((x) => -x), Number.NaN];
}
