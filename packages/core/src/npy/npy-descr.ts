/**
 * NumPy's description of an element in a `.npy` header, as a PEP 3118 format and back.
 *
 * A description is a `dtype.str` (`"<i4"`, `"|S3"`) or, of a record, a list of fields: `[('a', '<i2'), ('b', '<f8')]`. A
 * void without a name is padding. The format of a record is packed (`^`), with its padding written out, since a
 * description says no alignment: `T{^h:a:6xd:b:}`. What has this machine's byte order is native, so that an array of it
 * has a dtype.
 *
 * Objects are refused: they are pickled, and reading those would run code. So are dates, which have no format. The title
 * of a field is lost, as it is in NumPy's own export.
 *
 * Source: NumPy `lib/format.py`, `dtype_to_descr` and `descr_to_dtype`; `_array_descr` in `_core/_internal.py`.
 *
 * @module
 */
import { describe, DTypeError, FormatError, NotImplementedError, ValueError } from "../errors.ts";
import { type FormatType, NATIVE_BYTE_ORDER, type RecordField, type ScalarType } from "../formats/format-tree.ts";
import { parseFormat } from "../formats/format.ts";
import { type Literal, type LiteralSequence, pythonString, pythonTuple } from "./python-literal.ts";

/** A `dtype.str`, or the fields of a record. */
export type Descr = string | readonly DescrField[];

/** A field of a record, or padding where the name is empty and the type is a void. */
export interface DescrField {
  readonly name: string;
  readonly descr: Descr;
  /** Of a sub-array; without axes for one value. */
  readonly shape: readonly number[];
}

/** Whose byte order a format is to have: the description's, or this machine's. */
export type DescrByteOrder = "file" | "native";

/**
 * Checks what a header says of its elements.
 *
 * @throws {@link ValueError} for what is no description, and for objects; {@link NotImplementedError} for dates
 */
export function descrOfLiteral(literal: Literal): Descr {
  const { descr, shape } = typeOfLiteral(literal);
  return shape.length === 0 ? descr : refuse(literal, "a sub-array is no element: its axes belong to the shape");
}

function typeOfLiteral(literal: Literal): Omit<DescrField, "name"> {
  if (typeof literal === "string") {
    scalarOf(literal);
    return { descr: literal, shape: [] };
  }
  if (isSequence(literal, "list")) return { descr: literal.items.map(fieldOfLiteral), shape: [] };
  if (!isSequence(literal, "tuple") || literal.items.length !== 2)
    return refuse(literal, "expected a string or a list");
  const [item, shape] = literal.items as [Literal, Literal];
  const inner = typeOfLiteral(item);
  return { descr: inner.descr, shape: [...shapeOfLiteral(shape), ...inner.shape] };
}

function fieldOfLiteral(literal: Literal): DescrField {
  if (!isSequence(literal, "tuple")) return refuse(literal, "expected a field, (name, type) or (name, type, shape)");
  const [name, type, shape, ...more] = literal.items;
  if (name === undefined || type === undefined || more.length > 0) {
    return refuse(literal, "expected a field, (name, type) or (name, type, shape)");
  }
  const { descr, shape: inner } = typeOfLiteral(type);
  const outer = shape === undefined ? [] : shapeOfLiteral(shape);
  return { name: nameOfLiteral(name), descr, shape: [...outer, ...inner] };
}

/** A name, or a pair of title and name. */
function nameOfLiteral(literal: Literal): string {
  const isTitled = isSequence(literal, "tuple") && literal.items.length === 2;
  const [title, name] = isTitled ? literal.items : ["", literal];
  if (typeof title !== "string" || typeof name !== "string") return refuse(literal, "expected the name of a field");
  if (name.includes(":")) return refuse(literal, "a field's name in a format has no colon");
  return name;
}

/** NumPy takes a number for the length of one axis. */
function shapeOfLiteral(literal: Literal): readonly number[] {
  const items = isSequence(literal, "tuple") ? literal.items : [literal];
  for (const item of items) {
    if (typeof item !== "number" || item < 0) refuse(literal, "expected the shape of a sub-array");
  }
  return items as readonly number[];
}

function isSequence(literal: Literal, kind: LiteralSequence["kind"]): literal is LiteralSequence {
  return typeof literal === "object" && literal !== null && literal.kind === kind;
}

