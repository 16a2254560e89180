/**
 * Writing vectors to a stream: lanes of a lane type as elements of any dtype, at any step.
 *
 * Integers are cut to their lower bytes, bools become 0 or 1, the two parts of complex numbers are put in turn. Vectors
 * of narrow elements are collected, so that whole ones are written.
 *
 * @module
 */
import type { Range } from "../graph/ranges.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { LaneMemoryInstruction } from "./instructions.ts";
import type { Width } from "./lane-plan.ts";
import type { StreamPointer } from "./streams.ts";
import { constantOf, duplicate, HIGH_HALVES, INTERLEAVED_HIGH_32, INTERLEAVED_LOW_32, LOW_HALVES } from "./vectors.ts";

const STORE_LANE: Readonly<Record<number, LaneMemoryInstruction>> = {
  1: "v128.store8_lane",
  2: "v128.store16_lane",
  4: "v128.store32_lane",
  8: "v128.store64_lane",
};

/** Leaves a vector on the stack: of a bool, a mask of 32-bit lanes. */
export type PushVector = () => void;

export class StreamStores {
  readonly #f: FunctionBuilder;
  readonly #width: Width;
  readonly #stream: StreamPointer;
  readonly #parts: Local[] = [];
  /** Vectors of narrow elements that wait for others. */
  readonly #collected: Local[] = [];

  /** Whether what is stored fits into the elements' bits as it is: as signed numbers, as unsigned ones, or not surely. */
  readonly #fits: "s" | "u" | null;

  /** @param range - of what is stored, where it is known */
  constructor(f: FunctionBuilder, width: Width, stream: StreamPointer, range: Range | null = null) {
    this.#f = f;
    this.#width = width;
    this.#stream = stream;
    this.#fits = fitOf(range, 8 * stream.itemsize);
  }

  /** Writes one of the vectors of a group, which come in order; one vector, or a complex number's two. */
  store(vector: number, vectors: number, values: readonly PushVector[]): void {
    const { step, itemsize, pointer } = this.#stream;
    if (step !== 1) {
      const lanes = this.#lanesOf(values);
      for (let lane = 0; lane < this.#width; lane++) this.#storeLane(lanes, lane, vector * this.#width + lane);
    } else if (values.length === 2) {
      this.#storePairs(vector, values);
    } else if (itemsize < 4) {
      this.#collect(vector, vectors, values[0]!);
    } else {
      this.#f.get(pointer);
      values[0]!();
      const offset = vector * this.#width * itemsize;
      if (itemsize * this.#width === 16) this.#f.memory("v128.store", offset);
      else this.#f.laneMemory("v128.store64_lane", 0, offset);
    }
  }

  /** Writes the first lanes of a vector: as many as an i32 says, which are fewer than all and at least one. */
  storePartial(count: Local, values: readonly PushVector[]): void {
    const lanes = this.#lanesOf(values);
    const storeFrom = (lane: number): void => {
      this.#storeLane(lanes, lane, lane);
      if (lane === this.#width - 2) return;
      this.#f
        .get(count)
        .i32(lane + 1)
        .op("i32.gt_u")
        .if("has_lane", () => storeFrom(lane + 1));
    };
    storeFrom(0);
  }

  /** Computes values into variables, as lanes whose lower bytes are the elements. */
  #lanesOf(values: readonly PushVector[]): readonly Local[] {
    return values.map((push, part) => {
      const lanes = (this.#parts[part] ??= this.#f.local("v128", "stored"));
      push();
      if (this.#stream.dtype === "bool") this.#f.i32(31).op("i32x4.shr_u");
      this.#f.set(lanes);
      return lanes;
    });
  }

  #storeLane(parts: readonly Local[], lane: number, element: number): void {
    const { itemsize } = this.#stream;
    const { pointer, offset } = this.#stream.place(element);
    const bytes = itemsize / parts.length;
    for (const [part, lanes] of parts.entries()) {
      // The lower end of a lane that is wider than its element.
      const place = bytes < 4 ? lane * (4 / bytes) : lane;
      this.#f
        .get(pointer)
        .get(lanes)
        .laneMemory(STORE_LANE[bytes]!, place, offset + part * bytes);
    }
  }

  #storePairs(vector: number, values: readonly PushVector[]): void {
    const { itemsize, pointer } = this.#stream;
    const [real, imaginary] = this.#lanesOf(values) as [Local, Local];
    const orders = itemsize === 16 ? [LOW_HALVES, HIGH_HALVES] : [INTERLEAVED_LOW_32, INTERLEAVED_HIGH_32];
    const bytes = this.#width * itemsize;
    for (let at = 0; at < bytes; at += 16) {
      this.#f.get(pointer).get(real).get(imaginary);
      this.#f.shuffle(orders[at / 16]!).memory("v128.store", vector * bytes + at);
    }
  }

  /** Keeps a vector of narrow elements, and with the last of the group writes all. */
  #collect(vector: number, vectors: number, push: PushVector): void {
    const f = this.#f;
    const { itemsize, dtype, pointer } = this.#stream;
    push();
    // Narrowing takes numbers beyond the range to the nearest in it: what is to be cut off goes first.
    if (dtype !== "bool" && this.#fits === null) {
      const mask = itemsize === 1 ? 0xff : 0xffff;
      f.get(constantOf(f, "i32", mask)).op("v128.and");
    }
    f.set((this.#collected[vector] ??= f.local("v128", "collected")));
    if (vector < vectors - 1) return;
    const bytes = vectors * this.#width * itemsize;
    const perStore = Math.min(bytes, 16);
    for (let at = 0; at < bytes; at += 16) {
      f.get(pointer);
      this.#pushNarrow(at / itemsize, vectors);
      if (dtype === "bool") f.get(f.constant("i8:1", new Uint8Array(16).fill(1))).op("v128.and");
      if (perStore === 16) f.memory("v128.store", at);
      else f.laneMemory(STORE_LANE[perStore]!, 0, at);
    }
  }

  /** Leaves as many elements of the group, from `first` on, as there are and 16 bytes can hold. */
  #pushNarrow(first: number, vectors: number): void {
    const f = this.#f;
    const { itemsize, dtype } = this.#stream;
    const sign = dtype === "bool" ? "s" : (this.#fits ?? "u");
    const total = vectors * this.#width;
    /** Elements from `element` on in 16-bit lanes; beyond the last, any. */
    const pushShorts = (element: number): void => {
      this.#pushQuad(element, total);
      if (element + 4 < total) this.#pushQuad(element + 4, total);
      else duplicate(f);
      f.op(`i16x8.narrow_i32x4_${sign}`);
    };
    pushShorts(first);
    if (itemsize === 2) return;
    if (first + 8 < total) pushShorts(first + 8);
    else duplicate(f);
    f.op(`i8x16.narrow_i16x8_${sign}`);
  }

  /** Leaves four elements in 32-bit lanes. */
  #pushQuad(element: number, total: number): void {
    const collected = (at: number): Local => this.#collected[at / this.#width]!;
    this.#f.get(collected(element));
    if (this.#width === 2 && element + 2 < total) this.#f.get(collected(element + 2)).shuffle(LOW_HALVES);
  }
}

function fitOf(range: Range | null, bits: number): "s" | "u" | null {
  if (range === null || range.isNaN) return null;
  if (range.min >= 0 && range.max < 2 ** bits) return "u";
  return range.min >= -(2 ** (bits - 1)) && range.max < 2 ** (bits - 1) ? "s" : null;
}
