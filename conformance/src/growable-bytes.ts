/**
 * `bytearray` and its kind: an exporter whose memory grows and shrinks, unless it is exported.
 *
 * @module
 */
import { BufferError } from "../../packages/core/src/errors.ts";
import type { Exporter } from "../../packages/core/src/protocol/exporter.ts";
import { type BufferInfo, fillInfo } from "../../packages/core/src/protocol/py-buffer.ts";
import { place, type World } from "./world.ts";

/** Memory of items, as Python's `bytearray` and `array.array` have it. */
export class GrowableBytes implements Exporter {
  readonly #world: World;
  readonly #format: string;
  readonly #itemsize: number;
  #bytes: Uint8Array;
  #exports = 0;

  constructor(content: Uint8Array, world: World, format: string = "B", itemsize: number = 1) {
    this.#world = world;
    this.#format = format;
    this.#itemsize = itemsize;
    this.#bytes = place(content, world);
  }

  /** Buffers that were given and not yet taken back. */
  get exports(): number {
    return this.#exports;
  }

  /** A copy of the bytes. */
  get content(): Uint8Array {
    return this.#bytes.slice();
  }

  getBuffer(flags: number): BufferInfo {
    const { buffer, byteOffset, length: nbytes } = this.#bytes;
    const flat = { buffer, byteOffset, nbytes, format: this.#format, itemsize: this.#itemsize };
    const info = fillInfo(flat, flags, "a bytearray");
    this.#exports++;
    return info;
  }

  releaseBuffer(): void {
    this.#exports--;
  }

  /**
   * Puts other bytes in the place of some: `bytearray[start:stop] = bytes`. As many may be put while it is exported.
   *
   * @throws {@link BufferError} for more or less of them while it is exported; then nothing changes
   */
  replace(start: number, stop: number, bytes: Uint8Array): void {
    if (bytes.length === stop - start) return this.#bytes.set(bytes, start);
    if (this.#exports > 0) throw new BufferError(`cannot resize a bytearray with ${this.#exports} exports`);
    const content = [...this.#bytes.subarray(0, start), ...bytes, ...this.#bytes.subarray(stop)];
    this.#bytes = place(Uint8Array.from(content), this.#world);
  }

  /** @throws as {@link replace} */
  append(bytes: Uint8Array): void {
    this.replace(this.#bytes.length, this.#bytes.length, bytes);
  }

  /** Keeps the first bytes: `del bytearray[length:]`. @throws as {@link replace} */
  truncate(length: number): void {
    const stop = this.#bytes.length;
    this.replace(Math.min(length, stop), stop, new Uint8Array(0));
  }

  /** Puts the bytes of each item in the reverse order: `array.byteswap`; of all, with `itemsize` that many. */
  reverse(itemsize: number = this.#bytes.length): void {
    for (let i = 0; i < this.#bytes.length; i += itemsize) this.#bytes.subarray(i, i + itemsize).reverse();
  }
}
