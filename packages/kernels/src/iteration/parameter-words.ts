/**
 * Parameters of a call that lie in the heap, where its caller changes them from one run to the next: what was told to the
 * threads stays as it is.
 *
 * The caller writes them while nobody runs the call. What it writes happens before a thread is given a part of the next
 * run, so neither side needs more than plain accesses.
 *
 * @module
 */
import type { LaneValue } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import type { WasmMemory } from "../wasm/platform.ts";

/** Each takes as much, whatever it is. */
export const PARAMETER_BYTES = 8;

/** The parameters as they lie in memory. */
export class ParameterWords {
  readonly #numbers: Float64Array;
  readonly #integers: BigInt64Array;

  /**
   * @param byteOffset - a multiple of {@link PARAMETER_BYTES}
   * @param count - parameters
   */
  constructor(buffer: ArrayBufferLike, byteOffset: number, count: number) {
    this.#numbers = new Float64Array(buffer, byteOffset, count);
    this.#integers = new BigInt64Array(buffer, byteOffset, count);
  }

  write(values: readonly LaneValue[]): void {
    for (const [i, value] of values.entries()) {
      if (typeof value === "bigint") this.#integers[i] = value;
      else this.#numbers[i] = Number(value);
    }
  }

  /**
   * Reads them.
   *
   * @param known - values of the types that they have
   * @returns `known` itself if they are these
   */
  read(known: readonly LaneValue[]): readonly LaneValue[] {
    for (let i = 0; i < known.length; i++) {
      if (!Object.is(this.#valueLike(known[i]!, i), known[i]))
        return known.map((value, at) => this.#valueLike(value, at));
    }
    return known;
  }

  #valueLike(known: LaneValue, i: number): LaneValue {
    if (typeof known === "bigint") return this.#integers[i]!;
    return typeof known === "boolean" ? this.#numbers[i] !== 0 : this.#numbers[i]!;
  }
}

/** Those in the heap of a thread. */
export function wordsIn(heap: object | null, address: number, count: number): ParameterWords {
  check(heap !== null, "a thread without the heap has been told of parameters in it");
  return new ParameterWords((heap as WasmMemory).buffer, address, count);
}
