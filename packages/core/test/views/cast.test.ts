import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { BufferError, ReadonlyError, ShapeError, ValueError } from "../../src/errors.ts";
import type { Exporter } from "../../src/protocol/exporter.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { type BufferInfo, fillInfo } from "../../src/protocol/py-buffer.ts";

/** Bytes 0, 1, 2, ... at an odd place of their buffer. */
function bytes(length: number): MemoryView<"uint8"> {
  const placed = new Uint8Array(new ArrayBuffer(length + 3), 3);
  placed.set(Array.from({ length }, (_, i) => i));
  return new MemoryView(placed);
}

/** Reads an item of each native format from any place, as the platform has it. */
const READERS: Readonly<Record<string, readonly [itemsize: number, read: (view: DataView, at: number) => unknown]>> = {
  b: [1, (view, at) => view.getInt8(at)],
  B: [1, (view, at) => view.getUint8(at)],
  h: [2, (view, at) => view.getInt16(at, true)],
  H: [2, (view, at) => view.getUint16(at, true)],
  i: [4, (view, at) => view.getInt32(at, true)],
  I: [4, (view, at) => view.getUint32(at, true)],
  l: [8, (view, at) => view.getBigInt64(at, true)],
  Q: [8, (view, at) => view.getBigUint64(at, true)],
  f: [4, (view, at) => view.getFloat32(at, true)],
  d: [8, (view, at) => view.getFloat64(at, true)],
};

test("cast: reads the same bytes as items of the other format, at any place, and casts back", () => {
  const format = fc.constantFrom(...Object.keys(READERS));
  const property = fc.property(fc.uint8Array({ maxLength: 64 }), format, fc.nat(7), (content, code, offset) => {
    const [itemsize, read] = READERS[code]!;
    const length = content.length - (content.length % itemsize);
    const placed = new Uint8Array(new SharedArrayBuffer(offset + length), offset);
    placed.set(content.subarray(0, length));
    const view = new MemoryView(placed).cast(code);
    const platform = new DataView(placed.buffer, offset, length);
    const items = Array.from({ length: length / itemsize }, (_, i) => read(platform, i * itemsize));
    expect(view.toList()).toEqual(items);
    expect([view.format, view.itemsize, view.shape, view.byteOffset]).toEqual([code, itemsize, [items.length], offset]);
    expect(view.cast("B").toList()).toEqual([...placed]);
  });
  fc.assert(property, { numRuns: 500 });
});

test("cast: takes a format with or without @, and keeps it as it was written", () => {
  expect([bytes(8).cast("@i").format, bytes(8).cast("i").format]).toEqual(["@i", "i"]);
  expect([bytes(8).cast("@i").dtype, bytes(8).cast("c").dtype, bytes(8).cast("e").dtype]).toEqual([
    "int32",
    null,
    "float16",
  ]);
});

test("cast: ends a format at its first NUL, as C does", () => {
  expect(bytes(4).cast("I\0junk").format).toBe("I");
  expect(() => bytes(4).cast("\0I")).toThrow(ValueError);
});

test("cast: any other format is a ValueError, before all that could be wrong with the sizes", () => {
  for (const format of ["<i", ">i", "=i", "!i", "ii", "2i", "i ", " i", "", "@", "@@i", "T{i}", "Zd", "s", "x", "é"]) {
    expect(() => bytes(3).cast(format)).toThrow(ValueError);
  }
  expect(() => bytes(3).cast(undefined as unknown as string)).toThrow(ValueError);
  expect(() => bytes(4).cast("<i")).toThrow(
    'cannot cast to format "<i": expected a native single-character format, with or without "@"',
  );
});

test("cast: one side must be a byte format", () => {
  const shorts = bytes(8).cast("h");
  expect(() => shorts.cast("i")).toThrow(TypeError);
  expect(() => shorts.cast("i")).toThrow('cannot cast format "h" to "i": one of them must be a byte format (b, B, c)');
  expect(() => shorts.cast("h")).toThrow(TypeError);
  expect(() => shorts.cast("?")).toThrow(TypeError);
  for (const format of ["b", "B", "c"]) expect(shorts.cast(format).cast("i").shape).toEqual([2]);
});

test("cast: the bytes must be a whole number of items", () => {
  expect(() => bytes(7).cast("h")).toThrow(TypeError);
  expect(() => bytes(7).cast("h")).toThrow('cannot cast 7 bytes to format "h": not a multiple of its 2 bytes');
  expect(bytes(0).cast("d").shape).toEqual([0]);
});

test("cast: is of C-contiguous elements only", () => {
  const grid = bytes(6).cast("B", [2, 3]);
  for (const view of [bytes(6).at("::-1"), bytes(6).at("::2"), grid.transpose(), grid.at(":", "1:")]) {
    expect(() => view.cast("B")).toThrow(TypeError);
    expect(() => view.cast("B")).toThrow("it is not C-contiguous");
  }
  expect(grid.at("1:").cast("B").toList()).toEqual([3, 4, 5]);
});

