import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryOwner, MemoryView, slice } from "@instride/core";
import { parseFormat } from "../../src/formats/format.ts";
import { EndOfFileError, NPY_HEADER_BYTES_MAX, npyDataOffset, parseNpyHeader } from "../../src/npy/npy-header.ts";
import { NpySource, NpyTarget, readNpy, writeNpy } from "../../src/npy/npy.ts";
import { expectArray, NPY_FILES } from "./numpy-files.ts";

/** A file with any header, in version 1. */
function fileWith(header: string, data: Uint8Array = new Uint8Array(64)): Uint8Array<ArrayBuffer> {
  const text = Uint8Array.from(header, (character) => character.charCodeAt(0));
  const length = [text.length & 0xff, text.length >> 8];
  return Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...length, ...text, ...data);
}

function headerWith({ descr = "'<i4'", order = "False", shape = "(3,)" }): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
}

/** NumPy was told to take these versions: by itself it writes version 1. */
const BY_REQUEST = ["version 2 by request", "version 3 by request"];

test.each(NPY_FILES)("readNpy: reads what NumPy wrote: $what", ({ bytes, format, arrays }) => {
  const header = parseNpyHeader(bytes);
  const [facts] = arrays;
  expect(header.fortranOrder).toBe(facts!.fortran);
  if (format !== null) expect(header.format).toBe(format);
  using inPlace = readNpy(bytes);
  expectArray(inPlace, facts!);
  using copied = readNpy(bytes, { allocate: (nbytes) => new SharedArrayBuffer(nbytes) });
  expectArray(copied, facts!);
});

test.each(NPY_FILES.filter(({ what }) => !BY_REQUEST.includes(what)))(
  "writeNpy: writes the bytes that NumPy wrote: $what",
  ({ bytes }) => {
    expect(Buffer.compare(writeNpy(readNpy(bytes)), bytes)).toBe(0);
  },
);

