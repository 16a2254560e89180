/**
 * Whether a parsed format is the dtype that NumPy's text says: `"<i4"`, `"float64"`, `"('<f4', (3,))"`,
 * `"[('a', 'i1'), ('b', '<f8')]"`, `"{'names': [...], 'formats': [...], 'offsets': [...], 'itemsize': 8}"`.
 *
 * @module
 */
import type { FormatType, RecordField, ScalarType, TupleType } from "../../packages/core/src/formats/format-tree.ts";
import { expectSame } from "./cases.ts";

/** NumPy's letters for kinds of numbers, by struct's codes. */
const KINDS: readonly (readonly [codes: string, kind: string])[] = [
  ["?", "b"],
  ["bhilqn", "i"],
  ["BHILQNP", "u"],
  ["efdg", "f"],
  ["ZfZdZgFD", "c"],
  ["cs", "S"],
  ["w", "U"],
  ["x", "V"],
  ["O", "O"],
];

const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ["bool", "b"],
  ["int", "i"],
  ["uint", "u"],
  ["float", "f"],
  ["complex", "c"],
  ["object", "O"],
]);

/** A record's layout as NumPy knows it; a tuple is one with fields f0, f1, ... */
interface NumpyRecord {
  readonly fields: readonly RecordField[];
  readonly itemsize: number;
}

/** Throws unless `type` is the dtype that `text` says. */
export function expectDType(what: string, type: FormatType, text: string): void {
  expectSpec(what, type, /^[|<>=]?\w+$/.test(text) ? text : parsePython(text));
}

/** The record that NumPy makes of a type; null if it makes none. */
export function numpyRecord(type: FormatType): NumpyRecord | null {
  if (type.kind === "record") return type;
  if (type.kind !== "tuple" || soleMember(type) !== null) return null;
  const fields = type.members.map(({ offset, count, type: item }, index): RecordField => ({
    name: `f${index}`,
    offset,
    type: repeat(item, count),
  }));
  return { fields, itemsize: type.itemsize };
}

/** `3i`: NumPy makes a sub-array of it where `struct` makes three values. */
function soleMember({ members, itemsize }: TupleType): FormatType | null {
  const [member] = members;
  if (member === undefined || members.length > 1) return null;
  const whole = repeat(member.type, member.count);
  return whole.itemsize === itemsize ? whole : null;
}

function repeat(item: FormatType, count: number): FormatType {
  if (count === 1) return item;
  return { ...item, kind: "subarray", shape: [count], item, itemsize: count * item.itemsize };
}

/** Python's literals have the structure of JSON, once tuples are lists. */
function parsePython(text: string): unknown {
  const json = text.replaceAll("'", '"').replaceAll("(", "[").replaceAll(")", "]").replaceAll(",]", "]");
  return JSON.parse(json.replaceAll("True", "true"));
}

function expectSpec(what: string, type: FormatType, spec: unknown): void {
  const record = numpyRecord(type);
  if (typeof spec === "string") {
    if (type.kind !== "scalar") throw new Error(`${what}: expected ${spec}, got a ${type.kind}`);
    expectSame(what, numpyScalar(type), shortName(spec));
  } else if (!Array.isArray(spec)) {
    if (record === null) throw new Error(`${what}: expected a record, got a ${type.kind}`);
    expectDict(what, record, spec as DictSpec);
  } else if (isShape(spec[1])) {
    const array = type.kind === "tuple" ? soleMember(type) : type;
    if (array?.kind !== "subarray") throw new Error(`${what}: expected a sub-array, got a ${type.kind}`);
    expectSame(`${what} shape`, array.shape, spec[1]);
    expectSpec(`${what} item`, array.item, spec[0]);
  } else {
    if (record === null) throw new Error(`${what}: expected a record, got a ${type.kind}`);
    expectList(what, record, spec as ListSpec);
  }
}

interface DictSpec {
  readonly names: readonly string[];
  readonly formats: readonly unknown[];
  readonly offsets: readonly number[];
  readonly itemsize: number;
}

function expectDict(what: string, { fields, itemsize }: NumpyRecord, spec: DictSpec): void {
  expectSame(
    `${what} names`,
    fields.map((field) => field.name),
    spec.names,
  );
  expectSame(
    `${what} offsets`,
    fields.map((field) => field.offset),
    spec.offsets,
  );
  expectSame(`${what} itemsize`, itemsize, spec.itemsize);
  for (const [index, field] of fields.entries()) expectSpec(`${what}.${field.name}`, field.type, spec.formats[index]);
}

type ListSpec = readonly (readonly [name: string, spec: unknown, shape?: readonly number[]])[];

/** A list has no offsets: each field starts where the one before it stops. */
function expectList(what: string, { fields, itemsize }: NumpyRecord, spec: ListSpec): void {
  expectSame(
    `${what} names`,
    fields.map((field) => field.name),
    spec.map(([name]) => name),
  );
  let stop = 0;
  for (const [index, field] of fields.entries()) {
    expectSame(`${what}.${field.name} offset`, field.offset, stop);
    const [, itemSpec, shape] = spec[index] ?? [];
    expectSpec(`${what}.${field.name}`, field.type, shape === undefined ? itemSpec : [itemSpec, shape]);
    stop += field.type.itemsize;
  }
  expectSame(`${what} itemsize`, itemsize, stop);
}

function isShape(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((extent) => typeof extent === "number");
}

function numpyScalar(type: ScalarType): string {
  const { code, itemsize, byteOrder } = type;
  const kind = KINDS.find(([codes]) => codes.includes(code))?.[1] ?? "?";
  const size = kind === "U" ? itemsize / 4 : itemsize;
  const hasOrder = !"bSVO".includes(kind) && itemsize > 1;
  return `${hasOrder ? (byteOrder === "little" ? "<" : ">") : "|"}${kind}${size}`;
}

/** `"float64"` and `"f8"` are `"<f8"`, `"int8"` is `"|i1"`. */
function shortName(name: string): string {
  const [, order = "", letters = "", digits = ""] = /^([|<>=]?)([A-Za-z]+)(\d*)$/.exec(name) ?? [];
  const kind = LONG_NAMES.get(letters);
  if (kind === undefined) return `${order === "" ? orderOf(letters, digits) : order}${letters}${digits}`;
  const size = kind === "b" ? "1" : kind === "O" ? "8" : String(Number(digits) / 8);
  return `${orderOf(kind, size)}${kind}${size}`;
}

function orderOf(kind: string, size: string): string {
  return "bSVO".includes(kind) || size === "1" ? "|" : "<";
}
