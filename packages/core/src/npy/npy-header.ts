/**
 * The header of a `.npy` file: what its elements are, how many, in which order, and where their bytes begin.
 *
 *     "\x93NUMPY" major minor length header
 *
 * `length` counts the bytes of the header, little-endian: 2 bytes in version 1, 4 in versions 2 and 3. The header is a
 * Python dictionary, in Latin-1 (versions 1 and 2) or UTF-8 (version 3), padded so that the data begin on a multiple of 64
 * bytes. Descriptions of elements are `npy-descr.ts`; no data is touched here.
 *
 * Source: NumPy `lib/format.py` and its NEP 1.
 *
 * @module
 */
import { describe, registerErrorClass, ValueError } from "../errors.ts";
import { type Exportable, getBuffer } from "../protocol/exporter.ts";
import { BufferFlags } from "../protocol/flags.ts";
import { parseFormat } from "../formats/format.ts";
import { checkShape, sizeOf } from "../layout/layout.ts";
import { descrOfLiteral, descrText, type ElementDescr, formatOfDescr } from "./npy-descr.ts";
import { type Literal, parsePythonLiteral, pythonTuple } from "./python-literal.ts";
import { decodeUtf8, encodeUtf8 } from "../formats/utf8.ts";

/** What a header says. */
export interface NpyHeader {
  readonly version: 1 | 2 | 3;
  /** Of the elements as they lie in the file; native where the file has this machine's byte order. */
  readonly format: string;
  /** Of the same elements in this machine's byte order. */
  readonly nativeFormat: string;
  /** Bytes of one element. */
  readonly itemsize: number;
  /** Elements along each axis. */
  readonly shape: readonly number[];
  /** True where the first axis varies fastest. */
  readonly fortranOrder: boolean;
  /** Bytes from the start of the file to the data. */
  readonly dataOffset: number;
  /** Bytes of the data. */
  readonly nbytes: number;
}

/** Nothing is there where a file should begin: Python's `EOFError`. */
export class EndOfFileError extends ValueError {
  override readonly name: string = "EndOfFileError";
  override readonly pyName: string = "EOFError";
  override readonly code: string = "end-of-file";
}

registerErrorClass("EndOfFileError", EndOfFileError);

/** As many bytes of a file say how long its header is. */
export const NPY_PREFIX_BYTES = 12;

/** Longest header that is read: a record of some ten thousand fields. NumPy stops at 10,000 bytes. */
export const NPY_HEADER_BYTES_MAX = 1_048_576;

const MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Data begin on a multiple of this many bytes. */
const ALIGNMENT = 64;

/** Room that is left for the length of the axis along which a file may grow. */
const GROWTH_DIGITS_MAX = 21;

/** Where the text of a header lies. */
interface HeaderPlace {
  readonly version: 1 | 2 | 3;
  readonly start: number;
  readonly stop: number;
}

/**
 * Finds out where the data of a `.npy` file begin: as many bytes are needed to read its header.
 *
 * @param file - its first {@link NPY_PREFIX_BYTES} bytes at least
 * @throws {@link EndOfFileError} for no bytes at all; {@link ValueError} for what is no `.npy` file of version 1, 2 or 3, or
 *   a header beyond {@link NPY_HEADER_BYTES_MAX}
 */
export function npyDataOffset(file: Exportable): number {
  return placeOf(firstBytes(file, NPY_PREFIX_BYTES)).stop;
}

/**
 * Reads the header of a `.npy` file.
 *
 * @param file - the file, or the start of it up to the data
 * @throws as {@link npyDataOffset}; {@link ValueError} for a header that is cut off, is not the literal that NumPy writes,
 *   or says more than 2^53 bytes; a `NotImplementedError` for elements that are dates
 *
 * Cost: O(length of the header); no memory is taken for the data.
 */
export function parseNpyHeader(file: Exportable): NpyHeader {
  const { version, start, stop } = placeOf(firstBytes(file, NPY_PREFIX_BYTES));
  const bytes = firstBytes(file, stop);
  if (bytes.length < stop) {
    refuse(`its header has ${bytes.length - start} bytes, expected ${stop - start}`);
  }
  const { descr, fortranOrder, shape } = readFields(decode(bytes.subarray(start, stop), version));
  const format = formatOfDescr(descr, "file");
  const { itemsize } = parseFormat(format);
  const nbytes = sizeOf(shape) * itemsize;
  if (!Number.isSafeInteger(nbytes)) {
    refuse(`shape ${describe(shape)} of ${itemsize}-byte elements is too large, expected less than 2^53 bytes`);
  }
  const nativeFormat = formatOfDescr(descr, "native");
  return Object.freeze({ version, format, nativeFormat, itemsize, shape, fortranOrder, dataOffset: stop, nbytes });
}

