/**
 * What is in a zip archive, and where: its directory, read and checked before any of it is used.
 *
 * Nothing in an archive is trusted. Sizes and places must lie inside it, entries must not overlap (small archives of
 * enormous content are made that way), and names must differ. ZIP64 is understood; archives in several parts are refused.
 * Bytes that belong to no entry are left alone, but for any between the directory and the end.
 *
 * Units: bytes. Numbers are little-endian.
 *
 * Source: PKWARE's APPNOTE 6.3.10; CPython `Lib/zipfile`.
 *
 * @module
 */
import type { ByteSource } from "../memory/byte-source.ts";
import { describe, ValueError } from "../errors.ts";
import { decodeUtf8 } from "../formats/utf8.ts";
import * as zip from "./zip-format.ts";

/** One file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** `STORED`, `DEFLATED`, or a method that nobody here knows. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Bytes in the archive. */
  readonly storedBytes: number;
  /** Bytes of the content. */
  readonly nbytes: number;
  /** Where its local header begins. */
  readonly start: number;
  /** Where the next entry, or the directory, begins. */
  readonly stop: number;
}

/** Largest directory that is read: some 200,000 entries. */
export const DIRECTORY_BYTES_MAX = 16_777_216;

/** A comment may follow the end, of as many bytes as 16 bits can count. */
const COMMENT_BYTES_MAX = 65_535;

