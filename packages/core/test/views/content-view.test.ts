import fc from "fast-check";
import { expect, test } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { MemoryError, NotImplementedError, ReleasedError, ValueError } from "../../src/errors.ts";
import { type Exporter, getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import type { BufferInfo } from "../../src/protocol/py-buffer.ts";
import { indicesOf, layouts } from "../layout/layout-model.ts";

const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });

/** Elements of any format, in 16 bytes. */
function viewOfFormat(format: string, itemsize: number): MemoryView {
  const place = { buffer: new ArrayBuffer(16), byteOffset: 0, shape: [16 / itemsize], strides: [itemsize] };
  return borrowView({ ...place, format, itemsize, suboffsets: null, readonly: false, lease: null }, null).view;
}

test("toList: nests the elements by their indices, over any layout", () => {
  const property = fc.property(layouts(2), ({ shape, strides, byteOffset }) => {
    const buffer = new Uint8Array(4096).map((_, i) => i * 37).buffer;
    const place = { buffer, byteOffset: byteOffset + 1024, shape, strides, suboffsets: null };
    const { view } = borrowView({ ...place, format: "H", itemsize: 2, readonly: true, lease: null }, null);
    const list = view.toList();
    for (const index of indicesOf(shape)) {
      const address = index.reduce((sum, i, axis) => sum + i * strides[axis]!, byteOffset + 1024);
      const element = index.reduce((nested: unknown, i) => (nested as unknown[])[i], list);
      expect(element).toBe(new DataView(buffer).getUint16(address, true));
    }
    if (shape.length > 0) expect((list as unknown[]).length).toBe(shape[0]);
  });
  fc.assert(property, { numRuns: 200 });
});

test("toList: refuses lists that no memory holds, of elements without bytes or of one repeated", () => {
  const place = { buffer: new ArrayBuffer(0), byteOffset: 0, shape: [2 ** 33], strides: [0], suboffsets: null };
  const empty = borrowView({ ...place, format: "0s", itemsize: 0, readonly: true, lease: null }, null).view;
  const one = new MemoryView(Uint8Array.of(7));
  for (const view of [empty, one.broadcastTo([2 ** 20, 2 ** 20]), one.at("0:0").broadcastTo([2 ** 31, 0])]) {
    expect(() => view.toList()).toThrow(MemoryError);
    expect(view.equals(view)).toBe(true);
  }
  expect(one.broadcastTo([1000, 1]).toList()).toHaveLength(1000);
});

test("toList: of records are objects, of tuples arrays, of 64-bit integers bigints", () => {
  expect(viewOfFormat("T{h:a:(2)b:b:xxxx}", 8).toList()).toEqual([
    { a: 0, b: [0, 0] },
    { a: 0, b: [0, 0] },
  ]);
  expect(viewOfFormat("hh", 4).toList()).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  expect(viewOfFormat("l", 8).toList()).toEqual([0n, 0n]);
  expect(() => viewOfFormat("O", 8).toList()).toThrow(NotImplementedError);
});

test("hex: is of the bytes in C order", () => {
  const grid = new MemoryView(Uint8Array.of(0, 1, 2, 0xa, 0xb, 0xc)).reshape([2, 3]);
  expect(grid.hex()).toBe("0001020a0b0c");
  expect(grid.transpose().hex("-")).toBe("00-0a-01-0b-02-0c");
  expect(new MemoryView(Uint16Array.of(0x1234)).hex(" ", 1)).toBe("34 12");
});

const lines = fc.record({
  values: fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 12 }),
  value: fc.integer({ min: -3, max: 3 }),
  step: fc.constantFrom(1, -1, 2, -3),
});

test("count, includes, index: find what the list of elements has, over any step", () => {
  const bounds = fc.integer({ min: -15, max: 15 });
  const property = fc.property(lines, bounds, bounds, ({ values, value, step }, start, stop) => {
    const view = new MemoryView(Int16Array.from(values)).at({ step });
    const list = view.toList() as number[];
    expect(view.count(value)).toBe(list.filter((element) => element === value).length);
    expect(view.includes(value)).toBe(list.includes(value));
    // What `slice` selects is where to look.
    const from = start < 0 ? Math.max(0, start + list.length) : start;
    const place = list.slice(start, stop).indexOf(value);
    if (place < 0) expect(() => view.index(value, start, stop)).toThrow(ValueError);
    else expect(view.index(value, start, stop)).toBe(from + place);
  });
  fc.assert(property, { numRuns: 500 });
});

test("count, includes, index: compare as Python's == does", () => {
  const view = new MemoryView(Float64Array.of(1, 2, Number.NaN, 2 ** 53, -0));
  expect([view.count(1n), view.includes(true), view.index(2n)]).toEqual([1, true, 1]);
  expect([view.count(Number.NaN), view.includes(2n ** 53n + 1n), view.index(0)]).toEqual([0, false, 4]);
  expect([view.includes("1"), view.includes(undefined), view.includes(null)]).toEqual([false, false, false]);
  expect(viewOfFormat("c", 1).index(Uint8Array.of(0))).toBe(0);
  expect(viewOfFormat("hh", 4).count([0, 0])).toBe(4);
  expect(viewOfFormat("T{h:a:h:b:}", 4).index({ b: 0, a: 0 })).toBe(0);
});

