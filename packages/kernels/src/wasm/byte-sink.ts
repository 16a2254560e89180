/**
 * Bytes that grow at the end, and the numbers of WebAssembly's binary format among them.
 *
 * Source: the WebAssembly specification, "Binary Format", "Values": LEB128, IEEE 754 in little-endian order, UTF-8 names.
 *
 * @module
 */

const float = new DataView(new ArrayBuffer(8));

/** Up to here a loop is faster than `set`. */
const SHORT_BYTES_MAX = 16;

export class ByteSink {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity - bytes for which there is room at first */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What has been written: a view, until more is. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what has been written. */
  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  append(bytes: ArrayLike<number>): void {
    const count = bytes.length;
    this.#reserve(count);
    if (count > SHORT_BYTES_MAX) this.#bytes.set(bytes, this.#length);
    else for (let i = 0; i < count; i++) this.#bytes[this.#length + i] = bytes[i]!;
    this.#length += count;
  }

  /** Writes an unsigned LEB128 number, an integer from 0 to 2^32 - 1. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Writes a signed LEB128 number of 32 bits; `value` is taken modulo 2^32. */
  signed32(value: number): void {
    let rest = value | 0;
    // The last byte's bit 6 is the sign, so what is left must fit seven bits with it.
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** Writes a signed LEB128 number of 64 bits; `value` is taken modulo 2^64. */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -0x40n || rest >= 0x40n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  float32(value: number): void {
    float.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(float.getUint8(i));
  }

  float64(value: number): void {
    float.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.byte(float.getUint8(i));
  }

  /** Writes a name of ASCII letters: its length, then its bytes. */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** Writes bytes after their length. */
  sized(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}
