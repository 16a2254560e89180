import fc from "fast-check";
import { expect, test } from "vitest";
import { codecFor } from "../../src/formats/codec.ts";
import { parseFormat } from "../../src/formats/format.ts";
import type { FormatType } from "../../src/formats/format-tree.ts";
import { formatText } from "../../src/formats/format-writer.ts";
import { pep3118Formats } from "./format-model.ts";

/** A type without what a format may say in several ways: alignment, and which of two modes of one size. */
function meaningOf(type: FormatType): unknown {
  if (type.kind === "subarray") return { shape: type.shape, itemsize: type.itemsize, item: meaningOf(type.item) };
  if (type.kind === "scalar") {
    const { code, itemsize, byteOrder, length, standard } = type;
    const isStandardLong = standard && itemsize === 4 && "lL".includes(code);
    return { code: isStandardLong ? { l: "i", L: "I" }[code] : code, itemsize, byteOrder, length };
  }
  if (type.kind === "tuple") throw new Error("a tuple is a whole format");
  const fields = type.fields.map(({ name, offset, type: own }) => ({ name, offset, type: meaningOf(own) }));
  return { fields, itemsize: type.itemsize };
}

/** In a record, so that there is no tuple; and each byte order, also one that changes on the way. */
const records = fc
  .tuple(
    fc.constantFrom("", "@", "=", "<", ">", "!", "^"),
    pep3118Formats,
    fc.constantFrom("", ">", "<", "@"),
    pep3118Formats,
  )
  .map(([prefix, first, other, second]) => `${prefix}T{${first.text}:a:${other}${second.text}:b:}`)
  .filter((text) => !/[=<>!].*[nNP]/.test(text));

test("formatText: writes a format that is read as the same fields at the same places", () => {
  const property = fc.property(records, (text) => {
    const { type, itemsize } = parseFormat(text);
    const written = parseFormat(formatText(type));
    expect(written.itemsize).toBe(itemsize);
    expect(meaningOf(written.type)).toEqual(meaningOf(type));
  });
  fc.assert(property, { numRuns: 1000 });
});

test("formatText: writes a format that reads any bytes as the same values", () => {
  const property = fc.property(records, fc.infiniteStream(fc.nat(255)), (text, stream) => {
    const { type, itemsize } = parseFormat(text);
    const bytes = Uint8Array.from({ length: itemsize }, () => stream.next().value as number);
    const view = new DataView(bytes.buffer);
    expect(readOrError(formatText(type), view)).toEqual(readOrError(text, view));
  });
  fc.assert(property, { numRuns: 300 });
});

/** Not all bytes are characters of text. */
function readOrError(format: string, view: DataView): unknown {
  try {
    return codecFor(format).read(view, 0);
  } catch (error) {
    return (error as Error).name;
  }
}

test("formatText: is plain for what has a native format", () => {
  for (const [format, text] of [
    ["d", "d"],
    ["@d", "d"],
    ["=d", "d"],
    ["<i", "i"],
    ["<l", "i"],
    ["=L", "I"],
    ["l", "l"],
    [">l", ">l"],
    [">h", ">h"],
    ["3s", "3s"],
    [">2w", ">2w"],
    ["Zd", "Zd"],
    ["O", "O"],
    ["&i", "&B"],
    ["X{i}", "X{}"],
    ["5t", "5t"],
    ["<P", "P"],
  ] as const) {
    expect(formatText(parseFormat(format).type)).toBe(text);
  }
});

test("formatText: writes alignment as padding, and every prefix", () => {
  for (const [format, text] of [
    ["T{b:a:i:b:}", "^T{^b:a:3x^i:b:}"],
    ["T{i:a:b:b:}", "^T{^i:a:^b:b:3x}"],
    ["T{b:a:=d:b:}", "^T{^b:a:^d:b:}"],
    ["T{>h:a:<h:b:}", "^T{>h:a:^h:b:}"],
    ["T{(2,3)T{h:x:}:a:3s:b:}", "^T{(2,3)T{^h:x:}:a:^3s:b:1x}"],
    ["T{(2)>3i:a:}", "^T{>(2,3)i:a:}"],
    ["T{4x:pad:}", "^T{^4x:pad:}"],
    ["T{}", "^T{}"],
  ] as const) {
    expect(formatText(parseFormat(format).type)).toBe(text);
  }
});

test("formatText: writes a sub-array of 64 axes", () => {
  const text = `T{(${"1,".repeat(62)}1)2h:a:}`;
  const { type } = parseFormat(text);
  expect(meaningOf(parseFormat(formatText(type)).type)).toEqual(meaningOf(type));
});