/** A private copy of the first bytes, at most `count`: what others write meanwhile changes nothing. */
function firstBytes(file: Exportable, count: number): Uint8Array<ArrayBuffer> {
  const held = getBuffer(file, BufferFlags.SIMPLE);
  try {
    return new Uint8Array(held.buffer, held.byteOffset, Math.min(held.nbytes, count)).slice();
  } finally {
    held.release();
  }
}

function placeOf(prefix: Uint8Array<ArrayBuffer>): HeaderPlace {
  if (prefix.length === 0) throw new EndOfFileError("cannot read a .npy file: it has no bytes");
  const magic = prefix.subarray(0, MAGIC.length);
  if (magic.length < MAGIC.length || MAGIC.some((byte, i) => byte !== magic[i])) {
    refuse(`it begins with bytes ${describe(Array.from(magic))}, expected ${describe(MAGIC)}`);
  }
  const [major, minor] = [prefix[6], prefix[7]];
  if ((major !== 1 && major !== 2 && major !== 3) || minor !== 0) {
    return refuse(`it has version ${major}.${minor}, expected 1.0, 2.0 or 3.0`);
  }
  const start = major === 1 ? 10 : 12;
  if (prefix.length < start) return refuse(`it has ${prefix.length} bytes, expected a header`);
  const view = new DataView(prefix.buffer);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > NPY_HEADER_BYTES_MAX) {
    refuse(`its header has ${length} bytes, expected at most ${NPY_HEADER_BYTES_MAX}`);
  }
  return { version: major, start, stop: start + length };
}

function decode(bytes: Uint8Array, version: HeaderPlace["version"]): string {
  if (version === 3) return decodeUtf8(bytes, "the header of a .npy file");
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

const KEYS: readonly string[] = ["descr", "fortran_order", "shape"];

function readFields(text: string) {
  const literal = parsePythonLiteral(text);
  if (typeof literal !== "object" || literal === null || literal.kind !== "dict") {
    return refuse("its header is no dictionary");
  }
  const { entries } = literal;
  if (entries.size !== KEYS.length || !KEYS.every((key) => entries.has(key))) {
    refuse(`its header has the keys ${describe([...entries.keys()])}, expected ${describe(KEYS)}`);
  }
  const fortranOrder = entries.get("fortran_order");
  if (typeof fortranOrder !== "boolean") return refuse("fortran_order is no boolean");
  const descr = descrOfLiteral(entries.get("descr") ?? null);
  return { descr, fortranOrder, shape: readShape(entries.get("shape") ?? null) };
}

function readShape(literal: Literal): readonly number[] {
  if (typeof literal === "object" && literal?.kind === "tuple") return checkShape(literal.items);
  return refuse("shape is no tuple");
}

function refuse(fact: string): never {
  throw new ValueError(`cannot read a .npy file: ${fact}`);
}

/**
 * Writes a header as NumPy does: in the oldest version that can hold it.
 *
 * @returns everything up to the data
 */
export function writeNpyHeader(
  { descr, shape: inner }: ElementDescr,
  shape: readonly number[],
  fortranOrder: boolean,
): Uint8Array<ArrayBuffer> {
  const axes = [...shape, ...inner];
  const order = fortranOrder ? "True" : "False";
  const text = `{'descr': ${descrText(descr)}, 'fortran_order': ${order}, 'shape': ${pythonTuple(axes)}, }`;
  const growing = fortranOrder ? axes.at(-1) : axes[0];
  const padded = growing === undefined ? text : text + " ".repeat(GROWTH_DIGITS_MAX - String(growing).length);
  const isLatin = !/[^\0-\xff]/u.test(padded);
  const bytes = isLatin ? Uint8Array.from(padded, (character) => character.charCodeAt(0)) : encodeUtf8(padded);
  if (!isLatin) return wrap(bytes, 3);
  return paddedLength(bytes.length, 10) <= 0xffff ? wrap(bytes, 1) : wrap(bytes, 2);
}

/** The bytes of a header with the blanks that align the data, and a newline. NumPy adds at least one of 1 to 64 blanks. */
function paddedLength(length: number, start: number): number {
  return length + 1 + ALIGNMENT - ((start + length + 1) % ALIGNMENT);
}

function wrap(text: Uint8Array, version: 1 | 2 | 3): Uint8Array<ArrayBuffer> {
  const start = version === 1 ? 10 : 12;
  const length = paddedLength(text.length, start);
  const file = new Uint8Array(start + length).fill(0x20);
  file.set([...MAGIC, version, 0]);
  const view = new DataView(file.buffer);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  file.set(text, start);
  file[file.length - 1] = 0x0a;
  return file;
}
