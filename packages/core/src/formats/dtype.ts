/**
 * What one element of an array is: its name, its bytes, its struct format, and the typed array that reads it.
 *
 * Names are the Array API's. Formats are those of Python's `struct` and PEP 3118 on x86-64 Linux (LP64), where `l` is
 * 8 bytes, so that NumPy's default integer is read as what it is.
 *
 * @module
 */
/// <reference lib="esnext.float16" preserve="true" />
import { DTypeError, describe } from "../errors.ts";

/** The element types of our arrays. `bool` is one byte, 0 or 1; complex values are pairs (real, imaginary). */
export type DType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128";

/** A complex number, as elements of `complex64` and `complex128` are read and written. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** The typed array that views elements of each type in a buffer of type `B`; complex ones as interleaved pairs. */
export interface TypedArrays<B extends ArrayBufferLike = ArrayBufferLike> {
  bool: Uint8Array<B>;
  int8: Int8Array<B>;
  int16: Int16Array<B>;
  int32: Int32Array<B>;
  int64: BigInt64Array<B>;
  uint8: Uint8Array<B>;
  uint16: Uint16Array<B>;
  uint32: Uint32Array<B>;
  uint64: BigUint64Array<B>;
  float16: Float16Array<B>;
  float32: Float32Array<B>;
  float64: Float64Array<B>;
  complex64: Float32Array<B>;
  complex128: Float64Array<B>;
}

/** The JavaScript value of one element of each type. */
export interface Scalars {
  bool: boolean;
  int8: number;
  int16: number;
  int32: number;
  int64: bigint;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: bigint;
  float16: number;
  float32: number;
  float64: number;
  complex64: Complex;
  complex128: Complex;
}

/** What a dtype is in memory. */
export interface DTypeInfo {
  /** Bytes of one element. */
  readonly itemsize: number;
  /** Its format in native byte order and alignment. */
  readonly format: string;
  /** Typed array elements in one element: 2 for the complex types, else 1. */
  readonly lanes: 1 | 2;
}

export const DTYPES: Readonly<Record<DType, DTypeInfo>> = {
  bool: { itemsize: 1, format: "?", lanes: 1 },
  int8: { itemsize: 1, format: "b", lanes: 1 },
  int16: { itemsize: 2, format: "h", lanes: 1 },
  int32: { itemsize: 4, format: "i", lanes: 1 },
  int64: { itemsize: 8, format: "q", lanes: 1 },
  uint8: { itemsize: 1, format: "B", lanes: 1 },
  uint16: { itemsize: 2, format: "H", lanes: 1 },
  uint32: { itemsize: 4, format: "I", lanes: 1 },
  uint64: { itemsize: 8, format: "Q", lanes: 1 },
  float16: { itemsize: 2, format: "e", lanes: 1 },
  float32: { itemsize: 4, format: "f", lanes: 1 },
  float64: { itemsize: 8, format: "d", lanes: 1 },
  complex64: { itemsize: 8, format: "Zf", lanes: 2 },
  complex128: { itemsize: 16, format: "Zd", lanes: 2 },
};

const byFormat: ReadonlyMap<string, DType> = new Map<string, DType>([
  ...(Object.entries(DTYPES) as [DType, DTypeInfo][]).map(([dtype, { format }]): [string, DType] => [format, dtype]),
  ["l", "int64"],
  ["n", "int64"],
  ["L", "uint64"],
  ["N", "uint64"],
]);

/** The dtype of a native single-element format (`"d"`, `"@d"`, `"l"`), or `null` where it has none (`">i"`, `"c"`, records). */
export function dtypeOfFormat(format: string): DType | null {
  return byFormat.get(format.startsWith("@") ? format.slice(1) : format) ?? null;
}

/** True for the name of a dtype. */
export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(DTYPES, value);
}

/** Passes a dtype through. @throws {@link DTypeError} for anything else. */
export function checkDType(value: unknown): DType {
  if (isDType(value)) return value;
  throw new DTypeError(`no dtype is named ${describe(value)}: expected one of ${Object.keys(DTYPES).join(", ")}`);
}

type TypedArrayConstructor = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;

/** Node 22 has no `Float16Array`; there the raw bits are viewed as `Uint16Array`. */
const Float16OrBits: TypedArrayConstructor = typeof Float16Array === "undefined" ? Uint16Array : Float16Array;

const CONSTRUCTORS: Readonly<Record<DType, TypedArrayConstructor>> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Float16OrBits,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/**
 * Views `size` elements of a buffer as the typed array of `dtype`.
 *
 * @param byteOffset - bytes; a multiple of the typed array's element size
 * @param size - elements (a complex one counts once, and takes two of the typed array's)
 */
export function typedArrayOver<D extends DType, B extends ArrayBufferLike>(
  dtype: D,
  buffer: B,
  byteOffset: number,
  size: number,
): TypedArrays<B>[D] {
  return new CONSTRUCTORS[dtype](buffer, byteOffset, size * DTYPES[dtype].lanes) as TypedArrays<B>[D];
}
