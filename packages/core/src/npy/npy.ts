/**
 * `.npy` files: NumPy's arrays on disk, read into any memory and written from any layout.
 *
 * The data follow the header as they lie in memory, in C or Fortran order. So a file is viewed where it is, without a
 * copy, or its data are put straight into the memory of an array, from wherever they come ({@link NpyTarget}); and an array
 * goes where bytes go, piece by piece ({@link NpySource}). What the header says is `npy-header.ts`.
 *
 * Source: NumPy `lib/format.py`: `read_array`, `write_array`.
 *
 * @module
 */
import { swapToNative } from "../formats/byte-swap.ts";
import { privateBytes } from "../views/copy.ts";
import { describe, ValueError } from "../errors.ts";
import { type Exportable, getBuffer, type PyBuffer } from "../protocol/exporter.ts";
import { BufferFlags } from "../protocol/flags.ts";
import { parseFormat } from "../formats/format.ts";
import { contiguousStrides } from "../layout/layout.ts";
import { HeldBytes } from "../memory/held-bytes.ts";
import { MemoryView, viewOf, viewState } from "../views/memory-view.ts";
import { type DescrByteOrder, descrOfFormat } from "./npy-descr.ts";
import { type NpyHeader, parseNpyHeader, writeNpyHeader } from "./npy-header.ts";
import type { ViewState } from "../views/view-state.ts";

/** How an array is made of a file. */
export interface NpyOptions {
  /**
   * Gives memory for the data: `nbytes` writable bytes side by side, or more. The array takes it over: where it is a view,
   * releasing the array releases it. Default: private memory.
   */
  readonly allocate?: ((nbytes: number) => Exportable) | undefined;
  /** `file` leaves the bytes as they are, and the format says their order; `native` swaps those of the other order. */
  readonly byteOrder?: DescrByteOrder | undefined;
}

/**
 * Reads a `.npy` file that is in memory.
 *
 * @param file - its bytes, side by side; more may follow
 * @param options - without `allocate` the array is a view of `file`, and nothing is copied, unless bytes are to be swapped
 * @throws as {@link parseNpyHeader}; {@link ValueError} if the data are cut off, before memory is taken for them; what
 *   `allocate` throws
 *
 * @example
 * ```ts
 * const volume = readNpy(bytes, { allocate: (nbytes) => owner.empty([nbytes], "uint8") });
 * ```
 */
export function readNpy(file: Exportable, options: NpyOptions = {}): MemoryView {
  const header = parseNpyHeader(file);
  const { dataOffset, nbytes, format, nativeFormat } = header;
  const bytes = new MemoryView(file);
  try {
    if (bytes.nbytes - dataOffset < nbytes) {
      throw new ValueError(
        `cannot read a .npy file: its data have ${Math.max(bytes.nbytes - dataOffset, 0)} bytes, expected ${nbytes}`,
      );
    }
    const state = viewState(bytes);
    const staysInPlace = options.allocate === undefined && (options.byteOrder !== "native" || format === nativeFormat);
    if (staysInPlace) return viewOf(arrayState(state, header, format, state.byteOffset + dataOffset));
    const target = new NpyTarget(header, options);
    return target.fill(() =>
      target.bytes.set(new Uint8Array(state.managed.buffer, state.byteOffset + dataOffset, nbytes)),
    );
  } finally {
    bytes.release();
  }
}

/**
 * Memory that the data of a `.npy` file are being read into. It is held meanwhile, so that nobody frees it.
 *
 * Read the header, make a target, put the data into {@link bytes} as they lie in the file, then take the array. Whoever
 * fails on the way calls {@link release}.
 */
export class NpyTarget {
  /** As many as the data have. */
  readonly bytes: Uint8Array;
  readonly #header: NpyHeader;
  readonly #isSwapped: boolean;
  readonly #region: Exportable;
  readonly #held: PyBuffer;

