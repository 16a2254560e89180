/**
 * `.npz` files: several arrays in a zip archive, each a `.npy` file under its name.
 *
 * An archive is opened without reading its arrays, and each is read when asked for, straight into the memory that it is
 * given if it was stored (`np.savez`), inflated into it otherwise (`np.savez_compressed`).
 *
 * Source: NumPy `lib/_npyio_impl.py`: `NpzFile`, `savez`.
 *
 * @module
 */
import { type ByteSource, MemorySource } from "../memory/byte-source.ts";
import { describe, ValueError } from "../errors.ts";
import { type Exportable, isExporter } from "../protocol/exporter.ts";
import { privateBytes } from "../views/copy.ts";
import type { MemoryView } from "../views/memory-view.ts";
import { EndOfFileError, NPY_PREFIX_BYTES, npyDataOffset, type NpyHeader, parseNpyHeader } from "./npy-header.ts";
import { type NpyOptions, NpySource, NpyTarget } from "./npy.ts";
import { type CancelSignal, ZipContent } from "./zip-content.ts";
import { readZipDirectory, type ZipEntry } from "./zip-directory.ts";
import { STORED } from "./zip-format.ts";
import { zipArchive, type ZipInput } from "./zip-writer.ts";

/** What an archive may be. */
export interface NpzLimits {
  /** Bytes that all deflated arrays together may become. Default {@link NPZ_INFLATED_BYTES_MAX}. */
  readonly inflatedBytesMax?: number;
}

/** How an array of an archive is read. */
export interface NpzReadOptions extends NpyOptions {
  /** Looked at between pieces of the file; then reading ends with its reason. */
  readonly signal?: CancelSignal | undefined;
}

/** 1 GiB: a file of some megabytes that becomes more is more likely a trap than an array. */
export const NPZ_INFLATED_BYTES_MAX = 1_073_741_824;

const EXTENSION = ".npy";

/**
 * Opens an archive: reads its directory, and checks it.
 *
 * @param source - the bytes of a `.npz` file, which are held, or what reads them; closed with the file, and if this fails
 * @throws {@link EndOfFileError} for no bytes at all; {@link ValueError} for what is no zip archive, is cut off or
 *   contradicts itself, has a name twice, or would inflate to more than `inflatedBytesMax`
 *
 * @example
 * ```ts
 * await using file = await openNpz(bytes);
 * file.files; // ["mean", "volume"]
 * const volume = await file.read("volume", { allocate: (nbytes) => owner.empty([nbytes], "uint8") });
 * ```
 */
