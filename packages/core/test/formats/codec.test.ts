import fc from "fast-check";
import { expect, test } from "vitest";
import { type Codec, codecFor } from "../../src/formats/codec.ts";
import { FormatError, NotImplementedError, OverflowError, ValueError } from "../../src/errors.ts";
import type { Exporter } from "../../src/protocol/exporter.ts";
import { decodeFloat16, encodeFloat16 } from "../../src/formats/float16.ts";
import { parseFormat } from "../../src/formats/format.ts";
import { fillInfo } from "../../src/protocol/py-buffer.ts";
import { iterUnpack, pack, packInto, unpack, unpackFrom } from "../../src/formats/struct.ts";
import { pep3118Formats, structFormats } from "./format-model.ts";

/** Memory with room around an item, filled so that a stray byte shows. */
function roomFor(itemsize: number, byteOffset: number, shared: boolean): DataView {
  const nbytes = byteOffset + itemsize + 5;
  const buffer = shared ? new SharedArrayBuffer(nbytes + 1) : new ArrayBuffer(nbytes + 1);
  new Uint8Array(buffer).fill(0xa5);
  return new DataView(buffer, 1);
}

function bytesOf(view: DataView): number[] {
  return Array.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

function viewOf(...bytes: number[]): DataView {
  return new DataView(Uint8Array.from(bytes).buffer);
}

function written(format: string, value: unknown): number[] {
  const codec = codecFor(format);
  const view = new DataView(new ArrayBuffer(codec.itemsize));
  codec.write(view, 0, value);
  return bytesOf(view);
}

function readBack(codec: Codec, view: DataView, byteOffset: number, value: unknown): unknown {
  codec.write(view, byteOffset, value);
  return codec.read(view, byteOffset);
}

const places = { byteOffset: fc.integer({ min: 0, max: 9 }), shared: fc.boolean() };

test("codec: what is written is read, for any struct format at any offset, and nothing beside it changes", () => {
  const cases = structFormats.chain(({ text, value }) => fc.record({ text: fc.constant(text), value, ...places }));
  fc.assert(
    fc.property(cases, ({ text, value, byteOffset, shared }) => {
      const codec = codecFor(text);
      const view = roomFor(codec.itemsize, byteOffset, shared);
      expect(readBack(codec, view, byteOffset, value)).toEqual(value);
      const around = bytesOf(view);
      around.splice(byteOffset, codec.itemsize);
      expect(around).toEqual(around.map(() => 0xa5));
    }),
    { numRuns: 1000 },
  );
});

test("codec: what is written is read, for any record or sub-array", () => {
  const cases = pep3118Formats.chain(({ text, value }) => fc.record({ text: fc.constant(text), value, ...places }));
  fc.assert(
    fc.property(cases, ({ text, value, byteOffset, shared }) => {
      const codec = codecFor(text);
      const view = roomFor(codec.itemsize, byteOffset, shared);
      expect(readBack(codec, view, byteOffset, value)).toEqual(value);
    }),
    { numRuns: 1000 },
  );
});

test("pack, unpack: invert each other for any struct format", () => {
  const cases = structFormats.chain(({ text, values, itemsize }) =>
    fc.record({ text: fc.constant(text), itemsize: fc.constant(itemsize), values }),
  );
  fc.assert(
    fc.property(cases, ({ text, itemsize, values }) => {
      const bytes = pack(text, ...values);
      expect(bytes).toHaveLength(itemsize);
      expect(unpack(text, bytes)).toEqual(values);
      expect(pack(text, ...unpack(text, bytes))).toEqual(bytes);
    }),
    { numRuns: 1000 },
  );
});

test("codec: a write that fails in its last part writes nothing", () => {
  const cases = pep3118Formats.chain(({ text, value }) => fc.record({ text: fc.constant(text), value }));
  fc.assert(
    fc.property(cases, ({ text, value }) => {
      const codec = codecFor(`T{T{${text}:first:}:outer:b:last:}`);
      const view = roomFor(codec.itemsize, 0, false);
      const before = bytesOf(view);
      expect(() => codec.write(view, 0, { outer: { first: value }, last: 128 })).toThrow(ValueError);
      expect(bytesOf(view)).toEqual(before);
    }),
    { numRuns: 300 },
  );
});

/** The numbers of binary16 that are not negative, by their bits, written out from its definition. */
const FLOAT16: readonly number[] = Array.from({ length: 31 }, (_, exponent) =>
  Array.from({ length: 1024 }, (__, fraction) =>
    exponent === 0 ? (fraction / 1024) * 2 ** -14 : (1 + fraction / 1024) * 2 ** (exponent - 15),
  ),
).flat();

test("float16: all 65,536 patterns stand for the number of the definition", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 65_536; bits++) {
    const magnitude = FLOAT16[bits & 0x7fff] ?? ((bits & 0x3ff) === 0 ? Infinity : NaN);
    if (!Object.is(decodeFloat16(bits), bits < 0x8000 ? magnitude : -magnitude)) wrong.push(bits);
    const isNaN = Number.isNaN(magnitude);
    if (encodeFloat16(decodeFloat16(bits)) !== (isNaN ? 0x7e00 : bits)) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

/** The next float64 away from zero, or towards it. */
function neighbour(value: number, step: 1n | -1n): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + step);
  return view.getFloat64(0);
}