  /** @throws {@link ValueError} or a `BufferError` for memory that is too small, read-only or strided; what `allocate` throws */
  constructor(header: NpyHeader, { allocate = privateBytes, byteOrder = "file" }: NpyOptions = {}) {
    if (byteOrder !== "file" && byteOrder !== "native") {
      throw new ValueError(`cannot read in byte order ${describe(byteOrder)}: expected "file" or "native"`);
    }
    this.#header = header;
    this.#isSwapped = byteOrder === "native" && header.format !== header.nativeFormat;
    this.#region = allocate(header.nbytes);
    try {
      this.#held = getBuffer<number>(this.#region, BufferFlags.CONTIG);
    } catch (error) {
      releaseRegion(this.#region);
      throw error;
    }
    if (this.#held.nbytes < header.nbytes) {
      this.release();
      throw new ValueError(
        `cannot read an array into ${this.#held.nbytes} bytes that were allocated: expected ${header.nbytes}`,
      );
    }
    this.bytes = new Uint8Array(this.#held.buffer, this.#held.byteOffset, header.nbytes);
  }

  /** The array, once its bytes are there. */
  toView(): MemoryView {
    const { format, nativeFormat } = this.#header;
    if (this.#isSwapped) swapToNative(this.bytes, parseFormat(format).type);
    this.#held.release();
    return viewRegion(this.#region, this.#header, this.#isSwapped ? nativeFormat : format);
  }

  /** Lets `put` fill the bytes, and gives the array; where it throws, the memory is given back. */
  fill(put: () => void): MemoryView {
    try {
      put();
      return this.toView();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives the memory back: there will be no array. */
  release(): void {
    this.#held.release();
    releaseRegion(this.#region);
  }
}

/** Memory that is no view is its exporter's business. */
function releaseRegion(region: Exportable): void {
  if (region instanceof MemoryView) region.release();
}

/** Views memory as the array of a header; releasing that view releases the memory. */
function viewRegion(region: Exportable, header: NpyHeader, format: string): MemoryView {
  if (region instanceof MemoryView) {
    const state = viewState(region);
    return viewOf(arrayState(state, header, format, state.byteOffset), () => region.release());
  }
  const view = new MemoryView(region);
  try {
    const state = viewState(view);
    return viewOf(arrayState(state, header, format, state.byteOffset));
  } finally {
    view.release();
  }
}

function arrayState(state: ViewState, header: NpyHeader, format: string, byteOffset: number): ViewState {
  const { itemsize, shape, fortranOrder } = header;
  const strides = contiguousStrides(shape, itemsize, fortranOrder ? "F" : "C");
  return state.with({ format, itemsize, shape, strides, byteOffset, suboffsets: null });
}

/**
 * An array of any layout as the bytes of a `.npy` file, those that NumPy would write. No element is copied.
 *
 * As NumPy does, what is Fortran-contiguous only is written in that order, all else in C order. Axes of elements that are
 * sub-arrays become axes of the array. The array is held until {@link release}.
 */
export class NpySource implements Disposable {
  /** Everything up to the data. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Bytes of the file. */
  readonly nbytes: number;
  readonly #view: MemoryView;
  /** The data are its elements in C order. */
  readonly #data: HeldBytes;

  /**
   * @throws `TypeError` for what exports no memory; a `DTypeError` for a format that NumPy has no dtype for; a
   *   `BufferError` for memory behind suboffsets
   */
  constructor(source: Exportable) {
    const view = new MemoryView(source);
    try {
      const element = descrOfFormat(view.format);
      const fortranOrder = view.fContiguous && !view.cContiguous && element.shape.length === 0;
      this.header = writeNpyHeader(element, view.shape, fortranOrder);
      this.#view = fortranOrder ? view.transpose() : viewOf(viewState(view));
    } finally {
      view.release();
    }
    try {
      this.#data = new HeldBytes(this.#view, "read");
    } catch (error) {
      this.#view.release();
      throw error;
    }
    this.nbytes = this.header.length + this.#data.nbytes;
  }

  /**
   * Walks over the file, in order.
   *
   * @param bytesMax - bytes of a piece of the data at most
   * @throws as `HeldBytes.pieces`
   */
  *pieces(bytesMax?: number): Generator<Uint8Array, void, undefined> {
    yield this.header;
    for (const { bytes } of this.#data.pieces(bytesMax)) yield bytes;
  }

  /** Gives the memory back. Calling it again does nothing. */
  release(): void {
    this.#data.release();
    this.#view.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * Writes an array of any layout as the bytes of a `.npy` file.
 *
 * @throws as {@link NpySource}; a `MemoryError` if they are too many
 *
 * @example
 * ```ts
 * writeNpy(new Float32Array([1, 2, 3])); // a file of 128 + 12 bytes
 * ```
 */
export function writeNpy(source: Exportable): Uint8Array<ArrayBuffer> {
  const file = new NpySource(source);
  try {
    return joined(file.pieces(), file.nbytes);
  } finally {
    file.release();
  }
}

function joined(pieces: Iterable<Uint8Array>, nbytes: number): Uint8Array<ArrayBuffer> {
  const bytes = privateBytes(nbytes);
  let stop = 0;
  for (const piece of pieces) {
    bytes.set(piece, stop);
    stop += piece.length;
  }
  return bytes;
}
