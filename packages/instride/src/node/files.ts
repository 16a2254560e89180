/**
 * Views and files: a file read straight into an array, an array of any layout written to a file.
 *
 * Where elements lie side by side the bytes go between the file and the memory itself; others pass through a buffer of
 * bounded size. The array is held meanwhile, so that nobody frees it.
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { type ByteSource, describe, type Exportable, HeldBytes, ValueError } from "@instride/core";

/** An open file: what is used of Node's `FileHandle`. */
export interface OpenFile {
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
}

/** A file: its path, or open. What is given open stays open. */
export type FileTarget = string | URL | OpenFile;

export interface FileOptions {
  /**
   * Where in the file the first byte is. Default: of a path its start, and writing replaces the file; of an open file the
   * place where it stands.
   */
  readonly position?: number;
  /** Looked at between pieces of at most a megabyte; then the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that go through the file system at once. */
const PIECE_BYTES = 1_048_576;

/**
 * Reads bytes from a file into the elements of a view, in C order: Python's `readinto`.
 *
 * @param target - any writable exporter, of any layout
 * @returns the bytes read: as many as `target` has, or fewer where the file ends before; elements behind stay as they are
 * @throws a `BufferError` for read-only memory; the file system's errors; the signal's reason
 *
 * @example
 * ```ts
 * const frame = rt.empty([1080, 1920, 3], "uint8");
 * if ((await readInto("frame.raw", frame)) < frame.nbytes) throw new Error("the file is too short");
 * ```
 */
export async function readInto(file: FileTarget, target: Exportable, options: FileOptions = {}): Promise<number> {
  options.signal?.throwIfAborted();
  const start = startOf(options);
  const held = new HeldBytes(target, "write");
  try {
    return await withFile(file, "r", (opened) => fillPieces(opened, held, start, options.signal));
  } finally {
    held.release();
  }
}

async function fillPieces(
  file: OpenFile,
  held: HeldBytes,
  start: number | null,
  signal: AbortSignal | undefined,
): Promise<number> {
  let total = 0;
  for (const piece of held.pieces(PIECE_BYTES)) {
    signal?.throwIfAborted();
    const count = await readBytes(file, piece.bytes, start === null ? null : start + total);
    piece.store(count);
    total += count;
    if (count < piece.bytes.length) break;
  }
  return total;
}

/** Reads until the bytes are full or the file ends: one call may read less. @returns how many were read */
async function readBytes(file: OpenFile, bytes: Uint8Array, position: number | null): Promise<number> {
  let count = 0;
  while (count < bytes.length) {
    const length = bytes.length - count;
    const { bytesRead } = await file.read(bytes, count, length, position === null ? null : position + count);
    if (bytesRead === 0) break;
    count += bytesRead;
  }
  return count;
}

/**
 * Writes the bytes of a view's elements to a file, in C order.
 *
 * @param source - any exporter, of any layout
 * @returns the bytes written: as many as `source` has
 * @throws `TypeError` for what exports no memory; the file system's errors; the signal's reason
 */
export async function writeFrom(file: FileTarget, source: Exportable, options: FileOptions = {}): Promise<number> {
  options.signal?.throwIfAborted();
  const start = startOf(options);
  const held = new HeldBytes(source, "read");
  try {
    return await withFile(file, start === null ? "w" : "modify", (opened) =>
      writePieces(opened, bytesOf(held), start, options.signal),
    );
  } finally {
    held.release();
  }
}

function* bytesOf(held: HeldBytes): Generator<Uint8Array, void, undefined> {
  for (const { bytes } of held.pieces(PIECE_BYTES)) yield bytes;
}

/** Writes pieces one after another. @returns how many bytes they had */
export async function writePieces(
  file: OpenFile,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  start: number | null,
  signal: AbortSignal | undefined,
): Promise<number> {
  let total = 0;
  for await (const bytes of pieces) {
    for (let count = 0; count < bytes.length;) {
      signal?.throwIfAborted();
      const length = Math.min(bytes.length - count, PIECE_BYTES);
      const position = start === null ? null : start + total + count;
      const { bytesWritten } = await file.write(bytes, count, length, position);
      count += bytesWritten;
    }
    total += bytes.length;
  }
  return total;
}

/** Reads; replaces; or writes into a file, which is made if there is none, and whose other bytes stay. */
type OpenFlags = "r" | "w" | "modify";

/** Node's file system is loaded with the first file: a program that opens none starts sooner. */
async function openPath(path: string | URL, flags: OpenFlags): Promise<FileHandle> {
  const { constants, open } = await import("node:fs/promises");
  return open(path, flags === "modify" ? constants.O_WRONLY | constants.O_CREAT : flags);
}

/** Opens a path for the time of `use`; uses an open file as it is. */
export async function withFile<T>(file: FileTarget, flags: OpenFlags, use: (file: OpenFile) => Promise<T>): Promise<T> {
  if (typeof file === "object" && "read" in file) return use(file);
  const handle = await openPath(file, flags);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

function startOf({ position }: FileOptions): number | null {
  if (position === undefined) return null;
  if (Number.isSafeInteger(position) && position >= 0) return position;
  throw new ValueError(`cannot use ${describe(position)} as a position in a file: expected an integer from 0`);
}

/** An open file, as what an archive is read from. */
export class FileSource implements ByteSource {
  readonly nbytes: number;
  readonly #handle: FileHandle;
  readonly #signal: AbortSignal | undefined;

  constructor(handle: FileHandle, nbytes: number, signal: AbortSignal | undefined) {
    this.#handle = handle;
    this.nbytes = nbytes;
    this.#signal = signal;
  }

  /** Opens a file. @throws a {@link ValueError} for a directory, a pipe or a device */
  static async open(path: string | URL, signal?: AbortSignal): Promise<FileSource> {
    signal?.throwIfAborted();
    const handle = await openPath(path, "r");
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new ValueError(`cannot read arrays from ${String(path)}: expected a regular file`);
      return new FileSource(handle, stat.size, signal);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    for (let start = 0; start < target.length; start += PIECE_BYTES) {
      this.#signal?.throwIfAborted();
      const piece = target.subarray(start, start + PIECE_BYTES);
      const count = await readBytes(this.#handle, piece, position + start);
      if (count === piece.length) continue;
      throw new ValueError(
        `cannot read ${target.length} bytes from byte ${position}: the file ends at ${position + start + count}`,
      );
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
