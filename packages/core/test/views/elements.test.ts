import fc from "fast-check";
import { expect, test } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { type Complex, DTYPES, type DType } from "../../src/formats/dtype.ts";
import { DTypeError, ReadonlyError, ValueError } from "../../src/errors.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import { indicesOf, layouts } from "../layout/layout-model.ts";

const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });

/** Names of the properties that an object has, itself or from its classes. */
function memberNames(object: object): Set<string> {
  const names = new Set<string>();
  for (let level = object; level !== Object.prototype; level = Object.getPrototypeOf(level) as object)
    for (const name of Object.getOwnPropertyNames(level)) names.add(name);
  return names;
}

test("asTypedArray: is the typed array of the dtype, over the same memory", () => {
  for (const [dtype, TypedArray, length] of [
    ["bool", Uint8Array, 6],
    ["int8", Int8Array, 6],
    ["int16", Int16Array, 6],
    ["int32", Int32Array, 6],
    ["int64", BigInt64Array, 6],
    ["uint8", Uint8Array, 6],
    ["uint16", Uint16Array, 6],
    ["uint32", Uint32Array, 6],
    ["uint64", BigUint64Array, 6],
    ["float16", Float16Array, 6],
    ["float32", Float32Array, 6],
    ["float64", Float64Array, 6],
    ["complex64", Float32Array, 12],
    ["complex128", Float64Array, 12],
  ] as const) {
    using array = owner.full([2, 3], 1, dtype);
    const data: ArrayBufferView = array.asTypedArray();
    expect(data).toBeInstanceOf(TypedArray);
    expect(data).toHaveLength(length);
    expect([data.byteOffset, data.byteLength]).toEqual([array.byteOffset, 6 * DTYPES[dtype].itemsize]);
    expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test("asTypedArray: what is written to it is in the view, and the other way round", () => {
  const view = new MemoryView<"float64">(new Float64Array(4)).at("1:3");
  const data = view.asTypedArray();
  data[0] = 2.5;
  view.set(-1, 1);
  expect([view.get(0), data[1], data.length]).toEqual([2.5, -1, 2]);
});

test("asTypedArray: refuses what is not C-contiguous, read-only views, and formats without a dtype", () => {
  const view = new MemoryView(new Int32Array(6)).reshape([2, 3]);
  for (const strided of [view.transpose(), view.at("::-1"), view.at(":", ":2")]) {
    expect(() => strided.asTypedArray()).toThrow(ValueError);
  }
  expect(() => view.transpose().asTypedArray()).toThrow(
    "cannot view shape [3, 2] with strides [4, 12] as one typed array: it is not C-contiguous",
  );
  expect(() => view.toReadonly().asTypedArray()).toThrow(ReadonlyError);
  const place = { buffer: new ArrayBuffer(8), byteOffset: 0, shape: [2], strides: [4], suboffsets: null };
  const foreign = borrowView({ ...place, format: ">i", itemsize: 4, readonly: false, lease: null }, null).view;
  expect(() => foreign.asTypedArray()).toThrow(DTypeError);
  expect(() => foreign.elements()).toThrow('cannot view format ">i" as a typed array: it has no dtype');
});

test("asTypedArray: of an empty view is empty, and of no axes holds the element", () => {
  const view = new MemoryView<"int16">(new Int16Array([1, 2, 3]));
  expect([view.at("3:").asTypedArray().length, [...view.at(1).asTypedArray()]]).toEqual([0, [2]]);
  expect(view.at("2:1").elements()).toMatchObject({ offset: 0, strides: [0] });
});

test("elements: `data[offset + i * strides[0] + ...]` is every element, and data has no byte outside the extent", () => {
  const buffer = Float32Array.from({ length: 16_000 }, (_, i) => i).buffer;
  const property = fc.property(layouts(1), fc.constantFrom("f", "i", "Zf"), (layout, format) => {
    const itemsize = format === "Zf" ? 8 : 4;
    const lanes = itemsize / 4;
    const aligned = { shape: layout.shape, strides: layout.strides.map((s) => s * itemsize), byteOffset: 32_000 };
    const claim = { ...aligned, buffer, format, itemsize, suboffsets: null, readonly: false, lease: null };
    const { view } = borrowView(claim, null);
    const { data, offset, strides } = view.elements() as { data: Float32Array; offset: number; strides: number[] };
    const places = indicesOf(layout.shape).map((index) =>
      index.reduce((at, i, axis) => at + i * strides[axis]!, offset),
    );
    const expected = indicesOf(layout.shape).map((index) => view.get(...index));
    const read = places.map((at) => (lanes === 1 ? data[at] : { re: data[at], im: data[at + 1] }));
    expect(read).toEqual(expected);
    if (places.length === 0) expect(data).toHaveLength(0);
    else {
      expect(Math.min(...places)).toBe(0);
      expect(Math.max(...places) + lanes).toBe(data.length);
    }
    for (const outside of [-1, data.length, data.length + 1]) expect(data[outside]).toBe(undefined);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("elements: a wrong index writes nothing beyond the view", () => {
  using array = owner.zeros([8], "uint8");
  const part = array.at("2:6");
  const { data, offset } = part.elements();
  for (let i = -8; i < 16; i++) data[offset + i] = 255;
  expect(array.toList()).toEqual([0, 0, 255, 255, 255, 255, 0, 0]);
});

test("elements: refuses unaligned memory, and says what reads it", () => {
  const place = { buffer: new ArrayBuffer(64), shape: [2], suboffsets: null, readonly: false, lease: null };
  const of = (byteOffset: number, stride: number, format: string, itemsize: number): MemoryView =>
    borrowView({ ...place, byteOffset, strides: [stride], format, itemsize }, null).view;
  for (const view of [of(1, 4, "i", 4), of(0, 6, "f", 4), of(4, 8, "d", 8), of(2, 8, "Zf", 8)]) {
    expect(() => view.elements()).toThrow(ValueError);
    expect(() => view.elements()).toThrow("use get and set, or copy the view first");
  }
  // The parts of a complex number are what must be aligned.
  expect(of(4, 12, "Zf", 8).elements()).toMatchObject({ offset: 0, strides: [3] });
});

test("elements: the stride of an axis of length 1 leads nowhere, and need not be aligned", () => {
  const place = { buffer: new ArrayBuffer(64), byteOffset: 8, suboffsets: null, readonly: false, lease: null };
  const { view } = borrowView({ ...place, shape: [1, 3], strides: [7, 4], format: "i", itemsize: 4 }, null);
  expect(view.elements()).toMatchObject({ offset: 0, strides: [0, 1] });
  expect(view.asTypedArray()).toHaveLength(3);
});

test("elements: refuses a read-only view; unsafeElements does not, for loops that promise not to write", () => {
  const view = new MemoryView(new Uint8Array([1, 2])).toReadonly();
  expect(() => view.elements()).toThrow("cannot give a writable array of a read-only view: reader() reads it");
  expect([...(view.unsafeElements().data as Uint8Array)]).toEqual([1, 2]);
});

test("reader: reads read-only views, and has no way to write", () => {
  const data = new Float64Array([1, 2, 3, 4, 5, 6]);
  const view = new MemoryView<"float64">(data).reshape([2, 3]).at("::-1", "::2").toReadonly();
  const reader = view.reader();
  const [rows, columns] = reader.strides as [number, number];
  const at = (i: number, j: number): number => reader.get(reader.offset + i * rows + j * columns);
  expect([at(0, 0), at(0, 1), at(1, 0), at(1, 1)]).toEqual([4, 6, 1, 3]);
  expect([reader.length, reader.get(-1), reader.get(6)]).toEqual([6, undefined, undefined]);
  data[3] = 44;
  expect(at(0, 0)).toBe(44);
  expect(Object.values(reader).some((value) => ArrayBuffer.isView(value))).toBe(false);
  expect([...memberNames(reader)].toSorted()).toEqual(["constructor", "get", "length", "offset", "strides"]);
});

test("reader: each class of typed array has a class of readers", () => {
  const pairs = new Set<string>();
  const classes = new Set<unknown>();
  for (const dtype of Object.keys(DTYPES) as DType[]) {
    using array = owner.full([2], 1, dtype);
    const reader = array.reader();
    pairs.add(`${array.asTypedArray().constructor.name} ${reader.constructor.name}`);
    classes.add(reader.constructor);
  }
  expect([pairs.size, classes.size]).toEqual([11, 11]);
});

test("reader: reads what get reads, of every dtype", () => {
  for (const dtype of Object.keys(DTYPES) as DType[]) {
    using array = owner.zeros([3], dtype);
    for (const i of [0, 1, 2]) array.set(i % 2, i);
    const reader = array.reader();
    const read = [0, 1, 2].map((i) => reader.get(reader.offset + i * reader.strides[0]!));
    const parts = (array.toList() as readonly unknown[]).map((value) =>
      typeof value === "object" ? (value as Complex).re : value,
    );
    expect([dtype, read.map(Number)]).toEqual([dtype, parts.map(Number)]);
    expect(typeof read[1]).toBe(dtype.endsWith("int64") ? "bigint" : "number");
  }
});

test("reader: 64-bit integers are bigints", () => {
  const reader = new MemoryView<"int64">(new BigInt64Array([1n, -2n])).reader();
  expect([reader.get(0), reader.get(1)]).toEqual([1n, -2n]);
});

test("elements, reader: need a dtype that has a typed array", () => {
  const formats: readonly [string, DType | null][] = [
    ["?", "bool"],
    ["@q", "int64"],
    ["l", "int64"],
    ["c", null],
    ["<h", null],
    ["T{h:a:}", null],
  ];
  for (const [format, dtype] of formats) {
    const itemsize = { "?": 1, c: 1, "<h": 2, "T{h:a:}": 2 }[format] ?? 8;
    const place = { buffer: new ArrayBuffer(8), byteOffset: 0, shape: [1], strides: [itemsize], suboffsets: null };
    const { view } = borrowView({ ...place, format, itemsize, readonly: false, lease: null }, null);
    if (dtype === null) for (const use of [() => view.elements(), () => view.reader()]) expect(use).toThrow(DTypeError);
    else expect([view.dtype, view.elements().data.length, view.reader().length]).toEqual([dtype, 1, 1]);
  }
});
