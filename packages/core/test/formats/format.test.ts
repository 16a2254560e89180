import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../../src/errors.ts";
import {
  FORMAT_CACHED_LENGTH_MAX,
  FORMAT_CACHE_MAX,
  calcsize,
  nativeFormat,
  parseFormat,
  parseStructFormat,
} from "../../src/formats/format.ts";
import { FORMAT_DEPTH_MAX, FORMAT_SIZE_MAX, type FormatType, type RecordType } from "../../src/formats/format-tree.ts";
import { pep3118Formats, structFormats } from "./format-model.ts";

function recordOf(format: string): RecordType {
  const { type } = parseFormat(format);
  if (type.kind !== "record") throw new Error(`${format} is a ${type.kind}`);
  return type;
}

function fieldsOf(format: string): string[] {
  return recordOf(format).fields.map(({ name, offset, type }) => `${name} ${offset} ${textOf(type)}`);
}

function textOf(type: FormatType): string {
  if (type.kind === "scalar") return type.length === 1 ? type.code : `${type.length}${type.code}`;
  return type.kind === "subarray" ? `(${type.shape.join(",")})${textOf(type.item)}` : type.kind;
}

function refuses(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof FormatError;
  }
}

test("calcsize: agrees with a search for aligned offsets, in every mode", () => {
  fc.assert(
    fc.property(structFormats, ({ text, itemsize }) => {
      expect(calcsize(text)).toBe(itemsize);
    }),
    { numRuns: 2000 },
  );
});

test("parseFormat: takes every struct format, with struct's size", () => {
  fc.assert(
    fc.property(structFormats, ({ text }) => {
      expect(parseFormat(text)).toEqual(parseStructFormat(text));
    }),
    { numRuns: 1000 },
  );
});

test("parseFormat: lays records and sub-arrays out as a search for aligned offsets does", () => {
  fc.assert(
    fc.property(pep3118Formats, ({ text, itemsize, alignment }) => {
      const format = parseFormat(text);
      expect([format.itemsize, format.alignment]).toEqual([itemsize, alignment]);
    }),
    { numRuns: 2000 },
  );
});

test("calcsize: refuses what only PEP 3118 has", () => {
  const formats = ["T{i}", "i:x:", "(2)i", "Zd", "w", "u", "g", "O", "&i", "X{}", "t", "^i", "i<i"];
  expect(formats.filter((format) => !refuses(() => calcsize(format)))).toEqual([]);
  expect(formats.map((format) => parseFormat(format).itemsize)).toEqual([4, 4, 8, 16, 4, 2, 16, 8, 8, 8, 1, 4, 8]);
});

test("calcsize: says where and why a format is none", () => {
  expect(() => calcsize("iy")).toThrow('cannot parse format "iy": "y" at 1, expected a struct code');
  expect(() => calcsize("<n")).toThrow('cannot parse format "<n": "n" at 1, expected a struct code in mode "<"');
  expect(() => calcsize("i3")).toThrow('cannot parse format "i3": the text ends after a count, expected a code');
  expect(() => calcsize("3 i")).toThrow(FormatError);
  expect(() => calcsize(" <i")).toThrow(FormatError);
  expect(() => calcsize(7 as unknown as string)).toThrow(TypeError);
});

test("calcsize: complex numbers of Python 3.14 are aligned like their parts", () => {
  expect([calcsize("F"), calcsize("D"), calcsize("bF"), calcsize("bD"), calcsize("<bD")]).toEqual([8, 16, 12, 24, 17]);
});

test("parseFormat: a single value is its own type, several are a tuple", () => {
  expect(parseFormat("d").type.kind).toBe("scalar");
  expect(parseFormat("3s").type).toMatchObject({ kind: "scalar", code: "s", length: 3, itemsize: 3 });
  expect(parseFormat("3i").type).toMatchObject({ kind: "tuple", length: 3, members: [{ offset: 0, count: 3 }] });
  expect(parseFormat("ih").type).toMatchObject({ kind: "tuple", length: 2, itemsize: 6 });
  expect(parseFormat("xi").type).toMatchObject({ kind: "tuple", length: 1, itemsize: 8 });
  expect(parseFormat("").type).toMatchObject({ kind: "tuple", length: 0, itemsize: 0 });
});