function refuse(literal: Literal, fact: string): never {
  const shown = typeof literal === "object" && literal !== null ? `a ${literal.kind}` : describe(literal);
  throw new ValueError(`cannot use ${shown} as the description of a NumPy element: ${fact}`);
}

/** What a `dtype.str` says. */
interface Scalar {
  /** NumPy's letter for the kind of value. */
  readonly kind: string;
  /** Bytes; of text, characters. */
  readonly size: number;
  readonly isBigEndian: boolean;
}

const DTYPE_STR = /^([<>|=]?)([biufcSUVOMm])([0-9]*)(\[[^\]]*\])?$/;

function scalarOf(text: string): Scalar {
  const [, order, kind, digits, unit] = DTYPE_STR.exec(text) ?? [];
  if (kind === undefined || digits === undefined) return refuse(text, "expected a dtype such as '<f8'");
  if (kind === "O") return refuse(text, "objects are pickled, and reading them would run code");
  if (kind === "M" || kind === "m") {
    throw new NotImplementedError(`cannot read elements of dtype ${describe(text)}: dates have no format`);
  }
  const size = Number(digits);
  const known = STRING_CODES.has(kind) || NUMBER_CODES.has(`${kind}${size}`);
  if (unit !== undefined || !known || !Number.isSafeInteger(size))
    return refuse(text, "expected a dtype such as '<f8'");
  return { kind, size, isBigEndian: order === "=" || order === "|" || order === "" ? IS_BIG_ENDIAN : order === ">" };
}

const IS_BIG_ENDIAN: boolean = NATIVE_BYTE_ORDER === "big";

/** Kinds of any size, with their codes, which take it as a count. */
const STRING_CODES: ReadonlyMap<string, string> = new Map([
  ["S", "s"],
  ["U", "w"],
  ["V", "x"],
]);

const NUMBER_CODES: ReadonlyMap<string, string> = new Map([
  ["b1", "?"],
  ["i1", "b"],
  ["i2", "h"],
  ["i4", "i"],
  ["i8", "q"],
  ["u1", "B"],
  ["u2", "H"],
  ["u4", "I"],
  ["u8", "Q"],
  ["f2", "e"],
  ["f4", "f"],
  ["f8", "d"],
  ["f16", "g"],
  ["c8", "Zf"],
  ["c16", "Zd"],
  ["c32", "Zg"],
]);

/**
 * Writes a description as a format.
 *
 * @throws {@link ValueError} for two fields of one name, nesting beyond the limits of formats, or too large an element
 */
export function formatOfDescr(descr: Descr, byteOrder: DescrByteOrder): string {
  const writer = new FormatWriter(byteOrder, typeof descr === "string" ? "" : "^");
  const text = writer.write(descr);
  try {
    parseFormat(text);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new ValueError("cannot use the description of a NumPy element: it has no format", { cause });
  }
  return text;
}

class FormatWriter {
  readonly #byteOrder: DescrByteOrder;
  /** The prefix of values in this machine's order. */
  readonly #native: string;
  /** The prefix that holds at this place of the text. */
  #prefix = "";

  constructor(byteOrder: DescrByteOrder, native: string) {
    this.#byteOrder = byteOrder;
    this.#native = native;
  }

  write(descr: Descr): string {
    if (typeof descr === "string") return this.#writeScalar(scalarOf(descr));
    return `T{${descr.map((field) => this.#writeField(field)).join("")}}`;
  }

  #writeField({ name, descr, shape }: DescrField): string {
    const isPadding = name === "" && typeof descr === "string" && scalarOf(descr).kind === "V";
    const extents = shape.length === 0 ? "" : `(${shape.join(",")})`;
    return `${extents}${this.write(descr)}${isPadding ? "" : `:${name}:`}`;
  }

  #writeScalar({ kind, size, isBigEndian }: Scalar): string {
    const string = STRING_CODES.get(kind);
    const code = string === undefined ? NUMBER_CODES.get(`${kind}${size}`)! : `${size}${string}`;
    if (!hasByteOrder(kind, size)) return code;
    const isForeign = isBigEndian !== IS_BIG_ENDIAN && this.#byteOrder === "file";
    const prefix = isForeign ? (isBigEndian ? ">" : "<") : this.#native;
    if (prefix === this.#prefix) return code;
    this.#prefix = prefix;
    return `${prefix}${code}`;
  }
}