test("cast: goes from one dimension to many and back, not from many to many", () => {
  const grid = bytes(24).cast("h", [3, 4]);
  expect([grid.shape, grid.strides, grid.nbytes]).toEqual([[3, 4], [8, 2], 24]);
  expect(grid.get(1, 0)).toBe(0x0908);
  expect(grid.cast("B").shape).toEqual([24]);
  expect(grid.cast("b", [24]).shape).toEqual([24]);
  expect(() => grid.cast("B", [4, 6])).toThrow(TypeError);
  expect(() => grid.cast("B", [])).toThrow("cannot cast 2 dimensions to 0: one side must have one");
  expect(bytes(4).cast("i", []).get()).toBe(0x03020100);
  expect(bytes(4).cast("i", []).cast("B", [4]).toList()).toEqual([0, 1, 2, 3]);
});

test("cast: a shape has as many elements as there are, all of its lengths positive integers", () => {
  expect(() => bytes(6).cast("B", [2, 2])).toThrow(TypeError);
  expect(() => bytes(6).cast("B", [2, 2])).toThrow('cannot cast 6 bytes to shape [2, 2] of format "B": it takes 4');
  expect(() => bytes(6).cast("B", [])).toThrow(TypeError);
  for (const shape of [[0], [-6], [6, 0], [-2, -3]]) expect(() => bytes(6).cast("B", shape)).toThrow(ValueError);
  for (const length of [6.5, "6", null, Number.NaN, undefined, [6]]) {
    expect(() => bytes(6).cast("B", [length as number])).toThrow(TypeError);
  }
  expect(bytes(6).cast("B", [6n, true]).shape).toEqual([6, 1]);
  expect(() => bytes(6).cast("B", [2 ** 40, 2 ** 40])).toThrow(ValueError);
});

test("cast: a shape is an array of at most 64 lengths", () => {
  for (const shape of ["23", 6, null, new Set([2, 3]), Int32Array.of(2, 3), { length: 2 }]) {
    expect(() => bytes(6).cast("B", shape as number[])).toThrow(TypeError);
  }
  const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
  expect(bytes(1).cast("B", ones(64)).ndim).toBe(64);
  expect(() => bytes(1).cast("B", ones(65))).toThrow(ValueError);
});

test("cast: a view without elements takes no shape, and is cast from one dimension only", () => {
  expect(bytes(0).cast("i").shape).toEqual([0]);
  expect(() => bytes(0).cast("i", [0])).toThrow(TypeError);
  const flat = bytes(6).cast("B", [2, 3]).at("0:0");
  expect(() => flat.cast("B")).toThrow(TypeError);
});

test("cast: keeps what it is a view of, and that it is read-only", () => {
  const view = bytes(8);
  const cast = view.toReadonly().cast("i");
  expect(() => cast.set(1, 0)).toThrow(ReadonlyError);
  expect(cast.obj).toBe(view.obj);
  view.cast("i").set(-1, 1);
  expect(view.toList()).toEqual([0, 1, 2, 3, 255, 255, 255, 255]);
});

test("cast: is one more view of its exporter", () => {
  class Counter implements Exporter {
    getBuffer(flags: number): BufferInfo {
      return fillInfo({ buffer: new ArrayBuffer(8) }, flags, "a counter");
    }
    releaseBuffer(): void {}
  }
  const exporter = new Counter();
  const releaseBuffer = vi.spyOn(exporter, "releaseBuffer");
  const view = new MemoryView(exporter);
  const cast = view.cast("d");
  view.release();
  expect(cast.toList()).toEqual([0]);
  expect(releaseBuffer).not.toHaveBeenCalled();
  cast.release();
  expect(releaseBuffer).toHaveBeenCalledTimes(1);
});

test("cast: of memory that is gone is a BufferError", () => {
  const buffer = new ArrayBuffer(8);
  const view = new MemoryView(buffer);
  buffer.transfer();
  expect(() => view.cast("i")).toThrow(BufferError);
});

test("viewAs: reads the bytes of the last axis as another dtype, as NumPy's view does", () => {
  const grid = new MemoryView(Uint8Array.from({ length: 16 }, (_, i) => i)).reshape([2, 8]);
  const shorts = grid.viewAs("uint16");
  expect([shorts.shape, shorts.strides, shorts.dtype]).toEqual([[2, 4], [8, 2], "uint16"]);
  expect(shorts.toList()).toEqual([
    [0x0100, 0x0302, 0x0504, 0x0706],
    [0x0908, 0x0b0a, 0x0d0c, 0x0f0e],
  ]);
  expect(shorts.viewAs("uint8").toList()).toEqual(grid.toList());
  // Rows may lie anywhere, and in any order: only the last axis must be dense.
  expect(grid.at("::-1", "4:").viewAs("int32").toList()).toEqual([[0x0f0e0d0c], [0x07060504]]);
  expect(shorts.at(":", "::2").viewAs("int16").shape).toEqual([2, 2]);
  shorts.viewAs("int8").set(-1, 0, 0);
  expect(grid.get(0, 0)).toBe(255);
  expect(grid.toReadonly().viewAs("int8").readonly).toBe(true);
});

test("viewAs: is a ShapeError where the bytes don't fit, and takes names of dtypes only", () => {
  const grid = new MemoryView(new Uint8Array(12)).reshape([2, 6]);
  for (const view of [grid, grid.at(":", "::2"), grid.transpose(), grid.at(0, 0)]) {
    expect(() => view.viewAs("uint32")).toThrow(ShapeError);
  }
  expect(() => grid.viewAs("i" as "int8")).toThrow(TypeError);
});