test("float16: rounds to the nearest number, and halfway to the one with an even last bit", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7c00; bits++) {
    // Above the largest number lies the one that would be next, where infinity begins.
    const middle = ((FLOAT16[bits] ?? NaN) + (FLOAT16[bits + 1] ?? 65_536)) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    if (encodeFloat16(middle) !== even || encodeFloat16(-middle) !== (even | 0x8000)) wrong.push(middle);
    if (encodeFloat16(neighbour(middle, -1n)) !== bits) wrong.push(middle);
    if (encodeFloat16(neighbour(middle, 1n)) !== bits + 1) wrong.push(middle);
  }
  expect(wrong).toEqual([]);
  expect([encodeFloat16(5e-324), encodeFloat16(Number.MAX_VALUE), encodeFloat16(-Infinity)]).toEqual([
    0, 0x7c00, 0xfc00,
  ]);
});

test("codec: reads both byte orders, at any alignment, within the view only", () => {
  expect(codecFor(">i").read(viewOf(9, 1, 2, 3, 4), 1)).toBe(0x01020304);
  expect(codecFor("<i").read(viewOf(9, 1, 2, 3, 4), 1)).toBe(0x04030201);
  const window = new DataView(new ArrayBuffer(16), 4, 8);
  expect(codecFor("8s").read(window, 0)).toHaveLength(8);
  for (const byteOffset of [1, -1, 0.5, NaN, 2 ** 40]) {
    expect(() => codecFor("8s").read(window, byteOffset)).toThrow(ValueError);
    expect(() => codecFor("8s").write(window, byteOffset, new Uint8Array(8))).toThrow(ValueError);
  }
  expect(() => codecFor("b").read(window, 0.5)).toThrow(ValueError);
  expect(() => codecFor("d").read(viewOf(1, 2, 3), 0)).toThrow(
    "cannot read an item of 8 bytes at byte 0: the view has 3 bytes",
  );
});

test("codec: 64-bit integers are bigints, smaller ones numbers, and either is taken for both", () => {
  expect(codecFor("<q").read(viewOf(255, 255, 255, 255, 255, 255, 255, 255), 0)).toBe(-1n);
  expect(codecFor("<l").read(viewOf(255, 255, 255, 255), 0)).toBe(-1);
  expect(written("<q", -2)).toEqual(written("<q", -2n));
  expect(written("<h", 513n)).toEqual([1, 2]);
  expect(written("B", true)).toEqual([1]);
});

