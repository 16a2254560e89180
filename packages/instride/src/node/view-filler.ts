/**
 * A view that fills with the bytes that come, in chunks of any size.
 *
 * @module
 */
import { type Exportable, HeldBytes, type Piece, ValueError } from "@instride/core";

/** Puts bytes into the elements of a view, in C order, and holds it until released. */
export class ViewFiller implements Disposable {
  /** Bytes of all elements. */
  readonly nbytes: number;
  readonly #held: HeldBytes;
  readonly #pieces: Iterator<Piece>;
  #piece: Piece | null = null;
  /** Bytes in the piece that have come. */
  #filled = 0;
  #count = 0;

  /** @throws a `BufferError` for read-only memory; `TypeError` for what exports none */
  constructor(target: Exportable) {
    this.#held = new HeldBytes(target, "write");
    this.#pieces = this.#held.pieces();
    this.nbytes = this.#held.nbytes;
  }

  /** Bytes that have come. */
  get count(): number {
    return this.#count;
  }

  /** Bytes that there is room for. */
  get left(): number {
    return this.nbytes - this.#count;
  }

  /** Puts the next bytes. @throws {@link ValueError} for more than there is room for; then nothing is put */
  put(chunk: Uint8Array): void {
    if (chunk.length > this.left) {
      throw new ValueError(
        `cannot put ${this.#count + chunk.length} bytes into a view of ${this.nbytes}: expected no more`,
      );
    }
    for (let start = 0; start < chunk.length;) {
      this.#piece ??= this.#nextPiece();
      const { bytes } = this.#piece;
      const part = chunk.subarray(start, start + bytes.length - this.#filled);
      bytes.set(part, this.#filled);
      this.#filled += part.length;
      this.#count += part.length;
      start += part.length;
      if (this.#filled === bytes.length) this.flush();
    }
  }

  /** Stores what has come, also where a piece is not full. */
  flush(): void {
    this.#piece?.store(this.#filled);
    this.#piece = null;
    this.#filled = 0;
  }

  /** Gives the memory back. Calling it again does nothing. */
  release(): void {
    this.#held.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #nextPiece(): Piece {
    const { value } = this.#pieces.next();
    if (value === undefined) throw new Error("internal: there is a piece for every byte of a view");
    return value as Piece;
  }
}
