/**
 * What elements may be: every dtype, and formats without one, with their sizes and fields as Python's `struct` and PEP 3118
 * have them.
 *
 * @module
 */
import { codecFor, type DType, parseFormat } from "@instride/core";
import type { Random } from "@instride/cases";

export interface FieldType {
  readonly name: string;
  readonly offset: number;
  readonly itemsize: number;
  /** Axes of a sub-array. */
  readonly shape: readonly number[];
}

export interface ElementType {
  readonly format: string;
  readonly itemsize: number;
  readonly dtype: DType | null;
  readonly fields: readonly FieldType[];
}

function number(format: string, itemsize: number, dtype: DType | null = null): ElementType {
  return { format, itemsize, dtype, fields: [] };
}

function field(name: string, offset: number, itemsize: number, shape: readonly number[] = []): FieldType {
  return { name, offset, itemsize, shape };
}

/** The types that kernels take. */
export const REAL_TYPES: readonly ElementType[] = [
  number("?", 1, "bool"),
  number("b", 1, "int8"),
  number("B", 1, "uint8"),
  number("h", 2, "int16"),
  number("H", 2, "uint16"),
  number("i", 4, "int32"),
  number("I", 4, "uint32"),
  number("q", 8, "int64"),
  number("Q", 8, "uint64"),
  number("e", 2, "float16"),
  number("f", 4, "float32"),
  number("d", 8, "float64"),
];

/** The types of arrays. */
export const DTYPE_TYPES: readonly ElementType[] = [
  ...REAL_TYPES,
  number("Zf", 8, "complex64"),
  number("Zd", 16, "complex128"),
];

const FOREIGN_TYPES: readonly ElementType[] = [number(">i", 4), number("<d", 8), number(">e", 2), number("=q", 8)];

/** The types that a `.npy` file may hold. */
export const FILE_TYPES: readonly ElementType[] = [...DTYPE_TYPES, ...FOREIGN_TYPES];

const OTHER_TYPES: readonly ElementType[] = [
  ...FOREIGN_TYPES,
  number("c", 1),
  number("3s", 3),
  number("5p", 5),
  number("2w", 8),
  number("bi", 8),
  number("(2,3)H", 12),
  number("0s", 0),
  { ...number("T{b:a:h:b:}", 4), fields: [field("a", 0, 1), field("b", 2, 2)] },
  { ...number("^T{h:x:d:y:}", 10), fields: [field("x", 0, 2), field("y", 2, 8)] },
  { ...number("T{i:id:(2)f:xy:}", 12), fields: [field("id", 0, 4), field("xy", 4, 4, [2])] },
  { ...number("T{4s:name:>I:n:3x}", 11), fields: [field("name", 0, 4), field("n", 4, 4)] },
];

/** Any type. Every other one has a dtype. */
export function anyType(random: Random): ElementType {
  return random.pick(random.oneIn(2) ? DTYPE_TYPES : OTHER_TYPES);
}

/** The fields of a format that is one of these; else none. */
export function fieldsOf(format: string): readonly FieldType[] {
  return OTHER_TYPES.find((type) => type.format === format)?.fields ?? [];
}

/** The dtype that a kernel can take, or null. */
export function realType(format: string): ElementType | null {
  return REAL_TYPES.find((type) => type.format === format) ?? null;
}

/** Values that no format takes, or few. */
const ODD_VALUES: readonly unknown[] = [
  Number.NaN,
  Infinity,
  -1e40,
  -0,
  1.5,
  -1,
  256,
  65_536,
  2 ** 32,
  2n ** 63n,
  -(2n ** 70n),
  true,
  "x",
  "",
  null,
  undefined,
  {},
  [],
  [1, 2],
  { re: 1, im: 2 },
  { a: 1, b: 2 },
  new Uint8Array(3),
];

/** A value for an element, or one that fits it badly. */
export function anyValue(random: Random, format: string): unknown {
  const { itemsize } = parseFormat(format);
  if (random.oneIn(4)) return random.pick(ODD_VALUES);
  try {
    const value = codecFor(format).read(new DataView(random.bytes(itemsize).buffer), 0);
    // A NaN of other bits may lose them on its way, or not: compiled code may differ from code that isn't yet.
    return Number.isNaN(value) ? Number.NaN : value;
  } catch {
    // Bytes may be no text.
    return "";
  }
}
