/**
 * The entrances to formats: how large an item is, what it is made of, and whether it is a native single character.
 *
 * Parsed formats are frozen and cached, so the same text gives the same object and costs one look-up. The tree is
 * `format-tree.ts`, the grammar `format-parser.ts`; values are read and written by `codec.ts`.
 *
 * @module
 */
import { describe } from "../errors.ts";
import { parseFormatText, type FormatDialect } from "./format-parser.ts";
import { NATIVE_BYTE_ORDER, SCALAR_CODES, type ByteOrder, type Format } from "./format-tree.ts";

/** Formats kept in each cache; the oldest makes room. */
export const FORMAT_CACHE_MAX = 256;

/** Longest text that is kept: what strangers send must not fill the memory. */
export const FORMAT_CACHED_LENGTH_MAX = 1024;

const caches: Readonly<Record<FormatDialect, Map<string, Format>>> = { struct: new Map(), pep3118: new Map() };

/**
 * Gives the bytes of one item: `struct.calcsize`, which is also `PyBuffer_SizeFromFormat`.
 *
 * @throws {@link FormatError} for what is no `struct` format; PEP 3118's additions (`T{i:a:}`, `(2)i`, `Zd`) are none
 *
 * @example
 * ```ts
 * calcsize("bi"); // 8: the int is aligned
 * calcsize("<bi"); // 5
 * ```
 */
export function calcsize(format: string): number {
  return parseStructFormat(format).itemsize;
}

/**
 * Parses a `struct` format string.
 *
 * @throws {@link FormatError} for what is no `struct` format
 *
 * Source: CPython `Modules/_struct.c`. Two things are stricter: a size beyond `FORMAT_SIZE_MAX` bytes is refused, and
 * so is text beyond ASCII, for which Python has a `UnicodeEncodeError`.
 */
export function parseStructFormat(format: string): Format {
  return parseCached(format, "struct");
}

/**
 * Parses a PEP 3118 format string: `struct`'s formats, records, sub-arrays, complex numbers and the rest. A format
 * that `struct` takes has the same size here.
 *
 * @throws {@link FormatError} for what is none, or is beyond a limit of `format-tree.ts`
 *
 * @example
 * ```ts
 * const { itemsize, type } = parseFormat("T{b:tag:(3)d:xyz:}");
 * itemsize; // 32
 * type.kind === "record" && type.fields[1]?.offset; // 8
 * ```
 */
export function parseFormat(format: string): Format {
  return parseCached(format, "pep3118");
}

function parseCached(text: string, dialect: FormatDialect): Format {
  const cache = caches[dialect];
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (typeof text !== "string") throw new TypeError(`cannot parse format ${describe(text)}: expected a string`);
  const format = parseFormatText(text, dialect);
  if (text.length > FORMAT_CACHED_LENGTH_MAX) return format;
  if (cache.size >= FORMAT_CACHE_MAX) cache.delete(cache.keys().next().value ?? "");
  cache.set(text, format);
  return format;
}

/** A native single-character format: what a memoryview casts to, indexes and compares without `struct`. */
export interface NativeFormat {
  /** The character without its `@`. */
  readonly code: string;
  readonly itemsize: number;
  readonly alignment: number;
  readonly byteOrder: ByteOrder;
}

/** `e` is among them since Python 3.12. */
const NATIVE_CODES = "cbB?hHiIlLqQnNefdP";

const nativeFormats: ReadonlyMap<string, NativeFormat> = new Map(
  NATIVE_CODES.split("").flatMap((code): [string, NativeFormat][] => {
    const info = SCALAR_CODES.get(code);
    if (info === undefined) return [];
    const { nativeSize: itemsize, alignment } = info;
    const format = Object.freeze({ code, itemsize, alignment, byteOrder: NATIVE_BYTE_ORDER });
    return [
      [code, format],
      [`@${code}`, format],
    ];
  }),
);

/** What a native single-character format, with or without `@`, is (`"d"`, `"@d"`), or null for any other text (`"<d"`, `"2d"`). */
export function nativeFormat(format: string): NativeFormat | null {
  return nativeFormats.get(format) ?? null;
}
