import { beforeEach, expect, test, vi } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { BufferError, ReadonlyError, ReleasedError, ValueError } from "../../src/errors.ts";
import { type Exporter, getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import type { BufferInfo } from "../../src/protocol/py-buffer.ts";
import { Memory } from "../memory/wasm-memory.ts";

const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });

/** An exporter that counts. */
class Counter implements Exporter {
  exports = 0;
  given = 0;
  readonly buffer = new ArrayBuffer(16);

  getBuffer(): BufferInfo {
    this.exports++;
    this.given++;
    const place = { buffer: this.buffer, byteOffset: 0, nbytes: 16, readonly: false, itemsize: 4, format: "i" };
    return { ...place, ndim: 1, shape: [4], strides: [4], suboffsets: null };
  }

  releaseBuffer(): void {
    this.exports--;
  }
}

let exporter: Counter;
beforeEach(() => {
  exporter = new Counter();
});

test("a view: has memoryview's attributes", () => {
  const data = new Float64Array(12);
  const view = new MemoryView(data).reshape([3, 4]).at("::-1", "1:3");
  expect(view).toMatchObject({
    dtype: "float64",
    format: "d",
    itemsize: 8,
    ndim: 2,
    shape: [3, 2],
    strides: [-32, 8],
    suboffsets: null,
    byteOffset: 72,
    size: 6,
    nbytes: 48,
    length: 3,
    readonly: false,
    cContiguous: false,
    fContiguous: false,
    contiguous: false,
    released: false,
  });
  expect(view.obj).toBe(data);
  expect([view.shape, view.strides].every(Object.isFrozen)).toBe(true);
});

test("a view: contiguity follows the strides, and length-1 axes and empty views are contiguous in any way", () => {
  const of = (view: MemoryView): boolean[] => [view.cContiguous, view.fContiguous, view.contiguous];
  const grid = new MemoryView(new Int16Array(12)).reshape([3, 4]);
  expect(of(grid)).toEqual([true, false, true]);
  expect(of(grid.transpose())).toEqual([false, true, true]);
  expect(of(grid.at(":", "::2"))).toEqual([false, false, false]);
  expect(of(grid.at(0))).toEqual([true, true, true]);
  expect(of(grid.at("0:0", "::-1"))).toEqual([true, true, true]);
  expect(of(grid.at(1, 1))).toEqual([true, true, true]);
});

test("a view: has a dtype only where the format has one", () => {
  const describe = (format: string, itemsize: number): unknown => {
    const place = { buffer: new ArrayBuffer(16), byteOffset: 0, shape: [1], strides: [16], suboffsets: null };
    return borrowView({ ...place, format, itemsize, readonly: false, lease: null }, null).view.dtype;
  };
  const dtypes = ["l", "@d", "?", "Zd", "<d", ">i", "c", "3s", "T{i:a:}"].map((format) => {
    const itemsize = { "@d": 8, "?": 1, Zd: 16, "<d": 8, ">i": 4, c: 1, "3s": 3, "T{i:a:}": 4 }[format] ?? 8;
    return describe(format, itemsize);
  });
  expect(dtypes).toEqual(["int64", "float64", "bool", "complex128", null, null, null, null, null]);
});

test("a view: of no axes has no length, one element, and the shape []", () => {
  const scalar = new MemoryView(new Int32Array([5])).at(0);
  expect([scalar.ndim, scalar.shape, scalar.strides, scalar.size, scalar.nbytes]).toEqual([0, [], [], 1, 4]);
  expect(() => scalar.length).toThrow(TypeError);
  expect(new MemoryView(scalar).shape).toEqual([]);
});

test("a view of an exporter: every view of it is counted, and the exporter is released once, after the last", () => {
  const releaseBuffer = vi.spyOn(exporter, "releaseBuffer");
  const view = new MemoryView(exporter);
  const part = view.at("1:");
  const again = new MemoryView(view);
  const turned = again.flip();
  expect([exporter.given, exporter.exports]).toEqual([1, 1]);
  for (const each of [view, view, again, part, part]) each.release();
  expect(releaseBuffer).not.toHaveBeenCalled();
  expect(turned.toList()).toEqual([0, 0, 0, 0]);
  turned.release();
  turned.release();
  expect(releaseBuffer).toHaveBeenCalledTimes(1);
  expect(exporter.exports).toBe(0);
});

test("a view of a view: has the same exporter, and outlives the first", () => {
  const view = new MemoryView(exporter);
  const again = new MemoryView(view);
  expect(again.obj).toBe(exporter);
  view.release();
  again.set(7, 0);
  expect(new Int32Array(exporter.buffer)[0]).toBe(7);
});