interface DirectoryPlace {
  readonly start: number;
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Reads the directory of an archive.
 *
 * @returns the entries in the order of the directory
 * @throws {@link ValueError} for what is no zip archive, is cut off, or contradicts itself
 *
 * Cost: one read of the end, one of the directory; O(entries · log entries).
 */
export async function readZipDirectory(source: ByteSource): Promise<readonly ZipEntry[]> {
  const place = await findDirectory(source);
  if (place.bytes > DIRECTORY_BYTES_MAX) {
    refuse(`its directory has ${place.bytes} bytes, expected at most ${DIRECTORY_BYTES_MAX}`);
  }
  if (place.entries * zip.CENTRAL_BYTES > place.bytes) {
    refuse(`its directory has ${place.bytes} bytes, expected more for ${place.entries} entries`);
  }
  const view = await readAt(source, place.start, place.bytes);
  const entries: Omit<ZipEntry, "stop">[] = [];
  let offset = 0;
  while (offset < place.bytes) {
    const { entry, bytes } = readEntry(view, offset);
    entries.push(entry);
    offset += bytes;
  }
  if (entries.length !== place.entries) {
    refuse(`its directory has ${entries.length} entries, expected ${place.entries}`);
  }
  return withStops(entries, place.start);
}

/**
 * Finds the bytes of an entry.
 *
 * @returns where they begin
 * @throws {@link ValueError} if the local header isn't there, has another name, or leaves no room for them
 */
export async function findEntryBytes(source: ByteSource, entry: ZipEntry): Promise<number> {
  const header = await readAt(source, entry.start, Math.min(zip.LOCAL_BYTES, entry.stop - entry.start));
  if (header.byteLength < zip.LOCAL_BYTES || header.getUint32(0, true) !== zip.LOCAL_SIGNATURE) {
    refuse(`no entry begins at byte ${entry.start}, expected ${describe(entry.name)}`);
  }
  const flags = header.getUint16(6, true);
  const nameBytes = header.getUint16(26, true);
  const start = entry.start + zip.LOCAL_BYTES + nameBytes + header.getUint16(28, true);
  if (start + entry.storedBytes > entry.stop) {
    refuse(
      `entry ${describe(entry.name)} has bytes [${start}, ${start + entry.storedBytes}), but ends at ${entry.stop}`,
    );
  }
  const name = nameOf(await readAt(source, entry.start + zip.LOCAL_BYTES, nameBytes), flags);
  if (name !== entry.name) refuse(`an entry is called ${describe(name)}, expected ${describe(entry.name)}`);
  return start;
}

async function findDirectory(source: ByteSource): Promise<DirectoryPlace> {
  const tailBytes = Math.min(source.nbytes, zip.END_BYTES + COMMENT_BYTES_MAX);
  const tail = await readAt(source, source.nbytes - tailBytes, tailBytes);
  let end = tailBytes - zip.END_BYTES;
  while (end >= 0 && !isEnd(tail, end)) end--;
  if (end < 0) return refuse("it has no end record: it is none, or cut off");
  const endOffset = source.nbytes - tailBytes + end;

  const isOnePart = tail.getUint16(end + 4, true) === 0 && tail.getUint16(end + 6, true) === 0;
  const [entriesHere, entries] = [tail.getUint16(end + 8, true), tail.getUint16(end + 10, true)];
  const place = { start: tail.getUint32(end + 16, true), bytes: tail.getUint32(end + 12, true), entries };
  const zip64 = await findZip64Directory(source, endOffset);
  if (zip64 !== null) return zip64;
  if (!isOnePart || entriesHere !== entries) refuse("it is one of several parts, expected a whole archive");
  return checkedPlace(place, endOffset);
}

/** An end, with a comment that reaches to the end of the file. */
function isEnd(tail: DataView, offset: number): boolean {
  if (tail.getUint32(offset, true) !== zip.END_SIGNATURE) return false;
  return offset + zip.END_BYTES + tail.getUint16(offset + 20, true) === tail.byteLength;
}

async function findZip64Directory(source: ByteSource, endOffset: number): Promise<DirectoryPlace | null> {
  const locatorOffset = endOffset - zip.ZIP64_LOCATOR_BYTES;
  if (locatorOffset < 0) return null;
  const locator = await readAt(source, locatorOffset, zip.ZIP64_LOCATOR_BYTES);
  if (locator.getUint32(0, true) !== zip.ZIP64_LOCATOR_SIGNATURE) return null;
  const offset = readUint64(locator, 8);
  if (locator.getUint32(4, true) !== 0 || locator.getUint32(16, true) > 1) {
    refuse("it is one of several parts, expected a whole archive");
  }
  if (offset + zip.ZIP64_END_BYTES > locatorOffset) {
    refuse(`its ZIP64 end is at byte ${offset}, expected it before byte ${locatorOffset}`);
  }
  const end = await readAt(source, offset, zip.ZIP64_END_BYTES);
  if (end.getUint32(0, true) !== zip.ZIP64_END_SIGNATURE) refuse(`no ZIP64 end is at byte ${offset}`);
  const isOnePart = end.getUint32(16, true) === 0 && end.getUint32(20, true) === 0;
  const [entriesHere, entries] = [readUint64(end, 24), readUint64(end, 32)];
  if (!isOnePart || entriesHere !== entries) refuse("it is one of several parts, expected a whole archive");
  return checkedPlace({ start: readUint64(end, 48), bytes: readUint64(end, 40), entries }, offset);
}

function checkedPlace(place: DirectoryPlace, stop: number): DirectoryPlace {
  if (place.start + place.bytes === stop) return place;
  return refuse(
    `its directory has bytes [${place.start}, ${place.start + place.bytes}), expected them to end at ${stop}`,
  );
}

function readEntry(
  view: DataView<ArrayBuffer>,
  offset: number,
): { readonly entry: Omit<ZipEntry, "stop">; readonly bytes: number } {
  const left = view.byteLength - offset;
  if (left < zip.CENTRAL_BYTES || view.getUint32(offset, true) !== zip.CENTRAL_SIGNATURE) {
    refuse(`no entry is at byte ${offset} of its directory`);
  }
  const flags = view.getUint16(offset + 8, true);
  const nameBytes = view.getUint16(offset + 28, true);
  const extraBytes = view.getUint16(offset + 30, true);
  const bytes = zip.CENTRAL_BYTES + nameBytes + extraBytes + view.getUint16(offset + 32, true);
  if (bytes > left) refuse(`an entry of its directory has ${bytes} bytes, and ${left} are left`);
  const part = (start: number, length: number): DataView<ArrayBuffer> =>
    new DataView(view.buffer, view.byteOffset + offset + start, length);
  const name = nameOf(part(zip.CENTRAL_BYTES, nameBytes), flags);

  // ZIP64 holds those of these that don't fit, in this order.
  const large = zip64Fields(part(zip.CENTRAL_BYTES + nameBytes, extraBytes));
  const wide = (at: number): number => {
    const value = view.getUint32(offset + at, true);
    if (value !== zip.MAX_32) return value;
    return large.shift() ?? refuse(`entry ${describe(name)} lacks a ZIP64 number`);
  };
  const nbytes = wide(24);
  const storedBytes = wide(20);
  const start = wide(42);
  if (view.getUint16(offset + 34, true) !== 0) refuse("it is one of several parts, expected a whole archive");
  const entry = {
    name,
    method: view.getUint16(offset + 10, true),
    isEncrypted: (flags & zip.FLAG_ENCRYPTED) !== 0,
    crc: view.getUint32(offset + 16, true),
    storedBytes,
    nbytes,
    start,
  };
  return { entry, bytes };
}

/** The numbers of the ZIP64 field among the extra fields; without one, none. */
function zip64Fields(extra: DataView): number[] {
  for (let offset = 0; offset + 4 <= extra.byteLength;) {
    const id = extra.getUint16(offset, true);
    const stop = offset + 4 + extra.getUint16(offset + 2, true);
    if (stop > extra.byteLength) refuse("an extra field of its directory is cut off");
    if (id === zip.ZIP64_EXTRA) {
      const numbers: number[] = [];
      for (let at = offset + 4; at + 8 <= stop && numbers.length < 3; at += 8) numbers.push(readUint64(extra, at));
      return numbers;
    }
    offset = stop;
  }
  return [];
}

/** Tells each entry where it must end: where the next one begins. */
function withStops(entries: readonly Omit<ZipEntry, "stop">[], directoryStart: number): readonly ZipEntry[] {
  const byPlace = entries.toSorted((a, b) => a.start - b.start);
  const stops = new Map<object, number>();
  const names = new Set<string>();
  for (const [i, entry] of byPlace.entries()) {
    const { name, start, storedBytes } = entry;
    const stop = byPlace[i + 1]?.start ?? directoryStart;
    if (start + zip.LOCAL_BYTES + storedBytes > stop) {
      refuse(`entry ${describe(name)} of ${storedBytes} bytes at ${start} overlaps what begins at ${stop}`);
    }
    if (names.has(name)) refuse(`it has two entries called ${describe(name)}`);
    names.add(name);
    stops.set(entry, stop);
  }
  return entries.map((entry) => ({ ...entry, stop: stops.get(entry)! }));
}

/** The upper half of code page 437, in which names are that are not said to be UTF-8. */
const CODE_PAGE_437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

function nameOf({ buffer, byteOffset, byteLength }: DataView, flags: number): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if ((flags & zip.FLAG_UTF8) !== 0) return decodeUtf8(bytes, "a name in a zip archive");
  return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 128]!)).join("");
}

async function readAt(source: ByteSource, position: number, length: number): Promise<DataView<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await source.read(bytes, position);
  return new DataView(bytes.buffer);
}

/** What doesn't fit into a number lies outside any archive; half of 2^53, so that sums stay exact. */
function readUint64(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true);
  if (value > NUMBER_MAX) refuse(`a number in it is ${value}, expected at most ${NUMBER_MAX}`);
  return Number(value);
}

const NUMBER_MAX: bigint = 2n ** 51n;

function refuse(fact: string): never {
  throw new ValueError(`cannot read a zip archive: ${fact}`);
}