test("codec: a number that is no safe integer is no integer", () => {
  for (const value of [1.5, NaN, Infinity, 2 ** 53, -(2 ** 63), 3.5e38, null, undefined, "1", [1], new Uint8Array(1)]) {
    expect(() => written("Q", value)).toThrow(TypeError);
    expect(() => pack("Q", value)).toThrow(FormatError);
  }
  expect(() => written("Q", 2 ** 53)).toThrow("expected one (a bigint, beyond 2^53)");
  expect(written("<H", -0)).toEqual([0, 0]);
  expect(() => written("B", 256)).toThrow('cannot store 256 as format "B": expected 0 <= value <= 255');
  expect(() => written("q", 10n ** 400n)).toThrow('cannot store a bigint of more than 128 bits as format "q"');
});

test("codec: a float too large is infinite in a native f, an OverflowError in a standard one, and for e always", () => {
  expect(unpack("f", pack("f", 3.5e38))).toEqual([Infinity]);
  expect(() => pack("<f", 3.5e38)).toThrow(OverflowError);
  expect(() => pack("<f", 2n ** 128n)).toThrow(FormatError);
  expect(unpack("<f", pack("<f", 3.4028235677973362e38))).toEqual([3.4028234663852886e38]);
  expect(() => pack("e", 65_520.5)).toThrow(OverflowError);
  expect(() => pack("e", 65_520)).toThrow(FormatError);
  expect(() => written("e", 65_520.5)).toThrow(ValueError);
  expect(unpack("<e", pack("<e", -65_519.99))).toEqual([-65_504]);
  expect(() => pack("<Zf".replace("Z", ""), 10n ** 400n)).toThrow(FormatError);
  expect(() => written("<Zf", { re: 0, im: 3.5e38 })).toThrow(ValueError);
});

test("codec: NaN has one pattern", () => {
  expect(written("<e", NaN)).toEqual([0, 0x7e]);
  expect(written("<f", NaN)).toEqual([0, 0, 0xc0, 0x7f]);
  expect(written(">d", NaN)).toEqual([0x7f, 0xf8, 0, 0, 0, 0, 0, 0]);
});

test("codec: ? takes Python's truth of any value", () => {
  const truths = [1, -0.5, NaN, 1n, true, "a", [0], Uint8Array.of(0), { re: 0, im: 1 }, {}];
  expect(truths.map((value) => written("?", value)[0])).toEqual(truths.map(() => 1));
  const falsehoods = [0, -0, 0n, false, "", [], new Uint8Array(0), { re: 0, im: -0 }, null, undefined];
  expect(falsehoods.map((value) => written("?", value)[0])).toEqual(falsehoods.map(() => 0));
  expect(codecFor("?").read(viewOf(2), 0)).toBe(true);
});

test("codec: bytes are private copies, and strings are cut or filled up as struct does it", () => {
  const memory = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
  const read = codecFor("4s").read(new DataView(memory.buffer), 0) as Uint8Array;
  memory.fill(0);
  expect(read).toEqual(Uint8Array.of(7, 7, 7, 7));
  expect(read.buffer).toBeInstanceOf(ArrayBuffer);
  const abc = Uint8Array.of(97, 98, 99);
  expect(written("2s", abc)).toEqual([97, 98]);
  expect(written("4s", abc)).toEqual([97, 98, 99, 0]);
  expect(written("3p", abc)).toEqual([2, 97, 98]);
  expect(written("5p", abc)).toEqual([3, 97, 98, 99, 0]);
  expect([written("0p", abc), written("1p", abc)]).toEqual([[], [0]]);
  expect(codecFor("0p").read(viewOf(), 0)).toEqual(new Uint8Array(0));
  expect(codecFor("3p").read(viewOf(9, 1, 2), 0)).toEqual(Uint8Array.of(1, 2));
  const long = unpack("300p", pack("300p", new Uint8Array(299).fill(1)))[0];
  expect(long).toEqual(new Uint8Array(255).fill(1));
  expect(() => written("c", abc)).toThrow(ValueError);
  expect(() => written("3s", "abc")).toThrow(TypeError);
});