test("parseFormat: a prefix holds until the next one, beyond the record that it stands in", () => {
  expect(fieldsOf("T{T{<i:a:}:p:d:b:}")).toEqual(["p 0 record", "b 4 d"]);
  expect(recordOf("T{T{<i:a:}:p:d:b:}").itemsize).toBe(12);
  expect(fieldsOf("T{<b:a:@i:b:}")).toEqual(["a 0 b", "b 4 i"]);
  expect(parseFormat("^bi").itemsize).toBe(5);
  expect(parseFormat("<i>i").type).toMatchObject({
    members: [{ type: { byteOrder: "little" } }, { type: { byteOrder: "big" } }],
  });
});

test("parseFormat: names what has no name as NumPy does, and refuses two of one name", () => {
  expect(fieldsOf("T{i:f1:hb:f0:q}")).toEqual(["f1 0 i", "f2 4 h", "f0 6 b", "f3 8 q"]);
  expect(() => parseFormat("T{i:a:i:a:}")).toThrow('it has two fields named "a", expected one');
});

test("parseFormat: padding is a field only if it has a name, and a count of 0 only aligns", () => {
  expect(fieldsOf("T{b:a:3xi:b:5x:rest:}")).toEqual(["a 0 b", "b 4 i", "rest 8 5x"]);
  expect(fieldsOf("T{b:a:0q}")).toEqual(["a 0 b"]);
  expect(recordOf("T{b:a:0q}").itemsize).toBe(8);
  expect(fieldsOf("T{0i:none:}")).toEqual(["none 0 (0)i"]);
});

test("parseFormat: a count within a sub-array is its last axis, and the prefix may stand on either side", () => {
  expect(fieldsOf("T{(2,3)4i:a:(2)3s:b:}")).toEqual(["a 0 (2,3,4)i", "b 96 (2)3s"]);
  expect(parseFormat("( 2 , 3 )>f")).toMatchObject({ itemsize: 24, type: { item: { byteOrder: "big" } } });
  expect(parseFormat(">(2,3)f").type).toEqual(parseFormat("(2,3)>f").type);
});

test("parseFormat: reads what ctypes writes for a structure", () => {
  // Python 3.13: memoryview(S()).format of a ctypes.Structure with these members.
  const format = "T{<b:a:7x&<i:p:<P:v:X{}:f:(2,3)<h:arr:4x<g:ld:(5)<c:s:3x<i:bits:<?:bl:7x<q:z:<O:o:}";
  expect(fieldsOf(format)).toEqual([
    "a 0 b",
    "p 8 &",
    "v 16 P",
    "f 24 X",
    "arr 32 (2,3)h",
    "ld 48 g",
    "s 64 (5)c",
    "bits 72 i",
    "bl 76 ?",
    "z 84 q",
    "o 92 O",
  ]);
});

test("parseFormat: what has no values in JavaScript is marked, with its size", () => {
  const formats = ["g", "Zg", "O", "&i", "&&T{i:a:}", "X{i->d}", "X{X{}}", "5t", "9t"].map(parseFormat);
  expect(formats.map((format) => format.itemsize)).toEqual([16, 32, 8, 8, 8, 8, 8, 1, 2]);
  expect(formats.filter((format) => format.hasValues)).toEqual([]);
  expect(parseFormat("T{i:a:(2)O:b:}").hasValues).toBe(false);
  expect(parseFormat("T{i:a:3w:b:}").hasValues).toBe(true);
});

test("parseFormat: a pointer is what it is, whatever it points to", () => {
  expect(parseFormat("b&<i").type).toMatchObject({ members: [{ offset: 0 }, { offset: 8 }] });
});

