/**
 * A zip archive, written piece by piece: nothing is gone back to, and no content is kept.
 *
 * The checksum of what is stored stands in its local header, so its pieces are read twice. What is deflated is read once;
 * its checksum and sizes follow it. ZIP64 records are written where 32 bits don't do. There are no times: the same content
 * gives the same archive, dated 1980 as NumPy's.
 *
 * Units: bytes. Numbers are little-endian.
 *
 * Source: PKWARE's APPNOTE 6.3.10; CPython `Lib/zipfile`.
 *
 * @module
 */
import { crc32 } from "./crc32.ts";
import { deflate } from "./deflate.ts";
import { describe, ValueError } from "../errors.ts";
import { encodeUtf8 } from "../formats/utf8.ts";
import * as zip from "./zip-format.ts";

/** A file that is to be in an archive. */
export interface ZipInput {
  readonly name: string;
  /** Bytes of the content. */
  readonly nbytes: number;
  readonly isDeflated: boolean;
  /** Walks over the content; the same bytes each time. */
  pieces(): Iterable<Uint8Array>;
}

/** What the directory says of a file that has been written. */
export interface WrittenEntry {
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly storedBytes: number;
  readonly nbytes: number;
  /** Where its local header begins. */
  readonly start: number;
}

/** Version 2.0 deflates, 4.5 has ZIP64. */
const VERSION = 20;
const VERSION_ZIP64 = 45;

/** Made on Unix, where a file that says nothing of its mode can't be read by anybody. */
const MADE_BY_UNIX: number = 3 << 8;
const MODE_OWNER_READS_AND_WRITES: number = (0o600 << 16) >>> 0;

/** The first of January 1980, midnight: as early as zip can say. */
const DATE_1980 = 0x0021;

/** Content beyond may have 2^32 bytes once deflated: bytes that don't deflate become more. */
const SMALL_CONTENT_MAX = 0x7fff_ffff;

/** Writes an archive. */
export async function* zipArchive(inputs: Iterable<ZipInput>): AsyncGenerator<Uint8Array, void, undefined> {
  const entries: WrittenEntry[] = [];
  let offset = 0;
  for (const input of inputs) {
    const entry = yield* input.isDeflated ? deflatedFile(input, offset) : storedFile(input, offset);
    entries.push(entry.written);
    offset += entry.bytes;
  }
  yield directory(entries, offset);
}

interface WrittenFile {
  readonly written: WrittenEntry;
  /** Of its header, its content and what follows it. */
  readonly bytes: number;
}

type FileWriter = AsyncGenerator<Uint8Array, WrittenFile, undefined>;

async function* storedFile(input: ZipInput, start: number): FileWriter {
  let crc = 0;
  for (const piece of input.pieces()) crc = crc32(piece, crc);
  const { nbytes } = input;
  const written = { ...nameOf(input), method: zip.STORED, crc, storedBytes: nbytes, nbytes, start };
  const header = localHeader(written, nbytes > SMALL_CONTENT_MAX);
  yield header;
  yield* input.pieces();
  return { written, bytes: header.length + nbytes };
}

async function* deflatedFile(input: ZipInput, start: number): FileWriter {
  const { nbytes } = input;
  const isLarge = nbytes > SMALL_CONTENT_MAX;
  const { nameBytes, flags } = nameOf(input);
  const unknown = { crc: 0, storedBytes: 0, nbytes: 0 };
  const known = { nameBytes, flags: flags | zip.FLAG_DESCRIPTOR, method: zip.DEFLATED, start };
  const header = localHeader({ ...known, ...unknown }, isLarge);
  yield header;
  let crc = 0;
  const summed = function* (): Generator<Uint8Array, void, undefined> {
    for (const piece of input.pieces()) {
      crc = crc32(piece, crc);
      yield piece;
    }
  };
  let storedBytes = 0;
  for await (const piece of deflate(summed())) {
    storedBytes += piece.length;
    yield piece;
  }
  const written = { ...known, crc, storedBytes, nbytes };
  const descriptor = dataDescriptor(written, isLarge);
  yield descriptor;
  return { written, bytes: header.length + storedBytes + descriptor.length };
}

function nameOf({ name }: ZipInput): Pick<WrittenEntry, "nameBytes" | "flags"> {
  const nameBytes = encodeUtf8(name);
  if (nameBytes.length > zip.MAX_16) {
    throw new ValueError(
      `cannot write an entry called ${describe(name)}: its name has ${nameBytes.length} bytes, expected at most ${zip.MAX_16}`,
    );
  }
  const isAscii = nameBytes.every((byte) => byte < 128);
  return { nameBytes, flags: isAscii ? 0 : zip.FLAG_UTF8 };
}

