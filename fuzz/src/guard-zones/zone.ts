/**
 * Memory in two worlds that are alike but for the bytes that are nobody's business: the guard bytes.
 *
 * Whatever is done is done in both. A guard byte that changes was written; and where the worlds come to differ elsewhere,
 * one was read.
 *
 * @module
 */
import type { Random } from "@instride/cases";
import type { Model } from "./model.ts";

/** One of each world. */
export type Pair<T> = readonly [T, T];

export type World = 0 | 1;

export const WORLDS: readonly World[] = [0, 1];

interface Float {
  get(view: DataView, place: number): number;
  /** Writes one NaN, as an integer. */
  set(view: DataView, place: number): void;
}

const IS_LITTLE: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const NAN_16 = 0x7e00;
const NAN_32 = 0x7fc0_0000;
const NAN_64: bigint = 0x7ff8n << 48n;

const FLOATS: ReadonlyMap<string, Float> = new Map<string, Float>([
  [
    "e",
    { get: (view, at) => view.getFloat16(at, IS_LITTLE), set: (view, at) => view.setUint16(at, NAN_16, IS_LITTLE) },
  ],
  [
    "f",
    { get: (view, at) => view.getFloat32(at, IS_LITTLE), set: (view, at) => view.setUint32(at, NAN_32, IS_LITTLE) },
  ],
  [
    "d",
    { get: (view, at) => view.getFloat64(at, IS_LITTLE), set: (view, at) => view.setBigUint64(at, NAN_64, IS_LITTLE) },
  ],
]);

/** Bytes that are compared at once; only in those that changed is each looked at. */
const CHUNK_BYTES = 512;

export class Zone {
  readonly buffers: Pair<ArrayBufferLike>;
  /** Where the zone begins, in bytes from the start of each buffer. */
  readonly start: number;
  readonly #bytes: Pair<Buffer>;
  /** What the bytes were when they were last looked at. */
  readonly #seen: Pair<Uint8Array>;
  /** 1 where both worlds have the same byte. */
  readonly #isShared: Uint8Array;

  /** Gives every byte a value: each another one in each world, until it is told whose they are. */
  constructor(random: Random, buffers: Pair<ArrayBufferLike>, start: number, stop: number) {
    const length = stop - start;
    const [first, second] = [Buffer.from(buffers[0], start, length), Buffer.from(buffers[1], start, length)];
    random.fillBytes(first);
    for (let i = 0; i < length; i++) second[i] = first[i]! ^ (1 + ((i * 83) % 255));
    this.buffers = buffers;
    this.start = start;
    this.#bytes = [first, second];
    this.#seen = [Uint8Array.from(first), Uint8Array.from(second)];
    this.#isShared = new Uint8Array(length);
  }

  /**
   * Makes bytes those of an array's elements: the same in both worlds.
   *
   * @throws Error if they are another array's already, or lie outside
   */
  own(model: Pick<Model, "places" | "itemsize">): void {
    const [first, second] = this.#bytes;
    for (const i of this.#indicesOf(model)) {
      if (i < 0 || i >= first.length) throw new Error(`byte ${this.start + i} of an array is outside its zone`);
      if (this.#isShared[i] === 1) throw new Error(`byte ${this.start + i} belongs to two arrays`);
      second[i] = first[i]!;
      this.#seen[1][i] = first[i]!;
      this.#isShared[i] = 1;
    }
  }

  /** Each once, though elements may lie upon each other. */
  #indicesOf({ places, itemsize }: Pick<Model, "places" | "itemsize">): Set<number> {
    const indices = new Set<number>();
    for (const place of places) for (let i = 0; i < itemsize; i++) indices.add(place - this.start + i);
    return indices;
  }

  /** Writes bytes of nobody's elements that both worlds have: tables of offsets. */
  place(bytes: Uint8Array, place: number): void {
    for (const world of WORLDS) {
      this.#bytes[world].set(bytes, place - this.start);
      this.#seen[world].set(bytes, place - this.start);
    }
    this.#isShared.fill(1, place - this.start, place - this.start + bytes.length);
  }

  /** The bytes of elements in one world, one after the other. */
  bytesOf(world: World, { places, itemsize }: Pick<Model, "places" | "itemsize">): Uint8Array {
    const bytes = new Uint8Array(places.length * itemsize);
    for (const [i, place] of places.entries()) {
      bytes.set(this.#bytes[world].subarray(place - this.start, place - this.start + itemsize), i * itemsize);
    }
    return bytes;
  }

  /** Gives elements that are NaN in both worlds one bit pattern: which of many they have, the engine chooses. */
  settleNaNs({ places, format }: Model): void {
    const float = FLOATS.get(format);
    if (float === undefined) return;
    const [first, second] = this.buffers.map((buffer) => new DataView(buffer)) as [DataView, DataView];
    for (const place of places) {
      if (!Number.isNaN(float.get(first, place)) || !Number.isNaN(float.get(second, place))) continue;
      float.set(first, place);
      float.set(second, place);
    }
  }

  /**
   * Looks at every byte.
   *
   * @param written - whose bytes may have changed since the last look
   * @returns what is wrong, or null
   */
  fault(written: readonly Model[]): string | null {
    const { length } = this.#isShared;
    let mayChange: Uint8Array | null = null;
    for (let start = 0; start < length; start += CHUNK_BYTES) {
      const stop = Math.min(start + CHUNK_BYTES, length);
      if (WORLDS.every((world) => this.#isUnchanged(world, start, stop))) continue;
      mayChange ??= this.#maskOf(written);
      const fault = this.#faultOf(start, stop, mayChange);
      if (fault !== null) return fault;
    }
    return null;
  }

  #isUnchanged(world: World, start: number, stop: number): boolean {
    return this.#bytes[world].compare(this.#seen[world], start, stop, start, stop) === 0;
  }

  #faultOf(start: number, stop: number, mayChange: Uint8Array): string | null {
    for (const world of WORLDS) {
      const [bytes, seen] = [this.#bytes[world], this.#seen[world]];
      for (let i = start; i < stop; i++) {
        if (bytes[i] === seen[i]) continue;
        if (mayChange[i] === 0) {
          return `it wrote byte ${this.start + i}, which was ${seen[i]} and is ${bytes[i]}: ${this.#ownerOf(i)}`;
        }
        seen[i] = bytes[i]!;
      }
    }
    const [first, second] = this.#bytes;
    for (let i = start; i < stop; i++) {
      if (this.#isShared[i] === 1 && first[i] !== second[i]) {
        return `byte ${this.start + i} became ${first[i]} among some guard bytes and ${second[i]} among others: it read them`;
      }
    }
    return null;
  }

  #ownerOf(i: number): string {
    return this.#isShared[i] === 1 ? "a byte that it has no business with" : "a guard byte";
  }

  #maskOf(models: readonly Model[]): Uint8Array {
    const mask = new Uint8Array(this.#isShared.length);
    for (const { zone, places, itemsize } of models) {
      if (zone !== this) continue;
      for (const place of places) mask.fill(1, place - this.start, place - this.start + itemsize);
    }
    return mask;
  }
}