test("release: twice is once, and every later use is a ReleasedError", () => {
  const view = new MemoryView(exporter);
  view.release();
  view.release();
  const uses: (() => unknown)[] = [
    () => view.shape,
    () => view.obj,
    () => view.format,
    () => view.nbytes,
    () => view.length,
    () => view.readonly,
    () => view.cContiguous,
    () => view.get(0),
    () => view.set(1, 0),
    () => view.fill(0),
    () => view.at(0),
    () => view.toReadonly(),
    () => view.toList(),
    () => view.toBytes(),
    () => view.elements(),
    () => view.reader(),
    () => view.assign(new Int32Array(4)),
    () => [...view],
    () => new MemoryView(view),
    () => new MemoryView(new Int32Array(4)).assign(view),
    () => getBuffer(view, BufferFlags.SIMPLE),
  ];
  for (const use of uses) expect(use).toThrow(ReleasedError);
  expect(() => view.shape).toThrow(ValueError);
  expect([view.released, String(view)]).toEqual([true, "MemoryView (released)"]);
});

test("release: is refused while a consumer holds a buffer of the view", () => {
  const view = new MemoryView(exporter);
  const held = [BufferFlags.SIMPLE, BufferFlags.FULL].map((flags) => getBuffer(view, flags));
  expect(() => view.release()).toThrow(BufferError);
  expect(() => view.release()).toThrow("cannot release a view with 2 exports: release what was got from it first");
  held[0]!.release();
  held[0]!.release();
  expect(() => view.release()).toThrow("cannot release a view with 1 export:");
  expect(view.get(0)).toBe(0);
  held[1]!.release();
  view.release();
  expect(exporter.exports).toBe(0);
});

test("release: an export holds its own view, not the others", () => {
  const view = new MemoryView(exporter);
  const part = view.at("::2");
  using held = getBuffer(part, BufferFlags.FULL_RO);
  view.release();
  expect(() => part.release()).toThrow(BufferError);
  expect([held.obj, held.shape, exporter.exports]).toEqual([part, [2], 1]);
});

test("release: where it is refused, `using` throws that, and the view lives", () => {
  const view = new MemoryView(exporter);
  const held = getBuffer(view, BufferFlags.FULL);
  expect(() => {
    using inScope = view;
    inScope.set(3, 1);
  }).toThrow(BufferError);
  expect(view.get(1)).toBe(3);
  held.release();
});

test("`using`: releases the view at the end of its block, also after an error", () => {
  let escaped: MemoryView | undefined;
  const attempt = (): void => {
    using view = new MemoryView(exporter);
    escaped = view;
    throw new RangeError("on purpose");
  };
  expect(attempt).toThrow("on purpose");
  expect([escaped!.released, exporter.exports]).toEqual([true, 0]);
});

test("releaseBuffer: takes back what the view gave, once, and nothing else", () => {
  const view = new MemoryView(exporter);
  const info = view.getBuffer(BufferFlags.FULL);
  expect(() => view.releaseBuffer({ ...info })).toThrow(BufferError);
  view.releaseBuffer(info);
  expect(() => view.releaseBuffer(info)).toThrow(BufferError);
  view.release();
});

test("getBuffer: of a view follows memoryview's rules, as those for FORMAT and for read-only views", () => {
  const view = new MemoryView(new Int32Array(6)).reshape([2, 3]);
  using simple = getBuffer(view, BufferFlags.SIMPLE);
  expect([simple.ndim, simple.shape, simple.itemsize, simple.nbytes]).toEqual([1, null, 4, 24]);
  expect(() => getBuffer(view, BufferFlags.FORMAT)).toThrow(BufferError);
  expect(() => getBuffer(view.transpose(), BufferFlags.ND)).toThrow(BufferError);
  expect(() => getBuffer(view.toReadonly(), BufferFlags.WRITABLE)).toThrow("it is read-only");
  using scalar = getBuffer(view.at(1, 1), BufferFlags.FULL);
  expect([scalar.ndim, scalar.shape, scalar.strides, scalar.byteOffset]).toEqual([0, null, null, 16]);
});

test("getBuffer: a refused request is not counted", () => {
  const view = new MemoryView(exporter).toReadonly();
  expect(() => getBuffer(view, BufferFlags.WRITABLE)).toThrow(BufferError);
  view.release();
});