test("index: says where it looked", () => {
  const view = new MemoryView(new Uint8Array(4));
  expect(() => view.index(1)).toThrow("cannot find 1: no element of [0, 4) equals it");
  expect(() => view.index(0, 3, 2)).toThrow("cannot find 0: no element of [3, 2) equals it");
  expect(view.index(0, -1)).toBe(3);
  expect(view.index(0, 1n, 2n)).toBe(1);
});

test("count, includes, index: are of one dimension", () => {
  const grid = new MemoryView(new Uint8Array(6)).reshape([2, 3]);
  for (const search of ["count", "includes", "index"] as const) {
    expect(() => grid[search](0)).toThrow(NotImplementedError);
    expect(() => grid.at(0, 0)[search](0)).toThrow(TypeError);
    expect(() => viewOfFormat("O", 8)[search](0)).toThrow(NotImplementedError);
  }
});

test("count: a value whose getter releases the view reads nothing more", () => {
  for (const search of ["count", "includes", "index"] as const) {
    const array = owner.zeros([3], "complex64");
    const treacherous = {
      get re(): number {
        array.release();
        return 7;
      },
      im: 0,
    };
    expect(() => array[search](treacherous)).toThrow(ReleasedError);
  }
});

test("equals: takes any exporter, and gives its buffer back", () => {
  class Counter implements Exporter {
    exports = 0;
    getBuffer(): BufferInfo {
      this.exports++;
      const place = { buffer: Uint8Array.of(1, 2).buffer, byteOffset: 0, nbytes: 2, readonly: false, itemsize: 1 };
      return { ...place, format: "b", ndim: 1, shape: [2], strides: [1], suboffsets: null };
    }
    releaseBuffer(): void {
      this.exports--;
    }
  }
  const exporter = new Counter();
  const view = new MemoryView(Float32Array.of(1, 2));
  expect(view.equals(exporter)).toBe(true);
  expect(view.at("::-1").equals(exporter)).toBe(false);
  expect(exporter.exports).toBe(0);
  expect(view.equals(Uint8Array.of(1, 2).buffer)).toBe(true);
  expect(view.equals(BigInt64Array.of(1n, 2n))).toBe(true);
  expect(view.equals(Buffer.from([1, 2, 3]))).toBe(false);
});

test("equals: what exports nothing, or refuses to, is not equal", () => {
  const view = new MemoryView(Uint8Array.of(97));
  for (const other of ["a", [97], 97, null, undefined, {}, { length: 1, 0: 97 }])
    expect(view.equals(other)).toBe(false);
  const gone = new ArrayBuffer(1);
  gone.transfer();
  expect(view.equals(gone)).toBe(false);
  const failing: Exporter = {
    getBuffer: () => {
      throw new Error("out of order");
    },
  };
  expect(view.equals(failing)).toBe(false);
});

test("equals: a released view equals itself alone, in either place", () => {
  const [view, other] = [new MemoryView(new Uint8Array(1)), new MemoryView(new Uint8Array(1))];
  expect(view.equals(other)).toBe(true);
  view.release();
  expect([view.equals(view), view.equals(other), other.equals(view), view.equals(new Uint8Array(1))]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("equals: is of values, so that NaN is not equal to itself, and records are by their fields", () => {
  const floats = new MemoryView(Float64Array.of(Number.NaN));
  expect(floats.equals(floats)).toBe(false);
  const record = viewOfFormat("T{h:a:h:b:}", 4);
  expect(record.equals(record)).toBe(true);
  expect(record.equals(viewOfFormat("T{>h:a:<h:b:}", 4))).toBe(true);
  expect(record.equals(viewOfFormat("T{h:a:h:c:}", 4))).toBe(false);
  expect(viewOfFormat("O", 8).equals(viewOfFormat("O", 8))).toBe(false);
});

test("enter: gives a live view, and makes using a released one an error at once", () => {
  const view = new MemoryView(new Uint8Array(3));
  {
    using entered = view.enter();
    expect(entered).toBe(view);
  }
  expect(view.released).toBe(true);
  expect(() => view.enter()).toThrow(ReleasedError);
});

test("valueOf: is a TypeError, so that views are neither ordered nor added", () => {
  const [view, other] = [0, 1].map(() => new MemoryView(new Uint8Array(3)) as unknown as number) as [number, number];
  for (const operate of [
    () => view < other,
    () => view > 1,
    () => view + 1,
    () => view * 2,
    () => -view,
    () => `a` + view,
  ]) {
    expect(operate).toThrow(TypeError);
  }
  expect(`${view}`).toBe("MemoryView uint8 [3]");
});

test("toBytes: is a consumer that holds nothing afterwards", () => {
  const array = owner.from(Uint8Array.of(1, 2, 3));
  expect([...array.toBytes("F")]).toEqual([1, 2, 3]);
  using held = getBuffer(array, BufferFlags.SIMPLE);
  expect(held.nbytes).toBe(3);
  held.release();
  array.release();
  expect(() => array.toBytes()).toThrow(ReleasedError);
});