function hasByteOrder(kind: string, size: number): boolean {
  return kind === "U" || (!STRING_CODES.has(kind) && size > 1);
}

/** A description, and the axes that it adds to the array's: an element can't be a sub-array in NumPy. */
export type ElementDescr = Omit<DescrField, "name">;

/**
 * Describes the elements of a format.
 *
 * @throws {@link DTypeError} if NumPy has no dtype for it, or can't describe it in a file: pointers, objects, bits, fields
 *   that overlap or are out of order
 */
export function descrOfFormat(format: string): ElementDescr {
  try {
    return descrOfType(parseFormat(format).type);
  } catch (cause) {
    if (!(cause instanceof UndescribedError)) throw cause;
    throw new DTypeError(`cannot describe format ${describe(format)} in a .npy file: ${cause.message}`);
  }
}

/** Why a part of a format has no description. */
class UndescribedError extends Error {}

function descrOfType(type: FormatType): ElementDescr {
  switch (type.kind) {
    case "scalar":
      return { descr: dtypeStr(type), shape: [] };
    case "subarray": {
      const { descr, shape } = descrOfType(type.item);
      return { descr, shape: [...type.shape, ...shape] };
    }
    case "record":
      return { descr: descrOfFields(type.fields, type.itemsize), shape: [] };
    case "tuple":
      break;
  }
  const [first] = type.members;
  if (first === undefined) return { descr: `|V${type.itemsize}`, shape: [] };
  if (type.members.length === 1 && first.type.itemsize * first.count === type.itemsize) {
    const { descr, shape } = descrOfType(first.type);
    return { descr, shape: first.count === 1 ? shape : [first.count, ...shape] };
  }
  // NumPy takes a tuple for a record with fields f0, f1, ...
  const fields = type.members.map(({ offset, count, type: item }, index) => ({
    name: `f${index}`,
    offset,
    type: item,
    count,
  }));
  return { descr: descrOfFields(fields, type.itemsize), shape: [] };
}

type CountedField = RecordField & { readonly count?: number };

function descrOfFields(fields: readonly CountedField[], itemsize: number): DescrField[] {
  const described: DescrField[] = [];
  let stop = 0;
  const padTo = (offset: number): void => {
    if (offset > stop) described.push({ name: "", descr: `|V${offset - stop}`, shape: [] });
  };
  for (const { name, offset, type, count = 1 } of fields) {
    if (offset < stop) throw new UndescribedError("its fields overlap or are out of order");
    padTo(offset);
    const { descr, shape } = descrOfType(type);
    described.push({ name, descr, shape: count === 1 ? shape : [count, ...shape] });
    stop = offset + type.itemsize * count;
  }
  padTo(itemsize);
  return described;
}

/** Codes whose kind follows from them alone; the size from the bytes they take. */
const KINDS: readonly (readonly [codes: readonly string[], kind: string])[] = [
  [["?"], "b"],
  [["b", "h", "i", "l", "q", "n"], "i"],
  [["B", "H", "I", "L", "Q", "N", "P"], "u"],
  [["e", "f", "d", "g"], "f"],
  [["Zf", "Zd", "Zg", "F", "D"], "c"],
  [["s", "c"], "S"],
  [["w"], "U"],
  [["x"], "V"],
];

function dtypeStr({ code, itemsize, length, byteOrder }: ScalarType): string {
  const kind = KINDS.find(([codes]) => codes.includes(code))?.[1];
  if (kind === undefined) throw new UndescribedError(`NumPy has no dtype for code ${describe(code)}`);
  const size = kind === "U" ? length : itemsize;
  return `${hasByteOrder(kind, size) ? (byteOrder === "big" ? ">" : "<") : "|"}${kind}${size}`;
}

/** Writes a description as Python does: `repr`. */
export function descrText(descr: Descr): string {
  if (typeof descr === "string") return pythonString(descr);
  const fields = descr.map((field) => {
    const parts = [pythonString(field.name), descrText(field.descr)];
    return pythonTuple(field.shape.length === 0 ? parts : [...parts, pythonTuple(field.shape)]);
  });
  return `[${fields.join(", ")}]`;
}
