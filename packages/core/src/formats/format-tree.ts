/**
 * What a format says: the frozen tree that a parsed format string becomes, the codes it is made of, and its limits.
 *
 * Sizes are those of x86-64 Linux (LP64): `l` is 8 bytes native and 4 standard. Sizes, offsets and alignments count
 * bytes. The grammar is `format-parser.ts`; reading and writing values is `codec.ts`.
 *
 * Source: CPython's `struct` documentation (3.11, and `F` and `D` of 3.14), PEP 3118, and NumPy's reading of PEP 3118
 * (`numpy/_core/_internal.py`), which is what its words are taken to mean where they leave a question open.
 *
 * @module
 */

/** The order of bytes within a number. */
export type ByteOrder = "little" | "big";

/** The byte order of this machine's typed arrays: that of native formats. */
export const NATIVE_BYTE_ORDER: ByteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

/** One value: a number, a character, a string, a pointer. */
export interface ScalarType {
  readonly kind: "scalar";
  /** A key of {@link SCALAR_CODES}. */
  readonly code: string;
  readonly itemsize: number;
  /** 1 unless the format asks for native alignment. */
  readonly alignment: number;
  readonly byteOrder: ByteOrder;
  /** Sized by `struct`'s standard table (`=`, `<`, `>`, `!`), where a float that is too large is an error. */
  readonly standard: boolean;
  /** Characters of a string (`s`, `p`, `u`, `w`), bytes of a named `x`, bits of a `t`; else 1. */
  readonly length: number;
  /** False where JavaScript can't tell the value: `g`, `Zg`, `O`, `&`, `X{}` and `t`. */
  readonly hasValues: boolean;
}

/** Values of one type in C order: `(2,3)f`. */
export interface SubArrayType {
  readonly kind: "subarray";
  readonly shape: readonly number[];
  readonly item: FormatType;
  readonly itemsize: number;
  readonly alignment: number;
  readonly hasValues: boolean;
}

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  /** Bytes from the start of the record. */
  readonly offset: number;
  readonly type: FormatType;
}

/** Named values: `T{i:a:d:b:}`. Fields without a name are called `f0`, `f1`, ... as NumPy calls them. */
export interface RecordType {
  readonly kind: "record";
  readonly fields: readonly RecordField[];
  readonly itemsize: number;
  readonly alignment: number;
  readonly hasValues: boolean;
}

/** One item of a tuple; `count` values of `type`, side by side. */
export interface TupleMember {
  /** Bytes from the start of the tuple. */
  readonly offset: number;
  readonly count: number;
  readonly type: FormatType;
}

/** Values without names, side by side: what `struct` reads as a Python tuple. Unlike a record, not padded at its end. */
export interface TupleType {
  readonly kind: "tuple";
  readonly members: readonly TupleMember[];
  /** Values in the tuple: the sum of its members' counts. */
  readonly length: number;
  readonly itemsize: number;
  readonly alignment: number;
  readonly hasValues: boolean;
}

export type FormatType = ScalarType | SubArrayType | RecordType | TupleType;

/** A parsed format string. Frozen throughout. */
export interface Format {
  readonly text: string;
  /** The type of one item: a tuple unless the format says exactly one value, which fills it. */
  readonly type: FormatType;
  readonly itemsize: number;
  /** The largest alignment that native mode asks for within; 1 where it asks for none. */
  readonly alignment: number;
  /** False if a part of it has values that JavaScript can't tell, so that only its size is of use. */
  readonly hasValues: boolean;
}

/** What a scalar code is. */
export interface ScalarCode {
  /** Bytes of one (one character, for strings) in native mode. */
  readonly nativeSize: number;
  /** Bytes of one in standard mode; 0 where `struct` has none. */
  readonly standardSize: number;
  /** Alignment in native mode. */
  readonly alignment: number;
  /** `struct`'s own, not only PEP 3118's. */
  readonly inStruct: boolean;
  /** A count before it gives the length of one value instead of a number of values. */
  readonly isString: boolean;
  readonly hasValues: boolean;
}

function structCode(nativeSize: number, standardSize: number, alignment: number = nativeSize): ScalarCode {
  return { nativeSize, standardSize, alignment, inStruct: true, isString: false, hasValues: true };
}

function byteString(): ScalarCode {
  return { nativeSize: 1, standardSize: 1, alignment: 1, inStruct: true, isString: true, hasValues: true };
}

function pepCode(size: number, alignment: number, kind: "number" | "string" | "opaque"): ScalarCode {
  const sizes = { nativeSize: size, standardSize: size, alignment };
  return { ...sizes, inStruct: false, isString: kind === "string", hasValues: kind !== "opaque" };
}

/**
 * Every scalar code. A PEP 3118 code has the same size in both modes, as has a pointer there: `ctypes` writes `<P`.
 * `F` and `D` are the complex numbers of Python 3.14's `struct`; PEP 3118 and NumPy spell them `Zf` and `Zd`.
 */
export const SCALAR_CODES: ReadonlyMap<string, ScalarCode> = new Map<string, ScalarCode>([
  ["x", byteString()],
  ["s", byteString()],
  ["p", byteString()],
  ["c", structCode(1, 1)],
  ["b", structCode(1, 1)],
  ["B", structCode(1, 1)],
  ["?", structCode(1, 1)],
  ["h", structCode(2, 2)],
  ["H", structCode(2, 2)],
  ["i", structCode(4, 4)],
  ["I", structCode(4, 4)],
  ["l", structCode(8, 4)],
  ["L", structCode(8, 4)],
  ["q", structCode(8, 8)],
  ["Q", structCode(8, 8)],
  ["n", structCode(8, 0)],
  ["N", structCode(8, 0)],
  ["P", structCode(8, 0)],
  ["e", structCode(2, 2)],
  ["f", structCode(4, 4)],
  ["d", structCode(8, 8)],
  ["F", structCode(8, 8, 4)],
  ["D", structCode(16, 16, 8)],
  ["Zf", pepCode(8, 4, "number")],
  ["Zd", pepCode(16, 8, "number")],
  ["Zg", pepCode(32, 16, "opaque")],
  ["g", pepCode(16, 16, "opaque")],
  ["u", pepCode(2, 2, "string")],
  ["w", pepCode(4, 4, "string")],
  ["O", pepCode(8, 8, "opaque")],
  ["&", pepCode(8, 8, "opaque")],
  ["X", pepCode(8, 8, "opaque")],
  // A run of bits takes whole bytes here: PEP 3118 doesn't say how runs share one.
  ["t", { nativeSize: 1, standardSize: 1, alignment: 1, inStruct: false, isString: true, hasValues: false }],
]);

/** Largest size of an item, count or sub-array, in bytes or elements: beyond it numbers stop being exact. */
export const FORMAT_SIZE_MAX = 9_007_199_254_740_991;

/** Deepest nesting of `T{` and `&`. */
export const FORMAT_DEPTH_MAX = 64;

/** Most axes of one sub-array: the limit of dimensions everywhere. */
export const FORMAT_NDIM_MAX = 64;

/**
 * A format may hold this many values for each byte of its item and each character of its text, and
 * {@link FORMAT_VALUES_FREE} beside. It refuses what would make reading a few bytes endless: `(1000000000)T{}`.
 */
export const FORMAT_VALUES_PER_BYTE_MAX = 64;

/** See {@link FORMAT_VALUES_PER_BYTE_MAX}. */
export const FORMAT_VALUES_FREE = 65_536;