export async function openNpz(source: Exportable | ByteSource, limits: NpzLimits = {}): Promise<NpzFile> {
  const bytes = isExporter(source) ? new MemorySource(source) : source;
  try {
    return new NpzFile(bytes, await readArrays(bytes, limits));
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function readArrays(
  source: ByteSource,
  { inflatedBytesMax = NPZ_INFLATED_BYTES_MAX }: NpzLimits,
): Promise<ReadonlyMap<string, ZipEntry>> {
  if (source.nbytes === 0) throw new EndOfFileError("cannot read a .npz file: it has no bytes");
  const arrays = new Map<string, ZipEntry>();
  let inflatedBytes = 0;
  for (const entry of await readZipDirectory(source)) {
    if (!entry.name.endsWith(EXTENSION)) continue;
    arrays.set(entry.name.slice(0, -EXTENSION.length), entry);
    if (entry.method !== STORED) inflatedBytes += entry.nbytes;
  }
  if (inflatedBytes > inflatedBytesMax) {
    throw new ValueError(
      `cannot read a .npz file: its arrays inflate to ${inflatedBytes} bytes, expected at most ${inflatedBytesMax} (inflatedBytesMax)`,
    );
  }
  return arrays;
}

/** An open archive. Made by {@link openNpz}. */
export class NpzFile implements AsyncDisposable {
  /** The names of the arrays, in the order of the archive. */
  readonly files: readonly string[];
  readonly #source: ByteSource;
  readonly #arrays: ReadonlyMap<string, ZipEntry>;

  constructor(source: ByteSource, arrays: ReadonlyMap<string, ZipEntry>) {
    this.files = Object.freeze([...arrays.keys()]);
    this.#source = source;
    this.#arrays = arrays;
  }

  /** Reads what the header of an array says. @throws as {@link read} */
  async header(name: string): Promise<NpyHeader> {
    const content = await ZipContent.open(this.#source, this.#entryOf(name));
    try {
      return await readHeader(content);
    } finally {
      await content.close();
    }
  }

  /**
   * Reads an array.
   *
   * @throws {@link ValueError} if there is none of this name, or its bytes are damaged or fewer than its header says;
   *   a `NotImplementedError` if it is encrypted or compressed otherwise; as `parseNpyHeader`; what `allocate` throws; the
   *   signal's reason. Memory that was allocated is given back then
   */
  async read(name: string, options: NpzReadOptions = {}): Promise<MemoryView> {
    const content = await ZipContent.open(this.#source, this.#entryOf(name), options.signal);
    try {
      const header = await readHeader(content);
      if (header.nbytes > content.left) {
        throw new ValueError(
          `cannot read array ${describe(name)}: its data have ${content.left} bytes, expected ${header.nbytes}`,
        );
      }
      const target = new NpyTarget(header, options);
      try {
        await content.read(target.bytes);
        await content.finish();
        return target.toView();
      } catch (error) {
        target.release();
        throw error;
      }
    } finally {
      await content.close();
    }
  }

  /** Gives up the source. Calling it again does nothing. */
  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #entryOf(name: string): ZipEntry {
    const entry = this.#arrays.get(name);
    if (entry !== undefined) return entry;
    throw new ValueError(`cannot read array ${describe(name)}: expected one of ${describe(this.files)}`);
  }
}

async function readHeader(content: ZipContent): Promise<NpyHeader> {
  const prefix = new Uint8Array(Math.min(content.left, NPY_PREFIX_BYTES));
  await content.read(prefix);
  const bytes = new Uint8Array(Math.min(npyDataOffset(prefix), prefix.length + content.left));
  // A header of a byte or none ends before the prefix does. It is no dictionary, and refused as such.
  bytes.set(prefix.subarray(0, bytes.length));
  await content.read(bytes.subarray(prefix.length));
  return parseNpyHeader(bytes);
}

/** Arrays by name, or a list of them, which are called `arr_0`, `arr_1`, ... */
export type NpzArrays = Readonly<Record<string, Exportable>> | readonly Exportable[];

/** How an archive is written. */
export interface NpzWriteOptions {
  /** `stored` (default) is NumPy's `savez`, `deflated` its `savez_compressed`. */
  readonly compression?: "stored" | "deflated";
}

/**
 * Writes arrays of any layout as the pieces of a `.npz` file. They are held from the first piece to the last.
 *
 * @throws as `NpySource`; {@link ValueError} for a name that is too long, or another compression
 */
export async function* npzPieces(
  arrays: NpzArrays,
  { compression = "stored" }: NpzWriteOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (compression !== "stored" && compression !== "deflated") {
    throw new ValueError(`cannot compress as ${describe(compression)}: expected "stored" or "deflated"`);
  }
  const sources: NpySource[] = [];
  try {
    const inputs: ZipInput[] = [];
    for (const [name, array] of namedArrays(arrays)) {
      const source = new NpySource(array);
      sources.push(source);
      const { nbytes } = source;
      const isDeflated = compression === "deflated";
      inputs.push({ name: `${name}${EXTENSION}`, nbytes, isDeflated, pieces: () => source.pieces() });
    }
    yield* zipArchive(inputs);
  } finally {
    for (const source of sources) source.release();
  }
}

function namedArrays(arrays: NpzArrays): readonly (readonly [name: string, array: Exportable])[] {
  if (Array.isArray(arrays)) return (arrays as readonly Exportable[]).map((array, i) => [`arr_${i}`, array]);
  if (typeof arrays !== "object" || arrays === null || isExporter(arrays)) {
    throw new TypeError(`cannot write ${describe(arrays)} as a .npz file: expected arrays by name, or a list of them`);
  }
  return Object.entries(arrays);
}

/**
 * Writes arrays of any layout as the bytes of a `.npz` file.
 *
 * @throws as {@link npzPieces}
 *
 * @example
 * ```ts
 * await writeNpz({ volume, mean }, { compression: "deflated" });
 * ```
 */
export async function writeNpz(arrays: NpzArrays, options: NpzWriteOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let nbytes = 0;
  for await (const piece of npzPieces(arrays, options)) {
    // A piece may be the memory of an array, which is held no longer than the next one.
    pieces.push(piece.slice());
    nbytes += piece.length;
  }
  const file = privateBytes(nbytes);
  let stop = 0;
  for (const piece of pieces) {
    file.set(piece, stop);
    stop += piece.length;
  }
  return file;
}
