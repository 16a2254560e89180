/**
 * Bytes that can be read at any place: a file, or memory.
 *
 * @module
 */
import { ReleasedError, ValueError } from "../errors.ts";
import { type Exportable, getBuffer, type PyBuffer } from "../protocol/exporter.ts";
import { BufferFlags } from "../protocol/flags.ts";

/** What an archive is read from. */
export interface ByteSource {
  readonly nbytes: number;
  /**
   * Fills `target` with the bytes from `position` on. Settles once nothing touches `target` any more.
   *
   * @throws a {@link ValueError} if the bytes end before
   */
  read(target: Uint8Array, position: number): Promise<void>;
  /** Gives up what is held. */
  close(): Promise<void>;
}

/** Reads from the memory of an exporter, and holds it until closed. */
export class MemorySource implements ByteSource {
  readonly nbytes: number;
  readonly #held: PyBuffer;

  /** @throws as `getBuffer`; a `BufferError` unless the bytes lie side by side */
  constructor(source: Exportable) {
    this.#held = getBuffer<number>(source, BufferFlags.SIMPLE);
    this.nbytes = this.#held.nbytes;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    const { buffer, byteOffset, obj } = this.#held;
    if (obj === null) throw new ReleasedError("cannot read bytes from memory that was given back");
    if (position + target.length > this.nbytes) {
      throw new ValueError(
        `cannot read ${target.length} bytes from byte ${position}: there are ${this.nbytes} bytes in all`,
      );
    }
    target.set(new Uint8Array(buffer, byteOffset + position, target.length));
  }

  async close(): Promise<void> {
    this.#held.release();
  }
}