test("parseFormat: refuses hostile texts at once", () => {
  const hostile: Record<string, string> = {
    nesting: "T{".repeat(FORMAT_DEPTH_MAX + 1),
    pointers: `${"&".repeat(FORMAT_DEPTH_MAX + 1)}i`,
    count: "9".repeat(400) + "x",
    "total size": `${FORMAT_SIZE_MAX}xx`,
    "sub-array product": "(94906267,94906267)B",
    "values of no size": "(1000000000)T{}",
    "nested values of no size": "(65536)T{(65536)0s:a:}",
    "empty inner axis": "(1000000000,0)i",
    "hidden by an empty axis": "T{(0)T{(9007199254740991,9007199254740991)0s:a:}:b:(1000000000)0s:c:}",
    "hidden by infinitely many": `T{(0)T{(${"9007199254740991,".repeat(40)}1)0s:a:}:b:(1000000000)0s:c:}`,
    "infinite values": `(${"9007199254740991,".repeat(40)}9007199254740991)0s`,
    axes: `(${"1,".repeat(64)}1)i`,
    "open signature": "X{".repeat(1000),
    "open name": "i:" + "a".repeat(10_000),
  };
  const accepted = Object.keys(hostile).filter((what) => !refuses(() => parseFormat(hostile[what] ?? "")));
  expect(accepted).toEqual([]);
});

test("parseFormat: counts levels of nesting, not records", () => {
  expect(parseFormat(`T{${"T{b:a:}".repeat(2 * FORMAT_DEPTH_MAX)}}`).itemsize).toBe(2 * FORMAT_DEPTH_MAX);
});

test("parseFormat: a text of a million characters takes linear time", () => {
  expect(calcsize("x".repeat(1_000_000))).toBe(1_000_000);
  const fields = Array.from({ length: 60_000 }, (_, i) => `i:${i}:`).join("");
  expect(recordOf(`T{${fields}}`).fields).toHaveLength(60_000);
  expect(recordOf(`T{${"i".repeat(200_000)}}`).fields.at(-1)?.name).toBe("f199999");
});

test("parseFormat: gives a format or a FormatError for any text, with sizes that are integers", () => {
  const units = "@=<>!^(){},:&?0123456789 TXZxcbBhHiIlLqQnNefdspPgOuwtFD".split("");
  const texts = fc.array(fc.constantFrom(...units), { maxLength: 30 }).map((characters) => characters.join(""));
  fc.assert(
    fc.property(fc.oneof(texts, fc.string()), (text) => {
      for (const parse of [parseFormat, parseStructFormat]) {
        try {
          const { itemsize, alignment } = parse(text);
          expect(Number.isSafeInteger(itemsize) && itemsize >= 0 && [1, 2, 4, 8, 16].includes(alignment)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }),
    { numRuns: 5000 },
  );
});

test("parseFormat: the same text gives the same frozen object, until enough others have come", () => {
  const first = parseFormat("T{i:mine:}");
  expect(parseFormat("T{i:mine:}")).toBe(first);
  const isFrozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  expect(isFrozen(parseFormat("T{(2)i:a:T{d:x:}:b:}"))).toBe(true);
  expect(isFrozen(parseFormat("3ih"))).toBe(true);

  for (let i = 0; i < FORMAT_CACHE_MAX; i++) parseFormat(`T{i:other${i}:}`);
  expect(parseFormat("T{i:mine:}")).not.toBe(first);
  expect(parseFormat("T{i:mine:}")).toEqual(first);
});

test("parseFormat: a long text is not kept", () => {
  const long = "i".repeat(FORMAT_CACHED_LENGTH_MAX + 1);
  expect(parseFormat(long)).not.toBe(parseFormat(long));
});

test("nativeFormat: knows single native characters, with or without @, and nothing else", () => {
  expect(nativeFormat("l")).toMatchObject({ code: "l", itemsize: 8, alignment: 8 });
  expect(nativeFormat("@e")).toMatchObject({ code: "e", itemsize: 2, alignment: 2 });
  const codes = "cbB?hHiIlLqQnNefdP".split("");
  expect(codes.map((code) => nativeFormat(code)?.itemsize)).toEqual(codes.map(calcsize));
  expect(codes.map((code) => nativeFormat(`@${code}`))).toEqual(codes.map(nativeFormat));
  const others = ["", "@", "<i", "=i", "2i", "1i", "x", "s", "p", "ii", " i", "Zd", "F", "T{i:a:}", "@@i"];
  expect(others.filter((format) => nativeFormat(format) !== null)).toEqual([]);
});