test("an array: frees its memory when it is released, and ends its slices", () => {
  const array = owner.zeros([4, 4], "float32");
  const parts = [array.at(1), array.transpose(), array.at("1:").reshape([12])];
  const before = owner.stats();
  array.release();
  array.release();
  const after = owner.stats();
  expect([after.arrays, after.heap.blocks]).toEqual([before.arrays - 1, before.heap.blocks - 1]);
  for (const part of [array, ...parts]) {
    expect(part.released).toBe(true);
    expect(() => part.shape).toThrow(ReleasedError);
  }
  expect(() => parts[0]!.get(0)).toThrow('cannot use a view of "float32 [4, 4]": the array was released');
});

test("an array: its slices can be released without it", () => {
  using array = owner.zeros([4], "uint8");
  const part = array.at("1:3");
  part.release();
  expect([part.released, array.released]).toEqual([true, false]);
  expect(array.at("1:3").toList()).toEqual([0, 0]);
});

test("an array: is not released while it, a slice, or a view of either is exported", () => {
  const array = owner.zeros([4], "uint8", { label: "weights" });
  const held = getBuffer(array, BufferFlags.FULL);
  expect(() => array.release()).toThrow(BufferError);
  held.release();
  const part = getBuffer(array.at("1:"), BufferFlags.FULL);
  expect(() => array.release()).toThrow('cannot release "weights": 1 lease is live, held by an export');
  part.release();
  const view = new MemoryView(array);
  const again = view.at("::2");
  view.release();
  expect(() => array.release()).toThrow(BufferError);
  again.release();
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0 });
});

test("a view: of read-only memory refuses to be written, in CPython's words", () => {
  const view = new MemoryView(exporter).toReadonly();
  expect(() => view.set(1, 0)).toThrow(ReadonlyError);
  expect(() => view.fill(1)).toThrow(TypeError);
  expect(() => view.assign(new Int32Array(4))).toThrow("cannot modify read-only memory");
});

test("a view: notices at each access that its buffer was detached", () => {
  const data = new Float64Array([1, 2]);
  const view = new MemoryView(data);
  const part = view.at("1:");
  data.buffer.transfer();
  for (const use of [
    () => view.get(0),
    () => part.toList(),
    () => view.shape,
    () => part.elements(),
    () => view.at(0),
  ]) {
    expect(use).toThrow(BufferError);
    expect(use).toThrow("cannot use a view that ends at byte 16: its buffer was detached after the export");
  }
  expect(view.released).toBe(true);
  view.release();
});

test("a view: of no elements notices that its buffer was detached", () => {
  const buffer = new ArrayBuffer(0);
  const view = new MemoryView(buffer);
  expect(view.shape).toEqual([0]);
  buffer.transfer();
  expect(() => view.shape).toThrow(BufferError);
});

test("a view: notices that its buffer shrank, and that it is large enough again", () => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 32 });
  const view = new MemoryView(new Uint32Array(buffer, 4, 2));
  buffer.resize(12);
  view.set(9, 1);
  buffer.resize(11);
  expect(() => view.get(0)).toThrow(
    "cannot use a view that ends at byte 12: its buffer shrank to 11 bytes after the export",
  );
  buffer.resize(0);
  buffer.resize(32);
  expect(view.toList()).toEqual([0, 0]);
});

test("a view: of an unshared WebAssembly.Memory ends when it grows; of a shared one it goes on", () => {
  const unshared = new Memory({ initial: 1 });
  const shared = new Memory({ initial: 1, maximum: 2, shared: true });
  const [gone, there] = [new MemoryView(unshared), new MemoryView(shared)];
  there.set(5, 0);
  unshared.grow(1);
  shared.grow(1);
  expect(() => gone.get(0)).toThrow(BufferError);
  expect([there.get(0), there.nbytes, new MemoryView(shared).nbytes]).toEqual([5, 65_536, 131_072]);
  expect(new MemoryView(shared).get(0)).toBe(5);
});

test("a view: of memory behind suboffsets is exported only to those who ask for them", () => {
  const rows = { buffer: new ArrayBuffer(64), byteOffset: 0, shape: [2, 3], strides: [4, 1], suboffsets: [0, -1] };
  const { view } = borrowView({ ...rows, format: "B", itemsize: 1, readonly: false, lease: null }, null);
  expect([view.suboffsets, view.cContiguous, view.contiguous]).toEqual([[0, -1], false, false]);
  expect(() => getBuffer(view, BufferFlags.STRIDES)).toThrow("it needs suboffsets");
  using held = getBuffer(view, BufferFlags.FULL);
  expect(held.suboffsets).toEqual([0, -1]);
});