test("codec: text is never cut, and a code point beyond Unicode is refused", () => {
  expect(written("<2w", "a😀")).toEqual([97, 0, 0, 0, 0x00, 0xf6, 0x01, 0x00]);
  expect(codecFor(">2u").read(viewOf(0xd8, 0x3d, 0xde, 0x00), 0)).toBe("😀");
  expect(() => written("2u", "a😀")).toThrow(ValueError);
  expect(() => written("2w", 5)).toThrow(TypeError);
  expect(() => codecFor("<w").read(viewOf(0, 0, 17, 0), 0)).toThrow("1114112 is no code point");
});

test("codec: complex numbers are pairs, and a real number is one", () => {
  expect(codecFor(">Zf").read(viewOf(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0), 0)).toEqual({ re: 1, im: -2 });
  expect(written("<D", 1)).toEqual(written("<2d", [1, 0]));
  expect(() => written("Zd", { re: 1, im: "2" })).toThrow(TypeError);
});

test("codec: a record has its fields as own properties and no others, whatever their names", () => {
  const codec = codecFor("T{b:__proto__:b:constructor:b::}");
  const record = codec.read(viewOf(1, 2, 3), 0) as object;
  expect(Object.entries(record)).toEqual([
    ["__proto__", 1],
    ["constructor", 2],
    ["", 3],
  ]);
  expect(readBack(codec, viewOf(0, 0, 0), 0, record)).toEqual(record);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("codec: a record wants exactly its fields", () => {
  expect(() => written("T{b:a:?:toString:}", { a: 1 })).toThrow('it lacks the field "toString"');
  expect(() => written("T{b:a:}", { a: 1, b: 2 })).toThrow('it has no field "b"');
  for (const value of [1, null, [1], Uint8Array.of(1), "a"]) expect(() => written("T{b:a:}", value)).toThrow(TypeError);
  expect(() => codecFor("T{b:a:}", "struct").write(viewOf(0), 0, {})).toThrow(FormatError);
});

test("codec: sub-arrays and tuples want exactly their lengths, typed arrays too", () => {
  expect(written("<(2,2)h", [[1, 2], Int16Array.of(3, 4)])).toEqual([1, 0, 2, 0, 3, 0, 4, 0]);
  expect(written("<2Bh", [1, 2, 3])).toEqual([1, 2, 3, 0]);
  expect(() => written("(2,2)h", [[1, 2], [3]])).toThrow("cannot store 1 values as a sub-array: expected 2");
  expect(() => written("ih", [1, 2, 3])).toThrow(ValueError);
  expect(() => written("ih", 1)).toThrow(TypeError);
  expect(() => written("(1)B", new DataView(new ArrayBuffer(1)))).toThrow(TypeError);
});

test("codec: one value with padding around it is that value", () => {
  expect(codecFor("<xh").read(viewOf(9, 1, 2), 0)).toBe(513);
  expect(written("<xhx", 513)).toEqual([0, 1, 2, 0]);
  expect(codecFor("4x").read(viewOf(1, 2, 3, 4), 0)).toEqual([]);
});

test("codec: padding within an item becomes zero", () => {
  const view = viewOf(9, 9, 9, 9, 9, 9, 9, 9);
  codecFor("T{b:a:i:b:}").write(view, 0, { a: 1, b: -1 });
  expect(bytesOf(view)).toEqual([1, 0, 0, 0, 255, 255, 255, 255]);
});

test("codec: nothing is written when a getter of the value takes the memory away", () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const view = new DataView(buffer);
  const value = {
    re: 1,
    get im(): number {
      buffer.resize(12);
      return 2;
    },
  };
  expect(() => codecFor("Zd").write(view, 0, value)).toThrow(RangeError);
  expect(new Uint8Array(buffer)).toEqual(new Uint8Array(12));
});

test("codecFor: gives one codec for each format and rule set, and none for what has no values", () => {
  expect(codecFor("T{i:a:}")).toBe(codecFor(parseFormat("T{i:a:}")));
  expect(codecFor("T{i:a:}", "struct")).not.toBe(codecFor("T{i:a:}"));
  for (const format of ["g", "Zg", "O", "&i", "X{}", "t", "T{i:a:O:b:}"]) {
    expect(() => codecFor(format)).toThrow(NotImplementedError);
  }
});

test("pack: wants as many values as the format has", () => {
  expect(() => pack("ih", 1)).toThrow('cannot pack 1 values as format "ih": expected 2');
  expect(() => pack("i", 1, 2)).toThrow(FormatError);
  expect(() => pack("999999999i")).toThrow(FormatError);
  expect(() => pack("T{i:a:}", { a: 1 })).toThrow(FormatError);
  expect(() => pack("9007199254740991s", new Uint8Array(1))).toThrow("cannot pack 9007199254740991 bytes");
});

test("packInto, unpackFrom: take offsets from either end, and refuse what doesn't fit without a byte written", () => {
  const target = new Uint8Array(8);
  packInto("<h", target, 1, 513);
  packInto("<h", target.buffer, -2, -1);
  expect(target).toEqual(Uint8Array.of(0, 1, 2, 0, 0, 0, 255, 255));
  expect([unpackFrom("<h", target, 1), unpackFrom("<h", target, -8), unpackFrom("<h", target)]).toEqual([
    [513],
    [256],
    [256],
  ]);
  for (const byteOffset of [7, -1, -9, 8, 0.5]) {
    expect(() => packInto("<h", target, byteOffset, 1)).toThrow(FormatError);
    expect(() => unpackFrom("<h", target, byteOffset)).toThrow(FormatError);
  }
  expect(() => packInto("<bbb", target, 0, 5, 5, 128)).toThrow(FormatError);
  expect(target[0]).toBe(0);
});

test("iterUnpack: gives item after item, and refuses at once what is no whole number of them", () => {
  expect([...iterUnpack(">Bh", Uint8Array.of(1, 0, 2, 3, 0, 4))]).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect([...iterUnpack("i", new Uint8Array(0))]).toEqual([]);
  expect(() => iterUnpack("i", new Uint8Array(3))).toThrow(FormatError);
  expect(() => iterUnpack("", new Uint8Array(0))).toThrow(FormatError);
});

/** Counts its exports. */
class CountingExporter implements Exporter {
  exports = 0;
  readonly #bytes = new Uint8Array([1, 2, 3, 4]);
  readonly #readonly: boolean;

  constructor(readonly: boolean) {
    this.#readonly = readonly;
  }

  getBuffer(flags: number): ReturnType<typeof fillInfo> {
    const { buffer, byteOffset, byteLength: nbytes } = this.#bytes;
    const info = fillInfo(
      { buffer, byteOffset, nbytes, readonly: this.#readonly, itemsize: 1, format: "B" },
      flags,
      "bytes",
    );
    this.exports += 1;
    return info;
  }

  releaseBuffer(): void {
    this.exports -= 1;
  }
}

test("struct: takes any exporter, and gives its buffer back, after an error too", () => {
  const exporter = new CountingExporter(false);
  expect(unpack("<I", exporter)).toEqual([0x04030201]);
  expect(() => unpack("<Q", exporter)).toThrow(FormatError);
  expect(() => packInto("B", exporter, 9, 1)).toThrow(FormatError);
  expect(exporter.exports).toBe(0);

  const items = iterUnpack("BB", exporter);
  expect(exporter.exports).toBe(0);
  expect(items.next().value).toEqual([1, 2]);
  expect(exporter.exports).toBe(1);
  items.return?.();
  expect(exporter.exports).toBe(0);

  expect(() => packInto("B", new CountingExporter(true), 0, 1)).toThrow(TypeError);
  expect(() => unpack("B", "a" as unknown as Exporter)).toThrow(TypeError);
});
