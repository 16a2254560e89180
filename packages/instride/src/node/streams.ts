/**
 * Views as Node streams, for `pipeline` and whatever else takes a stream.
 *
 * What a stream hands on it never hears of again: a consumer may keep a chunk for as long as it likes. So what is read from
 * a view are copies, of one chunk at a time. `send` and `writeFrom` copy nothing, since they know when bytes have left.
 *
 * @module
 */
import { Readable, Writable } from "node:stream";
import { describe, type Exportable, HeldBytes, type Piece, ValueError } from "@instride/core";
import { ViewFiller } from "./view-filler.ts";

export interface StreamOptions {
  /** Bytes of a chunk at most, and of what is kept for a slow consumer. Default: Node's. */
  readonly highWaterMark?: number;
}

/**
 * Makes a stream that reads the bytes of a view's elements, in C order. The view is held until the last was read, or the
 * stream is destroyed.
 *
 * @param source - any exporter, of any layout
 * @throws `TypeError` for what exports no memory
 *
 * @example
 * ```ts
 * await pipeline(viewReadStream(volume), createGzip(), createWriteStream("volume.raw.gz"));
 * ```
 */
export function viewReadStream(source: Exportable, options: StreamOptions = {}): Readable {
  return new ViewReadStream(new HeldBytes(source, "read"), options);
}

class ViewReadStream extends Readable {
  readonly #held: HeldBytes;
  readonly #pieces: Iterator<Piece, void>;

  constructor(held: HeldBytes, { highWaterMark }: StreamOptions) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.#held = held;
    this.#pieces = held.pieces(Math.max(this.readableHighWaterMark, 1));
  }

  override _read(): void {
    try {
      const { done, value } = this.#pieces.next();
      if (done === true) {
        this.#held.release();
        this.push(null);
      } else {
        this.push(value.isInPlace ? value.bytes.slice() : value.bytes);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#held.release();
    callback(error);
  }
}

/**
 * Makes a stream that fills the elements of a view with the bytes written to it, in C order. The view is held until they
 * all came, or the stream is destroyed.
 *
 * The stream fails with a {@link ValueError} if it gets more bytes than the view has, or ends with fewer.
 *
 * @param target - any writable exporter, of any layout
 * @throws a `BufferError` for read-only memory; `TypeError` for what exports none
 *
 * @example
 * ```ts
 * await pipeline(createReadStream("volume.raw.gz"), createGunzip(), viewWriteStream(volume));
 * ```
 */
export function viewWriteStream(target: Exportable, options: StreamOptions = {}): Writable {
  return new ViewWriteStream(new ViewFiller(target), options);
}

class ViewWriteStream extends Writable {
  readonly #filler: ViewFiller;

  constructor(filler: ViewFiller, { highWaterMark }: StreamOptions) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.#filler = filler;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    try {
      // Strings come as buffers, unless whoever writes asked for another way.
      if (!(chunk instanceof Uint8Array))
        throw new TypeError(`cannot write ${describe(chunk)} to a view: expected bytes`);
      this.#filler.put(chunk);
      callback();
    } catch (error) {
      callback(error as Error);
    }
  }

  override _final(callback: (error?: Error | null) => void): void {
    try {
      this.#filler.flush();
      const { count, left, nbytes } = this.#filler;
      this.#filler.release();
      if (left > 0) throw new ValueError(`cannot fill a view of ${nbytes} bytes: the stream ended after ${count}`);
      callback();
    } catch (error) {
      callback(error as Error);
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#filler.release();
    callback(error);
  }
}
