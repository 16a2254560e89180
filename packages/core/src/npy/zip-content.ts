/**
 * The content of one entry of a zip archive, from its first byte to its last, checked against its checksum.
 *
 * What is stored is read straight into the memory that it is for; what is deflated is inflated a piece at a time, and no
 * further than the directory says.
 *
 * @module
 */
import type { ByteSource } from "../memory/byte-source.ts";
import { crc32 } from "./crc32.ts";
import { inflate } from "./deflate.ts";
import { describe, NotImplementedError, ValueError } from "../errors.ts";
import { findEntryBytes, type ZipEntry } from "./zip-directory.ts";
import { DEFLATED, STORED } from "./zip-format.ts";

/** The part of `AbortSignal` that is used: this package has no platform's types. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
}

/** Bytes that are read between two looks at the signal. */
const STEP_BYTES = 4_194_304;

/** Bytes that are handed to the inflater at once. */
const INFLATED_STEP_BYTES = 65_536;

/** No deflated byte becomes more than this many: 258 bytes for 2 bits, at best. */
const INFLATION_MAX = 1032;

/** Gives the bytes of a content one after another. */
interface ContentBytes {
  read(target: Uint8Array): Promise<void>;
  /** @throws {@link ValueError} if there are bytes left */
  expectEnd(): Promise<void>;
  close(): Promise<void>;
}

export class ZipContent implements AsyncDisposable {
  readonly #entry: ZipEntry;
  readonly #bytes: ContentBytes;
  readonly #signal: CancelSignal | undefined;
  #crc = 0;
  #left: number;

  private constructor(entry: ZipEntry, bytes: ContentBytes, signal: CancelSignal | undefined) {
    this.#entry = entry;
    this.#bytes = bytes;
    this.#signal = signal;
    this.#left = entry.nbytes;
  }

  /**
   * Starts to read an entry.
   *
   * @throws {@link NotImplementedError} for an encrypted entry, and one that was neither stored nor deflated
   * @throws {@link ValueError} for an entry that can't be as large as it says, and as `findEntryBytes`
   */
  static async open(source: ByteSource, entry: ZipEntry, signal?: CancelSignal): Promise<ZipContent> {
    const name = describe(entry.name);
    if (entry.isEncrypted) throw new NotImplementedError(`cannot read entry ${name}: it is encrypted`);
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw new NotImplementedError(
        `cannot read entry ${name}: its compression method is ${entry.method}, expected stored (0) or deflated (8)`,
      );
    }
    const isStored = entry.method === STORED;
    if (isStored ? entry.nbytes !== entry.storedBytes : entry.nbytes > entry.storedBytes * INFLATION_MAX) {
      throw new ValueError(`cannot read entry ${name}: ${entry.storedBytes} bytes can't hold its ${entry.nbytes}`);
    }
    const start = await findEntryBytes(source, entry);
    const bytes = isStored ? new StoredBytes(source, start) : new InflatedBytes(source, start, entry);
    return new ZipContent(entry, bytes, signal);
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#left;
  }

  /**
   * Fills `target` with the next bytes. Settles once nothing touches `target` any more.
   *
   * @throws {@link ValueError} if the content ends before, or is damaged; the signal's reason
   */
  async read(target: Uint8Array): Promise<void> {
    if (target.length > this.#left) {
      throw new ValueError(
        `cannot read ${target.length} bytes of entry ${describe(this.#entry.name)}: ${this.#left} are left`,
      );
    }
    for (let start = 0; start < target.length; start += STEP_BYTES) {
      if (this.#signal?.aborted === true) throw this.#signal.reason;
      const part = target.subarray(start, start + STEP_BYTES);
      await this.#bytes.read(part);
      this.#crc = crc32(part, this.#crc);
      this.#left -= part.length;
    }
  }

  /** Reads what is left, and compares the checksum. @throws as {@link read} */
  async finish(): Promise<void> {
    const rest = new Uint8Array(Math.min(this.#left, INFLATED_STEP_BYTES));
    while (this.#left > 0) await this.read(rest.subarray(0, this.#left));
    await this.#bytes.expectEnd();
    const { name, crc } = this.#entry;
    if (this.#crc === crc) return;
    throw new ValueError(`cannot read entry ${describe(name)}: its checksum is ${this.#crc}, expected ${crc}`);
  }

  /** Stops reading. */
  close(): Promise<void> {
    return this.#bytes.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class StoredBytes implements ContentBytes {
  readonly #source: ByteSource;
  #position: number;

  constructor(source: ByteSource, start: number) {
    this.#source = source;
    this.#position = start;
  }

  async read(target: Uint8Array): Promise<void> {
    await this.#source.read(target, this.#position);
    this.#position += target.length;
  }

  async expectEnd(): Promise<void> {}

  async close(): Promise<void> {}
}

class InflatedBytes implements ContentBytes {
  readonly #pieces: AsyncGenerator<Uint8Array, void, undefined>;
  readonly #name: string;
  /** Inflated, and not given out yet. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource, start: number, { name, storedBytes }: ZipEntry) {
    this.#pieces = inflate(piecesOf(source, start, storedBytes));
    this.#name = name;
  }

  async read(target: Uint8Array): Promise<void> {
    for (let filled = 0; filled < target.length;) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const part = this.#rest.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
  }

  async expectEnd(): Promise<void> {
    let more = this.#rest.length;
    while (more === 0) {
      const { value } = await this.#pieces.next();
      if (value === undefined) return;
      more = value.length;
    }
    throw new ValueError(`cannot read entry ${describe(this.#name)}: it inflates to more than it should`);
  }

  async close(): Promise<void> {
    await this.#pieces.return();
  }

  async #next(): Promise<Uint8Array> {
    const { value } = await this.#pieces.next();
    if (value !== undefined) return value;
    throw new ValueError(`cannot read entry ${describe(this.#name)}: it inflates to less than it should`);
  }
}

async function* piecesOf(
  source: ByteSource,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < length; offset += INFLATED_STEP_BYTES) {
    const piece = new Uint8Array(Math.min(INFLATED_STEP_BYTES, length - offset));
    await source.read(piece, start + offset);
    yield piece;
  }
}
