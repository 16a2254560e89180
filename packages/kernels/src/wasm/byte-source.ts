/**
 * Reading bytes from the front: the inverse of `byte-sink.ts`, for instructions.
 *
 * @module
 */

export class ByteSource {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  /** The next bytes, as a view. */
  take(count: number): Uint8Array<ArrayBuffer> {
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** An unsigned LEB128 number of 32 bits. */
  unsigned(): number {
    return Number(BigInt.asUintN(32, this.#leb().bits));
  }

  /** A signed LEB128 number of at most 64 bits. */
  signed(): bigint {
    const { bits, count } = this.#leb();
    return BigInt.asIntN(Math.min(count, 64), bits);
  }

  float32(): number {
    this.#at += 4;
    return this.#view.getFloat32(this.#at - 4, true);
  }

  float64(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  #leb(): { readonly bits: bigint; readonly count: number } {
    let bits = 0n;
    for (let count = 7; ; count += 7) {
      const next = this.byte();
      bits |= BigInt(next & 0x7f) << BigInt(count - 7);
      if (next < 0x80) return { bits, count };
    }
  }
}
