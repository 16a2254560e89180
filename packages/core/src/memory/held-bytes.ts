/**
 * The bytes of an array in C order, for what takes bytes: files, sockets, streams, checksums.
 *
 * They come in pieces. Where elements lie side by side a piece is the memory itself; others are packed into pieces of
 * bounded size, so that no array is ever copied whole. The memory is held from the first to the last piece: until
 * {@link HeldBytes.release} an array can't be freed.
 *
 * @module
 */
import { copyElements, privateBytes, type Strided } from "../views/copy.ts";
import { describe, ReadonlyError, ReleasedError, ValueError } from "../errors.ts";
import { type Exportable, getBuffer, type PyBuffer } from "../protocol/exporter.ts";
import { BufferFlags } from "../protocol/flags.ts";
import { contiguousStrides, isContiguous, sizeOf } from "../layout/layout.ts";
import { checkStillThere } from "./managed-buffer.ts";
import { reachOf } from "../protocol/py-buffer.ts";

/** Bytes of a piece, unless told otherwise. */
export const PIECE_BYTES = 262_144;

/** Runs of elements side by side are packed with their neighbours if they are shorter than this. */
export const RUN_BYTES_MIN = 16_384;

/** Some bytes of an array, side by side. */
export interface Piece {
  /** The memory itself, or packed bytes of it that belong to the piece alone. */
  readonly bytes: Uint8Array;
  /** True where `bytes` is the memory itself. */
  readonly isInPlace: boolean;
  /**
   * Puts the first `count` of `bytes` (default: all) where they belong. Does nothing for the memory itself.
   *
   * @throws a {@link ReadonlyError} for packed bytes of memory that is held for reading
   */
  store(count?: number): void;
}

export class HeldBytes implements Disposable {
  /** Bytes of all elements. */
  readonly nbytes: number;
  readonly #held: PyBuffer;
  readonly #memory: Strided;
  /** Bytes of the buffer that must be there. */
  readonly #neededBytes: number;
  /** The longest that elements lie side by side. */
  readonly #runBytes: number;
  readonly #mode: "read" | "write";
  #isReleased = false;

  /**
   * Holds the memory of an exporter.
   *
   * @param mode - what pieces are for: to be read, or to be filled and stored
   * @throws `TypeError` for what exports no memory; a `BufferError` for read-only memory that is to be written, and for
   *   memory behind suboffsets
   */
  constructor(source: Exportable, mode: "read" | "write") {
    const held: PyBuffer = getBuffer<number>(source, mode === "read" ? BufferFlags.STRIDED_RO : BufferFlags.STRIDED);
    const { buffer, byteOffset, itemsize, nbytes } = held;
    const layout = { shape: held.shape ?? [], strides: held.strides ?? [], byteOffset };
    this.nbytes = nbytes;
    this.#held = held;
    this.#memory = { ...layout, buffer, itemsize };
    this.#neededBytes = reachOf(layout, itemsize, null).high;
    this.#runBytes = runBytesOf(this.#memory);
    this.#mode = mode;
  }

  /**
   * Walks over all bytes, in order.
   *
   * @param bytesMax - bytes of a piece at most
   * @throws a `BufferError` at the next piece if the memory is gone, a {@link ReleasedError} if it was given back
   */
  pieces(bytesMax: number = PIECE_BYTES): Generator<Piece, void, undefined> {
    if (!Number.isSafeInteger(bytesMax) || bytesMax < 1) {
      throw new ValueError(`cannot cut bytes into pieces of ${describe(bytesMax)}: expected an integer from 1`);
    }
    return this.#piecesOf(this.#memory, bytesMax);
  }

  /** Gives the memory back. Pieces that were given out must not be used any more. Calling it again does nothing. */
  release(): void {
    this.#isReleased = true;
    this.#held.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  *#piecesOf(part: Strided, bytesMax: number): Generator<Piece, void, undefined> {
    const { shape, strides, itemsize } = part;
    const nbytes = sizeOf(shape) * itemsize;
    if (nbytes === 0) return;
    if (isContiguous(shape, strides, itemsize, "C")) {
      for (let start = 0; start < nbytes; start += bytesMax) {
        yield this.#inPlace(part.byteOffset + start, Math.min(bytesMax, nbytes - start));
      }
      return;
    }
    const [length] = shape as [number];
    const rowBytes = nbytes / length;
    const isPacked = this.#runBytes < RUN_BYTES_MIN && rowBytes <= bytesMax;
    const rows = isPacked ? Math.floor(bytesMax / rowBytes) : 1;
    for (let start = 0; start < length; start += rows) {
      const some = rowsOf(part, start, Math.min(rows, length - start));
      if (isPacked) yield this.#packed(some);
      else yield* this.#piecesOf(rowOf(some), bytesMax);
    }
  }

  #inPlace(byteOffset: number, length: number): Piece {
    this.#check();
    return { bytes: new Uint8Array(this.#held.buffer, byteOffset, length), isInPlace: true, store() {} };
  }

  #packed(part: Strided): Piece {
    this.#check();
    const { shape, itemsize } = part;
    const bytes = privateBytes(sizeOf(shape) * itemsize);
    const packed = {
      buffer: bytes.buffer,
      byteOffset: 0,
      shape,
      strides: contiguousStrides(shape, itemsize, "C"),
      itemsize,
    };
    if (this.#mode === "read") copyElements(packed, part);
    const store = (count: number = bytes.length): void => {
      this.#check();
      if (this.#mode === "read") throw new ReadonlyError("cannot store bytes in memory that is held for reading");
      // Elements behind the first `count` bytes stay as they are.
      if (count < bytes.length) {
        const filled = bytes.slice(0, count);
        copyElements(packed, part);
        bytes.set(filled);
      }
      copyElements(part, packed);
    };
    return { bytes, isInPlace: false, store };
  }

  #check(): void {
    if (this.#isReleased) throw new ReleasedError("cannot use the bytes of memory that was given back");
    checkStillThere(this.#held.buffer, this.#neededBytes);
  }
}

/** Bytes of the longest run over the last axes that lie side by side. */
function runBytesOf({ shape, strides, itemsize }: Strided): number {
  let run = itemsize;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1 && strides[axis] !== run) break;
    run *= shape[axis]!;
  }
  return run;
}

function rowsOf(part: Strided, start: number, length: number): Strided {
  const [stride] = part.strides as [number];
  return { ...part, shape: [length, ...part.shape.slice(1)], byteOffset: part.byteOffset + start * stride };
}

/** The only row of a part of one row. */
function rowOf(part: Strided): Strided {
  return { ...part, shape: part.shape.slice(1), strides: part.strides.slice(1) };
}
