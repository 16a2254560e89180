/**
 * `.npz` files: zip archives of arrays, with lies in their records, or changed anywhere; and what must be true of each.
 *
 * The archives are written here, record by record, so that any number in them can be another.
 *
 * Source: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5.
 *
 * @module
 */
import { crc32, deflateRawSync } from "node:zlib";
import { type NpzFile, openNpz } from "@instride/core";
import type { Random } from "@instride/cases";
import { mutatedBytes, splicedBytes } from "./mutations.ts";
import { anyNpyFile, faultOfArray, validNpyFile } from "./npy-files.ts";
import { refusal, type Verdict } from "./verdict.ts";

const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const ZIP64_END = 0x0606_4b50;
const ZIP64_LOCATOR = 0x0706_4b50;

const NAMES: readonly string[] = ["a.npy", "b.npy", "a.npy", "__proto__.npy", "é.npy", "readme.txt", ".npy", ""];

/** What the deflated arrays of an archive may become. */
const INFLATED_BYTES_MAX = 1_048_576;

/** Zeros that were deflated: a few kilobytes that become more than is allowed. */
const BOMB: Uint8Array = deflateRawSync(new Uint8Array(4 * INFLATED_BYTES_MAX));

/** Numbers to write in place of the right one. */
type Lie = (random: Random, value: number) => number;

const lie: Lie = (random, value) =>
  random.pick([0, 1, value - 1, value + 1, value * 2, 0xffff, 0xffff_ffff, 0x7fff_ffff, random.bits()]);

/** Writes records whose numbers are lies, one in so many. */
class LyingRecord {
  readonly #bytes: number[] = [];
  readonly #random: Random;
  readonly #lieOneIn: number;

  constructor(random: Random, lieOneIn: number) {
    this.#random = random;
    this.#lieOneIn = lieOneIn;
  }

  /** Numbers of 2 or 4 bytes, or 8, little-endian. */
  numbers(width: 2 | 4 | 8, ...values: readonly number[]): this {
    for (const value of values) {
      const written = this.#random.oneIn(this.#lieOneIn) ? lie(this.#random, value) : value;
      for (let i = 0; i < width; i++) this.#bytes.push(Math.floor(Math.max(0, written) / 256 ** i) % 256);
    }
    return this;
  }

  bytes(...parts: readonly Uint8Array[]): Uint8Array {
    return Buffer.concat([Uint8Array.from(this.#bytes), ...parts]);
  }
}

interface Entry {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly stored: Uint8Array;
  readonly nbytes: number;
}

function anyEntry(random: Random): Entry {
  const name = Buffer.from(random.pick(NAMES), "utf8");
  const content = random.oneIn(2) ? validNpyFile(random) : anyNpyFile(random);
  const isDeflated = random.oneIn(2);
  const flags = random.pick([0, 0, 0x0800]);
  const known = { name, flags, crc: crc32(content), nbytes: content.length };
  if (random.oneIn(30))
    return { ...known, method: 8, stored: BOMB, nbytes: random.pick([100, 4 * INFLATED_BYTES_MAX]) };
  return { ...known, method: isDeflated ? 8 : 0, stored: isDeflated ? deflateRawSync(content, { level: 1 }) : content };
}

function anyArchive(random: Random): Uint8Array {
  const lieOneIn = random.pick([1_000_000, 200, 40]);
  const isZip64 = random.oneIn(4);
  const entries = Array.from({ length: random.between(0, 3) }, () => anyEntry(random));
  const parts: Uint8Array[] = [];
  const headers: Uint8Array[] = [];
  let offset = 0;
  for (const { name, flags, method, crc, stored, nbytes } of entries) {
    const record = (): LyingRecord => new LyingRecord(random, lieOneIn);
    const local = record()
      .numbers(4, LOCAL)
      .numbers(2, 20, flags, method, 0, 0x21)
      .numbers(4, crc, stored.length, nbytes)
      .numbers(2, name.length, 0)
      .bytes(name, stored);
    // Now and then there are fewer numbers than it says.
    const wide = [nbytes, stored.length, offset].slice(0, random.oneIn(8) ? random.below(3) : 3);
    const large = record()
      .numbers(2, 1, 24)
      .numbers(8, ...wide)
      .bytes();
    const extra = isZip64 ? large : new Uint8Array(0);
    const sizes = isZip64 ? [0xffff_ffff, 0xffff_ffff] : [stored.length, nbytes];
    const central = record()
      .numbers(4, CENTRAL)
      .numbers(2, 20, 20, flags, method, 0, 0x21)
      .numbers(4, crc, ...sizes)
      .numbers(2, name.length, extra.length, 0, 0, 0)
      .numbers(4, 0, isZip64 ? 0xffff_ffff : offset)
      .bytes(name, extra);
    parts.push(local);
    headers.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(headers);
  return Buffer.concat([
    ...parts,
    directory,
    endOf(random, lieOneIn, isZip64, entries.length, directory.length, offset),
  ]);
}

function endOf(
  random: Random,
  lieOneIn: number,
  isZip64: boolean,
  count: number,
  nbytes: number,
  offset: number,
): Uint8Array {
  const record = (): LyingRecord => new LyingRecord(random, lieOneIn);
  const end = record().numbers(4, END).numbers(2, 0, 0, count, count).numbers(4, nbytes, offset).numbers(2, 0).bytes();
  if (!isZip64) return end;
  const large = record()
    .numbers(4, ZIP64_END)
    .numbers(8, 44)
    .numbers(2, 45, 45)
    .numbers(4, 0, 0)
    .numbers(8, count, count, nbytes, offset)
    .bytes();
  const locator = record()
    .numbers(4, ZIP64_LOCATOR, 0)
    .numbers(8, offset + nbytes)
    .numbers(4, 1)
    .bytes();
  return Buffer.concat([large, locator, end]);
}

/** An archive, or what once was one. */
export function anyNpzFile(random: Random): Uint8Array<ArrayBuffer> {
  const choice = random.below(6);
  if (choice === 0) return splicedBytes(random, anyArchive(random), anyArchive(random));
  const archive = anyArchive(random);
  return choice < 3 ? mutatedBytes(random, archive) : Uint8Array.from(archive);
}

/** Arrays that are read of an archive. */
const ARRAYS_MAX = 4;

/** Opens an archive, and reads its arrays. It counts as read if one of them is. */
export async function checkNpz(file: Uint8Array): Promise<Verdict> {
  try {
    await using archive = await openNpz(file, { inflatedBytesMax: INFLATED_BYTES_MAX });
    let isRead = false;
    for (const name of archive.files.slice(0, ARRAYS_MAX)) {
      const member = await checkMember(archive, name, Math.max(file.length, INFLATED_BYTES_MAX));
      if (member.fault !== null) return member;
      isRead ||= member.isRead;
    }
    return { isRead, fault: null };
  } catch (error) {
    return refusal(error);
  }
}

async function checkMember(archive: NpzFile, name: string, bytesMax: number): Promise<Verdict> {
  let asked = 0;
  const allocate = (nbytes: number): SharedArrayBuffer => {
    asked = nbytes;
    return new SharedArrayBuffer(nbytes);
  };
  try {
    await archive.header(name);
    using array = await archive.read(name, { allocate });
    return { isRead: true, fault: faultOfArray(array, bytesMax) };
  } catch (error) {
    if (asked <= bytesMax) return refusal(error);
    return { isRead: false, fault: `it asked for ${asked} bytes, expected at most ${bytesMax}` };
  }
}
