/**
 * The way back from a tree to a format string: how the type of a field is written, when it becomes a view's own format.
 *
 * What comes out says the same bytes as what was read, in fewer words: native byte order is written without a prefix of
 * its own, offsets are written as padding, and nothing is left to alignment.
 *
 * @module
 */
import {
  FORMAT_NDIM_MAX,
  type FormatType,
  NATIVE_BYTE_ORDER,
  type RecordType,
  type ScalarType,
} from "./format-tree.ts";

/**
 * Writes a type of one item.
 *
 * A record is written as one without alignment, `^T{...}`, whose padding keeps every field where it was; a scalar as
 * `struct` would take it, where it has it.
 *
 * @returns a format that `parseFormat` reads as a type of the same size, fields and values
 *
 * Cost: O(size of the tree).
 */
export function formatText(type: FormatType): string {
  if (type.kind !== "scalar") return `^${itemText(type)}`;
  const { prefix, code } = scalarText(type);
  return prefix + code;
}

/** A type within a record, with a prefix wherever one could still hold from before. */
function itemText(type: FormatType): string {
  if (type.kind === "record") return `T{${fieldsText(type)}}`;
  if (type.kind === "scalar") {
    const { prefix, code } = scalarText(type);
    return (prefix === "" ? "^" : prefix) + code;
  }
  if (type.kind === "tuple") throw new Error("internal: a tuple is a whole format, and no part of one");
  // The parser takes one axis less in parentheses than it makes of them and a count.
  const inner = type.shape.slice(0, FORMAT_NDIM_MAX - 1);
  const last = type.shape.slice(FORMAT_NDIM_MAX - 1);
  const item = itemText(type.item);
  const split = item.startsWith("T{") ? 0 : 1;
  return `${item.slice(0, split)}(${inner.join(",")})${last.join("")}${item.slice(split)}`;
}

function fieldsText({ fields, itemsize }: RecordType): string {
  let end = 0;
  let text = "";
  for (const { name, offset, type } of fields) {
    text += `${paddingText(offset - end)}${itemText(type)}:${name}:`;
    end = offset + type.itemsize;
  }
  return text + paddingText(itemsize - end);
}

function paddingText(nbytes: number): string {
  return nbytes === 0 ? "" : `${nbytes}x`;
}

/** The codes that are smaller in standard mode, and what has that size in both. */
const STANDARD_LONGS: ReadonlyMap<string, string> = new Map([
  ["l", "i"],
  ["L", "I"],
]);

/** Whose values are no numbers, or are known to a format by more than their code. */
const WHOLE_TEXTS: ReadonlyMap<string, string> = new Map([
  ["&", "&B"],
  ["X", "X{}"],
]);

const STRING_CODES = "xspuwt";

function scalarText(type: ScalarType): { prefix: "" | "<" | ">"; code: string } {
  const { byteOrder, standard, length } = type;
  if (STRING_CODES.includes(type.code)) return { prefix: orderOf(byteOrder), code: `${length}${type.code}` };
  if (byteOrder !== NATIVE_BYTE_ORDER) return { prefix: orderOf(byteOrder), code: type.code };
  const code = (standard ? STANDARD_LONGS.get(type.code) : undefined) ?? type.code;
  return { prefix: "", code: WHOLE_TEXTS.get(code) ?? code };
}

function orderOf(byteOrder: ScalarType["byteOrder"]): "" | "<" | ">" {
  if (byteOrder === NATIVE_BYTE_ORDER) return "";
  return byteOrder === "little" ? "<" : ">";
}
