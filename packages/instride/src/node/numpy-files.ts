/**
 * NumPy's files by path: `.npy` and `.npz`, read straight into the memory of an array, written from any layout.
 *
 * @module
 */
import {
  type Exportable,
  type MemoryView,
  NPY_PREFIX_BYTES,
  npyDataOffset,
  type NpyHeader,
  type NpyOptions,
  NpySource,
  NpyTarget,
  type NpzArrays,
  type NpzFile,
  type NpzLimits,
  npzPieces,
  type NpzWriteOptions,
  openNpz,
  parseNpyHeader,
  ValueError,
} from "@instride/core";
import { FileSource, withFile, writePieces } from "./files.ts";

/** How a file is read into an array. */
export interface LoadOptions extends NpyOptions {
  /** Looked at between pieces of at most a megabyte; then the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a file is written. */
export interface SaveOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a `.npy` file: `np.load`. Its data go straight into the memory that `allocate` gives.
 *
 * @param path - a regular file
 * @throws as `parseNpyHeader`; a {@link ValueError} if the data are cut off, before memory is taken for them; what
 *   `allocate` throws; the file system's errors; the signal's reason. Memory that was allocated is given back then
 *
 * @example
 * ```ts
 * const volume = await loadNpy("volume.npy", { allocate: (nbytes) => rt.empty([nbytes], "uint8") });
 * ```
 */
export async function loadNpy(path: string | URL, options: LoadOptions = {}): Promise<MemoryView> {
  const source = await FileSource.open(path, options.signal);
  try {
    const header = await readHeader(source);
    const { dataOffset, nbytes } = header;
    if (source.nbytes - dataOffset < nbytes) {
      throw new ValueError(
        `cannot read ${String(path)}: its data have ${source.nbytes - dataOffset} bytes, expected ${nbytes}`,
      );
    }
    const target = new NpyTarget(header, options);
    try {
      await source.read(target.bytes, dataOffset);
      return target.toView();
    } catch (error) {
      target.release();
      throw error;
    }
  } finally {
    await source.close();
  }
}

async function readHeader(source: FileSource): Promise<NpyHeader> {
  const prefix = new Uint8Array(Math.min(source.nbytes, NPY_PREFIX_BYTES));
  await source.read(prefix, 0);
  const start = new Uint8Array(Math.min(source.nbytes, npyDataOffset(prefix)));
  await source.read(start, 0);
  return parseNpyHeader(start);
}

/**
 * Writes an array of any layout to a `.npy` file: `np.save`, byte for byte. The array is held meanwhile, and not copied.
 *
 * @throws as `NpySource`; the file system's errors; the signal's reason. What was written by then stays
 */
export async function saveNpy(path: string | URL, source: Exportable, { signal }: SaveOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  const bytes = new NpySource(source);
  try {
    await withFile(path, "w", (file) => writePieces(file, bytes.pieces(), null, signal));
  } finally {
    bytes.release();
  }
}

/**
 * Opens a `.npz` file: `np.load`. Its arrays are read when they are asked for, and the file stays open until it is closed.
 *
 * @param path - a regular file
 * @throws as `openNpz`; the file system's errors
 *
 * @example
 * ```ts
 * await using file = await loadNpz("scan.npz");
 * const volume = await file.read("volume", { allocate: (nbytes) => rt.empty([nbytes], "uint8") });
 * ```
 */
export async function loadNpz(path: string | URL, limits: NpzLimits = {}): Promise<NpzFile> {
  return openNpz(await FileSource.open(path), limits);
}

/**
 * Writes arrays of any layout to a `.npz` file: `np.savez`, or `np.savez_compressed` if `compression` is `deflated`. They
 * are held meanwhile, and not copied whole.
 *
 * @param arrays - by name, or a list, whose names are `arr_0`, `arr_1`, ...
 * @throws as `npzPieces`; the file system's errors; the signal's reason. What was written by then stays
 */
export async function saveNpz(
  path: string | URL,
  arrays: NpzArrays,
  { signal, ...options }: SaveOptions & NpzWriteOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  await withFile(path, "w", (file) => writePieces(file, npzPieces(arrays, options), null, signal));
}