test("readNpy: without allocate views the file's own memory, and keeps it", () => {
  const owner = new MemoryOwner();
  const source = writeNpy(new Float32Array([1, 2, 3, 4]));
  const file = owner.from(source);
  const array = readNpy(file) as MemoryView<"float32">;
  file.set(0x41, file.size - 1);
  expect(array.toList()).toEqual([1, 2, 3, 16]);
  expect(() => file.release()).toThrow("export");
  array.release();
  file.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("readNpy: of a read-only file views a read-only array", () => {
  const array = readNpy(new MemoryView(writeNpy(Int16Array.of(1, 2))).toReadonly());
  expect(array.readonly).toBe(true);
  expect(array.toList()).toEqual([1, 2]);
});

test("readNpy: takes memory of a shared heap over, lends it, and frees it with the array", () => {
  const owner = new MemoryOwner();
  const file = writeNpy(Float64Array.of(1, 2, 3, 4, 5, 6));
  const array = readNpy(file, { allocate: (nbytes) => owner.empty([nbytes], "uint8", { label: "volume.npy" }) });
  expect(array.dtype).toBe("float64");
  expect(array.asTypedArray()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
  const [loan] = owner.lend("a job", [{ view: array, mode: "write" }]);
  expect(loan!.descriptor.buffer).toBe(owner.heap.memory.buffer);
  expect(() => array.release()).toThrow("volume.npy");
  owner.leases.release(loan!.lease);
  array.release();
  expect(owner.stats().arrays).toBe(0);
});

test("readNpy: big-endian elements keep their format, or are swapped on request", () => {
  const { bytes } = NPY_FILES.find(({ what }) => what === "record with both byte orders")!;
  const asWritten = readNpy(bytes);
  const swapped = readNpy(bytes, { byteOrder: "native" });
  expect(asWritten.format).toBe("T{>h:a:^d:b:>Zf:c:}");
  expect(swapped.format).toBe("T{^h:a:d:b:Zf:c:}");
  expect(swapped.toList()).toEqual(asWritten.toList());
  expect(Buffer.compare(asWritten.toBytes(), bytes.subarray(npyDataOffset(bytes)))).toBe(0);
});

test.each([
  ["no dictionary", "('<i4',)", "no dictionary"],
  ["text behind it", `${headerWith({})} 1`, "expected the end"],
  ["a comment", `${headerWith({})} # 1`, "expected the end"],
  ["a key twice", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'shape': (3,)}", "once"],
  ["a key too many", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'x': 1}", "the keys"],
  ["a key that is no string", "{1: 2}", "a string"],
  ["a string that does not end", "{'descr", "the text ends"],
  ["an expression", headerWith({ shape: "(2**40,)" }), '"," or ")"'],
  ["a call", headerWith({ shape: "(exit(),)" }), "a literal"],
  ["a float", headerWith({ shape: "(3.0,)" }), "a literal"],
  ["a number in brackets", headerWith({ shape: "(3)" }), "tuple of one"],
  ["a list for a shape", headerWith({ shape: "[3]" }), "no tuple"],
  ["a negative length", headerWith({ shape: "(-3,)" }), "-3"],
  ["a boolean length", headerWith({ shape: "(True,)" }), "true"],
  ["a length of 2^53", headerWith({ shape: "(9007199254740992,)" }), "less than 2^53"],
  ["too many elements", headerWith({ shape: "(94906267, 94906267)" }), "too many elements"],
  ["too many bytes", headerWith({ shape: "(4503599627370496,)" }), "2^53 bytes"],
  ["too many axes", headerWith({ shape: `(${"1, ".repeat(65)})` }), "65 axes"],
  ["a number for the order", headerWith({ order: "0" }), "no boolean"],
  ["a dtype of no size", headerWith({ descr: "'<i3'" }), "a dtype such as"],
  ["a name of a dtype", headerWith({ descr: "'float64'" }), "a dtype such as"],
  ["objects", headerWith({ descr: "'|O'" }), "pickled"],
  ["objects in a record", headerWith({ descr: "[('a', '<i4'), ('b', '|O')]" }), "pickled"],
  ["a field without a type", headerWith({ descr: "[('a',)]" }), "a field"],
  ["a field that is a list", headerWith({ descr: "[['a', '<i4']]" }), "a field"],
  ["a name twice", headerWith({ descr: "[('a', '<i4'), ('a', '<i4')]" }), "no format"],
  ["a name with a colon", headerWith({ descr: "[('a:b', '<i4')]" }), "colon"],
  ["a negative sub-array", headerWith({ descr: "[('a', '<i4', (-2,))]" }), "sub-array"],
  ["a sub-array for an element", headerWith({ descr: "('<i4', (2,))" }), "sub-array"],
  ["an element of 2^53 bytes", headerWith({ descr: "[('a', '<i4', (9007199254740991,))]" }), "no format"],
  ["nested too deep", headerWith({ descr: "[".repeat(1000) }), "brackets"],
  ["records nested too deep", headerWith({ descr: `${"[('a', ".repeat(70)}'<i4'${")]".repeat(70)}` }), "no format"],
])("parseNpyHeader: refuses %s", (_, header, message) => {
  expect(() => parseNpyHeader(fileWith(header))).toThrow(expect.objectContaining({ pyName: "ValueError" }));
  expect(() => parseNpyHeader(fileWith(header))).toThrow(message);
});

test("parseNpyHeader: dates are not implemented, and said to be", () => {
  const file = fileWith(headerWith({ descr: "'<M8[ns]'" }));
  expect(() => parseNpyHeader(file)).toThrow(expect.objectContaining({ pyName: "NotImplementedError" }));
});

test.each([
  ["keys in any order", "{'shape': (3,), 'descr': '<i4', 'fortran_order': False}"],
  ["double quotes and no blanks", '{"descr":"<i4","fortran_order":False,"shape":(3,)}'],
  ["lengths of Python 2", headerWith({ shape: "(3L,)" })],
  ["strings of Python 2's unicode", headerWith({ descr: "u'<i4'" })],
  ["newlines", " {\n'descr' : '<i4' ,\n'fortran_order': False, 'shape': ( 3 , ) }\n\n"],
  ["no byte order", headerWith({ descr: "'i4'" })],
])("parseNpyHeader: takes %s", (_, header) => {
  expect(parseNpyHeader(fileWith(header))).toMatchObject({ format: "i", shape: [3], fortranOrder: false, nbytes: 12 });
});

test("parseNpyHeader: a title is dropped, a number is a shape of one axis, escapes are characters", () => {
  const descr = String.raw`[(('a title', 'a\x41\u00e9\U0001f600\'\\'), '<i4', 2)]`;
  expect(parseNpyHeader(fileWith(headerWith({ descr }))).format).toBe("T{(2)^i:aA\u00e9\u{1f600}'\\:}");
});

test("parseNpyHeader: a header's length is bounded before it is read", () => {
  const file = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 0xff, 0xff, 0xff, 0xff, 0x7b);
  expect(() => parseNpyHeader(file)).toThrow(`expected at most ${NPY_HEADER_BYTES_MAX}`);
});

test("npyDataOffset: says from 12 bytes where the data begin", () => {
  for (const { bytes } of NPY_FILES) {
    expect(npyDataOffset(bytes.subarray(0, 12))).toBe(parseNpyHeader(bytes).dataOffset);
    expect(npyDataOffset(bytes) % 64).toBe(0);
  }
  expect(() => npyDataOffset(new Uint8Array(0))).toThrow(EndOfFileError);
});

test("readNpy: takes no memory for data that are not there", () => {
  const file = fileWith(headerWith({ shape: "(1125899906842623,)" }));
  const allocate = (): never => {
    throw new Error("allocated");
  };
  expect(() => readNpy(file, { allocate })).toThrow("expected 4503599627370492");
});

test.each([
  ["too small", (nbytes: number) => new Uint8Array(nbytes - 1), "ValueError"],
  ["read-only", (nbytes: number) => new MemoryView(new Uint8Array(nbytes)).toReadonly(), "BufferError"],
  ["strided", (nbytes: number) => new MemoryView(new Uint8Array(2 * nbytes)).at("::2"), "BufferError"],
])("NpyTarget: refuses memory that is %s, and gives it back", (_, allocate, pyName) => {
  const file = writeNpy(Int32Array.of(1, 2, 3));
  const given: unknown[] = [];
  const read = (): unknown =>
    readNpy(file, {
      allocate: (nbytes) => {
        const region = allocate(nbytes);
        given.push(region);
        return region;
      },
    });
  expect(read).toThrow(expect.objectContaining({ pyName }));
  expect(given.every((region) => !(region instanceof MemoryView) || region.released)).toBe(true);
});

test("NpyTarget: holds its memory until the array is there", () => {
  const owner = new MemoryOwner();
  const file = writeNpy(Int32Array.of(1, 2, 3));
  const region = owner.empty([12], "uint8");
  const target = new NpyTarget(parseNpyHeader(file), { allocate: () => region });
  expect(() => region.release()).toThrow("export");
  target.bytes.set(file.subarray(128));
  const array = target.toView();
  expect(array.toList()).toEqual([1, 2, 3]);
  array.release();
  expect(owner.stats().arrays).toBe(0);

  const given = new NpyTarget(parseNpyHeader(file), { allocate: (nbytes) => owner.empty([nbytes], "uint8") });
  given.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("NpySource: holds the array, and gives it back once", () => {
  const owner = new MemoryOwner();
  const array = owner.zeros([4, 4], "int16");
  const source = new NpySource(array.transpose());
  expect(() => array.release()).toThrow("lease");
  expect([...source.pieces(5)].map((piece) => piece.length)).toEqual([128, 5, 5, 5, 5, 5, 5, 2]);
  source.release();
  source.release();
  array.release();
});

test.each([
  ["O", "objects"],
  ["T{i:a:&d:b:}", "pointers"],
  ["p", "Pascal strings"],
  ["3t", "bits"],
])("writeNpy: refuses format %s: NumPy has no dtype for %s", (format) => {
  const { itemsize } = parseFormat(format);
  const buffer = new ArrayBuffer(itemsize);
  const [shape, strides] = [[1], [itemsize]];
  const info = { buffer, byteOffset: 0, nbytes: itemsize, readonly: false, itemsize, format, ndim: 1, shape, strides };
  const getBuffer = () => ({ ...info, suboffsets: null });
  expect(() => writeNpy({ getBuffer })).toThrow(expect.objectContaining({ name: "DTypeError" }));
});

test.each([
  ["3i", "('<i4')", "(2, 3)"],
  ["(2,3)<h", "('<i2')", "(2, 2, 3)"],
  ["ih", "[('f0', '<i4'), ('f1', '<i2')]", "(2,)"],
  ["bxh", "[('f0', '|i1'), ('', '|V1'), ('f1', '<i2')]", "(2,)"],
  ["l", "('<i8')", "(2,)"],
  ["<l", "('<i4')", "(2,)"],
  ["!d", "('>f8')", "(2,)"],
  ["c", "('|S1')", "(2,)"],
  ["D", "('<c16')", "(2,)"],
])("writeNpy: format %s is written as NumPy describes it: %s, shape %s", (format, descr, shape) => {
  const { itemsize } = parseFormat(format);
  const buffer = new ArrayBuffer(2 * itemsize);
  const layout = { byteOffset: 0, nbytes: 2 * itemsize, ndim: 1, shape: [2], strides: [itemsize], suboffsets: null };
  const file = writeNpy({ getBuffer: () => ({ buffer, ...layout, readonly: false, itemsize, format }) });
  const text = Buffer.from(file).toString("latin1");
  expect(text).toContain(`{'descr': ${descr.replaceAll(/^\(|\)$/g, "")}, 'fortran_order': False, 'shape': ${shape}, }`);
});

const layouts = fc
  .array(fc.record({ length: fc.nat(4), step: fc.constantFrom(-2, -1, 1, 3) }), { maxLength: 4 })
  .chain((axes) =>
    fc.record({ axes: fc.constant(axes), order: fc.shuffledSubarray([...axes.keys()], { minLength: axes.length }) }),
  );

test("writeNpy and readNpy: give back every layout, element for element", () => {
  fc.assert(
    fc.property(layouts, fc.constantFrom("uint8", "int16", "float64", "complex64"), ({ axes, order }, dtype) => {
      const owner = new MemoryOwner();
      const full = axes.map(({ length, step }) => length * Math.abs(step));
      const array = owner.empty(full, dtype);
      new Uint8Array(owner.heap.memory.buffer, array.byteOffset, array.nbytes).forEach((_, i, bytes) => {
        bytes[i] = (i * 37) % 113;
      });
      const view = array.at(...axes.map(({ step }) => slice(null, null, step))).transpose(order);
      const back = readNpy(writeNpy(view));
      expect(back.dtype).toBe(dtype);
      expect(back.shape).toEqual(view.shape);
      expect(back.toBytes("C")).toEqual(view.toBytes("C"));
      expect(back.cContiguous || back.fContiguous).toBe(true);
      expect(back.fContiguous && !back.cContiguous).toBe(view.fContiguous && !view.cContiguous);
    }),
    { numRuns: 300 },
  );
});

/** Bytes of a header that mean something, so that mutations get past the first check. */
const TOKENS = [
  "'",
  '"',
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "\\",
  "-",
  "0",
  "9",
  "99999999",
  "|O",
  ">U",
  "V0",
  "True",
  "descr",
  "\\x",
  "[('a', ",
];

test("readNpy: of 3,000 mutated files each is read or refused with a typed error", () => {
  const mutation = fc.record({
    place: fc.nat(400),
    length: fc.nat(6),
    text: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: "binary-ascii", maxLength: 4 })),
  });
  const files = NPY_FILES.filter(({ bytes }) => bytes.length < 1000);
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.nat(files.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (which, mutations, fixesLength) => {
        let text = Buffer.from(files[which]!.bytes).toString("latin1");
        for (const { place, length, text: insert } of mutations) {
          const start = (fixesLength ? 10 : 0) + place;
          text = text.slice(0, start) + insert + text.slice(start + length);
        }
        const file = Uint8Array.from(text, (character) => character.charCodeAt(0));
        try {
          using array = readNpy(file, {
            byteOrder: "native",
            allocate: (nbytes) => new Uint8Array(Math.min(nbytes, 1e6)),
          });
          expect(array.nbytes).toBeLessThanOrEqual(file.length);
          expect(array.toBytes()).toEqual(readNpy(writeNpy(array)).toBytes());
          outcomes.read++;
        } catch (error) {
          expect(error).toMatchObject({ pyName: expect.any(String), code: expect.any(String) });
          outcomes.refused++;
        }
      },
    ),
    { numRuns: 3000 },
  );
  // Both must happen for the test to say something.
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(100);
});