function localHeader(
  { nameBytes, flags, method, crc, storedBytes, nbytes }: Omit<WrittenEntry, "start">,
  isLarge: boolean,
) {
  const extra = isLarge ? zip64Extra([nbytes, storedBytes]) : NO_BYTES;
  const record = new RecordWriter(zip.LOCAL_BYTES + nameBytes.length + extra.length);
  record
    .uint32(zip.LOCAL_SIGNATURE)
    .uint16(isLarge ? VERSION_ZIP64 : VERSION)
    .uint16(flags)
    .uint16(method);
  record.uint16(0).uint16(DATE_1980).uint32(crc);
  record.uint32(isLarge ? zip.MAX_32 : storedBytes).uint32(isLarge ? zip.MAX_32 : nbytes);
  return record.uint16(nameBytes.length).uint16(extra.length).add(nameBytes).add(extra).bytes;
}

function dataDescriptor({ crc, storedBytes, nbytes }: WrittenEntry, isLarge: boolean): Uint8Array {
  const record = new RecordWriter(isLarge ? 24 : 16).uint32(zip.DESCRIPTOR_SIGNATURE).uint32(crc);
  if (isLarge) return record.uint64(storedBytes).uint64(nbytes).bytes;
  return record.uint32(storedBytes).uint32(nbytes).bytes;
}

/** The directory of an archive and its end. @param start - where it begins */
export function directory(entries: readonly WrittenEntry[], start: number): Uint8Array {
  const headers = entries.map(centralHeader);
  const bytes = headers.reduce((sum, header) => sum + header.length, 0);
  const needsZip64 = entries.length >= zip.MAX_16 || start >= zip.MAX_32 || bytes >= zip.MAX_32;
  const zip64 = needsZip64 ? zip64End(entries.length, bytes, start) : NO_BYTES;
  const record = new RecordWriter(bytes + zip64.length + zip.END_BYTES);
  for (const header of headers) record.add(header);
  record.add(zip64).uint32(zip.END_SIGNATURE).uint16(0).uint16(0);
  const entries16 = Math.min(entries.length, zip.MAX_16);
  record.uint16(entries16).uint16(entries16).uint32(Math.min(bytes, zip.MAX_32)).uint32(Math.min(start, zip.MAX_32));
  return record.uint16(0).bytes;
}

function centralHeader({ nameBytes, flags, method, crc, storedBytes, nbytes, start }: WrittenEntry): Uint8Array {
  // In this order, and only those that don't fit.
  const large = [nbytes, storedBytes, start].filter((value) => value >= zip.MAX_32);
  const extra = large.length > 0 ? zip64Extra(large) : NO_BYTES;
  const version = large.length > 0 ? VERSION_ZIP64 : VERSION;
  const record = new RecordWriter(zip.CENTRAL_BYTES + nameBytes.length + extra.length);
  record
    .uint32(zip.CENTRAL_SIGNATURE)
    .uint16(MADE_BY_UNIX | version)
    .uint16(version)
    .uint16(flags)
    .uint16(method);
  record.uint16(0).uint16(DATE_1980).uint32(crc);
  record.uint32(Math.min(storedBytes, zip.MAX_32)).uint32(Math.min(nbytes, zip.MAX_32));
  record.uint16(nameBytes.length).uint16(extra.length).uint16(0);
  record.uint16(0).uint16(0).uint32(MODE_OWNER_READS_AND_WRITES).uint32(Math.min(start, zip.MAX_32));
  return record.add(nameBytes).add(extra).bytes;
}

function zip64Extra(values: readonly number[]): Uint8Array {
  const record = new RecordWriter(4 + 8 * values.length).uint16(zip.ZIP64_EXTRA).uint16(8 * values.length);
  for (const value of values) record.uint64(value);
  return record.bytes;
}

function zip64End(entries: number, bytes: number, start: number): Uint8Array {
  const record = new RecordWriter(zip.ZIP64_END_BYTES + zip.ZIP64_LOCATOR_BYTES);
  // The size doesn't count the signature and itself.
  record.uint32(zip.ZIP64_END_SIGNATURE).uint64(zip.ZIP64_END_BYTES - 12);
  record
    .uint16(MADE_BY_UNIX | VERSION_ZIP64)
    .uint16(VERSION_ZIP64)
    .uint32(0)
    .uint32(0);
  record.uint64(entries).uint64(entries).uint64(bytes).uint64(start);
  record
    .uint32(zip.ZIP64_LOCATOR_SIGNATURE)
    .uint32(0)
    .uint64(start + bytes)
    .uint32(1);
  return record.bytes;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Numbers and bytes, one after another. */
class RecordWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(nbytes: number) {
    this.bytes = new Uint8Array(nbytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  uint16(value: number): this {
    this.#view.setUint16(this.#offset, value, true);
    this.#offset += 2;
    return this;
  }

  uint32(value: number): this {
    this.#view.setUint32(this.#offset, value, true);
    this.#offset += 4;
    return this;
  }

  uint64(value: number): this {
    this.#view.setBigUint64(this.#offset, BigInt(value), true);
    this.#offset += 8;
    return this;
  }

  add(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#offset);
    this.#offset += bytes.length;
    return this;
  }
}
