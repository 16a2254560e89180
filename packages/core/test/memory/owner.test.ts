import { beforeEach, describe, expect, test } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { DTYPES, type DType } from "../../src/formats/dtype.ts";
import {
  BorrowError,
  BufferError,
  DTypeError,
  MemoryError,
  ReadonlyError,
  ReleasedError,
  ShapeError,
  ValueError,
} from "../../src/errors.ts";
import { claimRow, HANDLES_MAX } from "../../src/leases/lease-words.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import { TestThread } from "../leases/test-thread.ts";

const MIB = 2 ** 20;

let owner: MemoryOwner;
beforeEach(() => {
  owner = new MemoryOwner({ maximumBytes: 4 * MIB });
});

test("empty: makes a C-contiguous array in shared memory, aligned to 64 bytes", () => {
  for (const dtype of Object.keys(DTYPES) as DType[]) {
    const array = owner.empty([2, 3], dtype);
    const { itemsize, format } = DTYPES[dtype];
    expect(array).toMatchObject({ dtype, format, itemsize, shape: [2, 3], strides: [3 * itemsize, itemsize] });
    expect([array.byteOffset % 64, array.cContiguous, array.readonly]).toEqual([0, true, false]);
    expect(array.obj).toBe(owner.heap.memory);
  }
});

test("zeros: is zero also where a freed block is used again", () => {
  const first = owner.full([1000], 0xff, "uint8");
  const { byteOffset } = first;
  first.release();
  const second = owner.zeros([1000], "uint8");
  expect([second.byteOffset, second.toBytes().every((byte) => byte === 0)]).toEqual([byteOffset, true]);
});

test("full: has one value, of the dtype's own kind", () => {
  expect(owner.full([2, 2], 7, "int8").toList()).toEqual([
    [7, 7],
    [7, 7],
  ]);
  expect(owner.full([1], 2n ** 63n, "uint64").get(0)).toBe(2n ** 63n);
  expect(owner.full([2], true, "bool").toList()).toEqual([true, true]);
  expect(owner.full([1], { re: 1, im: -1 }, "complex64").get(0)).toEqual({ re: 1, im: -1 });
  expect(owner.full([], 1.5, "float16").get()).toBe(1.5);
});

test("empty: of no elements takes a block and has no bytes", () => {
  const array = owner.empty([3, 0], "float64");
  expect([array.nbytes, array.size, array.strides, array.toList()]).toEqual([0, 0, [0, 8], [[], [], []]]);
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, heap: { blocks: 0 } });
});

test("empty: refuses what is no shape or dtype, and takes no memory for it", () => {
  const before = owner.stats();
  for (const shape of [[-1], [1.5], [2 ** 53], [2 ** 30, 2 ** 30], "3", null] as unknown as number[][]) {
    expect(() => owner.empty(shape, "int8")).toThrow(ShapeError);
  }
  for (const shape of [
    [2 ** 52, 1],
    [0, 2 ** 52],
  ]) {
    expect(() => owner.empty(shape, "float64")).toThrow(ShapeError);
  }
  for (const dtype of ["double", "__proto__", 5, undefined] as unknown as DType[]) {
    expect(() => owner.empty([1], dtype)).toThrow(DTypeError);
  }
  expect(owner.stats()).toEqual(before);
});

test("full, from: where a value is refused the memory comes back", () => {
  const before = owner.stats();
  expect(() => owner.full([100], 300, "uint8")).toThrow(ValueError);
  expect(() => owner.from([1, 2, 300], { dtype: "uint8" })).toThrow(ValueError);
  expect(owner.stats()).toEqual(before);
});

test("from: copies the data, and lets go of where it came from", () => {
  const data = new Int16Array([1, 2, 3, 4]);
  using array = owner.from(data, { shape: [2, 2] });
  data.fill(0);
  expect([array.dtype, array.toList()]).toEqual([
    "int16",
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  using copy = owner.from(array.transpose());
  expect([copy.shape, copy.toList()]).toEqual([
    [2, 2],
    [
      [1, 3],
      [2, 4],
    ],
  ]);
  expect(owner.stats().leases).toBe(0);
  using nested = owner.from([[1], [2]]);
  expect([nested.dtype, nested.shape]).toEqual(["float64", [2, 1]]);
});

test("out of memory: the error names the largest arrays by their label, or by dtype and shape", () => {
  owner.empty([1.5 * MIB], "uint8", { label: "photo" });
  owner.empty([128, 1024], "float64");
  expect(() => owner.empty([2 * MIB], "uint8")).toThrow(MemoryError);
  expect(() => owner.empty([2 * MIB], "uint8")).toThrow(
    "cannot allocate 2 MiB: 2.5 MiB of 4 MiB are in use and the largest free stretch is 1.5 MiB; the largest of 2 " +
      'unreleased: "photo" (1.5 MiB), "float64 [128, 1024]" (1 MiB)',
  );
});

test("adopt: uses the user's SharedArrayBuffer in place", () => {
  const buffer = new SharedArrayBuffer(64);
  const array = owner.adopt(buffer, { dtype: "int32", shape: [2, 3], byteOffset: 8 });
  array.set(-5, 1, 2);
  expect(new Int32Array(buffer)[2 + 5]).toBe(-5);
  expect(array.asTypedArray().buffer).toBe(buffer);
  expect([array.obj, array.strides, owner.stats().heap.blocks]).toEqual([buffer, [12, 4], 0]);
  array.release();
  expect(new Int32Array(buffer)[7]).toBe(-5);
  expect(() => array.get(0, 0)).toThrow(ReleasedError);
  expect(owner.stats().arrays).toBe(0);
});

test("adopt: takes strides of any sign that stay inside", () => {
  const buffer = new SharedArrayBuffer(12);
  new Uint16Array(buffer).set([1, 2, 3, 4, 5, 6]);
  const array = owner.adopt(buffer, { dtype: "uint16", shape: [3, 2], byteOffset: 10, strides: [-4, -2] });
  expect(array.toList()).toEqual([
    [6, 5],
    [4, 3],
    [2, 1],
  ]);
  expect(owner.adopt(buffer, { dtype: "uint16", shape: [0], byteOffset: 12 }).size).toBe(0);
});

test("adopt: refuses places outside the buffer, and numbers that are no places", () => {
  const buffer = new SharedArrayBuffer(16);
  const adopt = (options: object): unknown => owner.adopt(buffer, { dtype: "int32", shape: [4], ...options });
  expect(adopt({})).toBeInstanceOf(MemoryView);
  for (const options of [
    { shape: [5] },
    { byteOffset: 1 },
    { byteOffset: -4 },
    { byteOffset: 0.5 },
    { byteOffset: Number.NaN },
    { byteOffset: "0" },
    { strides: [8] },
    { strides: [-4] },
    { strides: [4, 4] },
    { strides: [Number.NaN] },
    { strides: [2 ** 53] },
    { shape: [0], byteOffset: 17 },
    { shape: [2 ** 40], strides: [2 ** 40] },
  ]) {
    expect(() => adopt(options)).toThrow(ValueError);
  }
  expect(() => adopt({ shape: [5] })).toThrow("cannot adopt bytes [0, 20) of a buffer of 16 bytes");
  expect(() => adopt({ shape: "4" })).toThrow(ShapeError);
  expect(() => adopt({ dtype: "int" })).toThrow(DTypeError);
});

test("adopt: asks the engine how long the buffer is", () => {
  const buffer = Object.defineProperty(new SharedArrayBuffer(4), "byteLength", { value: 4000 });
  expect(() => owner.adopt(buffer, { dtype: "uint8", shape: [100] })).toThrow("of a buffer of 4 bytes");
});

test("adopt: any other buffer is a TypeError that names the way out", () => {
  for (const buffer of [new ArrayBuffer(8), new Uint8Array(8), null, {}] as unknown as SharedArrayBuffer[]) {
    expect(() => owner.adopt(buffer, { dtype: "uint8", shape: [8] })).toThrow(TypeError);
    expect(() => owner.adopt(buffer, { dtype: "uint8", shape: [8] })).toThrow("from() copies other memory");
  }
  expect(() => owner.adopt(new ArrayBuffer(8), { dtype: "uint8", shape: [8] })).toThrow(
    "cannot adopt an ArrayBuffer: other threads can't use it where it is, expected a SharedArrayBuffer; from() copies " +
      'other memory, and mode "inline", which has no other threads, adopts it',
  );
});

describe("adopt, where no other thread gets to the arrays", () => {
  const confined = new MemoryOwner({ confined: true });

  test("adopt: uses an ArrayBuffer in place, and what was told about shared ones holds for it", () => {
    const buffer = new ArrayBuffer(64);
    const array = confined.adopt(buffer, { dtype: "int32", shape: [2, 3], byteOffset: 8 });
    array.set(-5, 1, 2);
    expect(new Int32Array(buffer)[2 + 5]).toBe(-5);
    expect([array.asTypedArray().buffer === buffer, array.obj === buffer]).toEqual([true, true]);
    const other = confined.adopt(buffer, { dtype: "uint8", shape: [40] });
    const loans = confined.lend("job", [{ view: array, mode: "write" }]);
    expect(() => confined.lend("other", [{ view: other, mode: "read" }])).toThrow(BorrowError);
    expect(() => array.release()).toThrow(BufferError);
    confined.poison(loans, new Error("late"));
    confined.giveBack(loans);
    expect([array.isPoisoned, other.isPoisoned]).toEqual([true, true]);
    for (const view of [array, other]) view.release();
    expect([new Int32Array(buffer)[7], confined.stats().arrays]).toEqual([-5, 0]);
    expect(() => confined.adopt(buffer, { dtype: "int32", shape: [17] })).toThrow(ValueError);
    expect(() => confined.adopt({} as ArrayBuffer, { dtype: "uint8", shape: [8] })).toThrow(
      "expected a SharedArrayBuffer or an ArrayBuffer",
    );
  });

  test("adopt: a view of an ArrayBuffer that was detached, or shrank below it, throws", () => {
    const buffer = new ArrayBuffer(64, { maxByteLength: 64 });
    const [low, high] = [0, 48].map((byteOffset) =>
      confined.adopt(buffer, { dtype: "uint8", shape: [16], byteOffset }),
    );
    const row = high!.at("2:4");
    buffer.resize(60);
    expect(low!.get(15)).toBe(0);
    for (const use of [() => row.get(0), () => high!.asTypedArray()]) {
      expect(use).toThrow("cannot use a view that ends at byte 64: its buffer shrank to 60 bytes");
    }
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => low!.get(0)).toThrow("its buffer was detached");
    for (const view of [row, low!, high!]) view.release();
    expect(confined.stats().arrays).toBe(0);
  });
});

test("lend, borrowView: a view goes there and back as the same memory, counted while it is used", () => {
  const array = owner.from(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: "int32" },
  );
  const [loan] = owner.lend("job", [{ view: array.transpose(), mode: "write" }]);
  const thread = claimRow(owner.leases.words, 9);
  const borrowed = borrowView(structuredClone(loan!.descriptor), thread);
  const { view } = borrowed;
  expect([view.dtype, view.toList(), view.readonly]).toEqual([
    "int32",
    [
      [1, 3],
      [2, 4],
    ],
    false,
  ]);
  expect(owner.stats()).toMatchObject({ leases: 1, views: new Map([[9, 1]]) });
  view.set(20, 1, 0);
  expect(array.get(0, 1)).toBe(20);
  borrowed.end();
  expect(owner.stats()).toMatchObject({ leases: 1, views: new Map([[9, 0]]) });
  owner.leases.release(loan!.lease);
  expect(owner.stats().leases).toBe(0);
  expect(() => borrowView(loan!.descriptor, thread)).toThrow(ReleasedError);
});

test("lend: a real thread reads and writes what it was lent, and nothing else", async () => {
  await using thread = new TestThread();
  await thread.ask({ kind: "join", words: owner.leases.words, thread: 3 });
  const array = owner.zeros([4, 4], "uint8");
  const [loan] = owner.lend("task", [{ view: array.at("1:3", "1:3"), mode: "write" }]);
  await thread.ask({ kind: "borrow", descriptor: loan!.descriptor, write: 200 });
  expect(array.toList()).toEqual([
    [0, 0, 0, 0],
    [0, 200, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ]);
  const wider = { ...loan!.descriptor, shape: [40_000, 40_000] };
  await expect(thread.ask({ kind: "borrow", descriptor: wider })).rejects.toThrow("cannot use a descriptor");
  owner.leases.release(loan!.lease);
  await expect(thread.ask({ kind: "borrow", descriptor: loan!.descriptor })).rejects.toThrow(ReleasedError);
});

test("lend: for reading the descriptor is read-only; a read-only view is not lent for writing", () => {
  const array = owner.zeros([4], "uint8");
  const [loan] = owner.lend("reader", [{ view: array, mode: "read" }]);
  expect([loan!.descriptor.readonly, array.readonly]).toEqual([true, false]);
  expect(() => owner.lend("writer", [{ view: array.toReadonly(), mode: "write" }])).toThrow(ReadonlyError);
  expect(owner.stats().leases).toBe(1);
});

test("lend: readers share, a writer excludes the others, parts that don't meet are free", () => {
  const array = owner.zeros([4, 4], "float32");
  owner.lend("reader", [{ view: array.at(":", 0), mode: "read" }]);
  owner.lend("other reader", [{ view: array, mode: "read" }]);
  expect(() => owner.lend("writer", [{ view: array.at(0), mode: "write" }])).toThrow(BorrowError);
  const columns = owner.zeros([4, 4], "float32");
  owner.lend("even", [{ view: columns.at(":", "::2"), mode: "write" }]);
  owner.lend("odd", [{ view: columns.at(":", "1::2"), mode: "write" }]);
  expect(() => owner.lend("third", [{ view: columns.at(3, 3), mode: "read" }])).toThrow("odd is writing");
});

test("lend: two adoptions of one buffer conflict where they meet, and are released apart", () => {
  const buffer = new SharedArrayBuffer(100);
  const whole = owner.adopt(buffer, { dtype: "uint8", shape: [100] });
  const half = owner.adopt(buffer, { dtype: "uint8", shape: [50] });
  const [loan] = owner.lend("writer", [{ view: half, mode: "write" }]);
  expect(() => owner.lend("reader", [{ view: whole, mode: "read" }])).toThrow(BorrowError);
  expect(owner.lend("reader", [{ view: whole.at("50:"), mode: "read" }])).toHaveLength(1);
  expect(() => half.release()).toThrow(BufferError);
  owner.leases.release(loan!.lease);
  half.release();
  expect(() => whole.release()).toThrow("held by reader");
});

test("lend: all views or none", () => {
  const [a, b] = [owner.zeros([4], "uint8"), owner.zeros([4], "uint8")];
  owner.lend("holder", [{ view: b, mode: "write" }]);
  const both = [a, b].map((view) => ({ view: view as MemoryView, mode: "read" as const }));
  expect(() => owner.lend("job", both)).toThrow(BorrowError);
  expect(owner.stats().leases).toBe(1);
});

test("lend: a view of a view of an array is the array's memory", () => {
  const array = owner.from([1, 2, 3], { dtype: "uint8" });
  using view = new MemoryView(new MemoryView(array.at("1:")).at("::-1"));
  const [loan] = owner.lend("job", [{ view, mode: "read" }]);
  expect(borrowView(loan!.descriptor, null).view.toList()).toEqual([3, 2]);
  expect(() => owner.lend("other", [{ view: array, mode: "write" }])).toThrow(BorrowError);
});

test("lend: memory of others is a BufferError that names the ways out", () => {
  const other = new MemoryOwner({ maximumBytes: MIB });
  for (const view of [new MemoryView(new Uint8Array(4)), other.zeros([4], "uint8") as MemoryView]) {
    expect(() => owner.lend("job", [{ view, mode: "read" }])).toThrow(BufferError);
    expect(() => owner.lend("job", [{ view, mode: "read" }])).toThrow("from() copies it in, adopt() shares");
  }
  const released = owner.zeros([4], "uint8");
  released.release();
  expect(() => owner.lend("job", [{ view: released, mode: "read" }])).toThrow(ReleasedError);
});

test("release: is refused while the array is lent, names the holders, and works afterwards", () => {
  const array = owner.zeros([4], "uint8", { label: "photo" });
  const loans = ["blur", "sharpen"].map((holder) => owner.lend(holder, [{ view: array.at("1:"), mode: "read" }])[0]!);
  expect(() => array.release()).toThrow(BufferError);
  expect(() => array.release()).toThrow('cannot release "photo": 2 leases are live, held by blur, sharpen');
  expect(array.get(0)).toBe(0);
  for (const { lease } of loans) owner.leases.release(lease);
  array.release();
  expect(owner.stats()).toMatchObject({ arrays: 0, leases: 0, heap: { blocks: 0, fragments: 1 } });
});

test("heldLeases: tells array, holder and mode of what is held, oldest first", () => {
  const array = owner.zeros([4], "uint8", { label: "photo" });
  using view = new MemoryView(array);
  owner.lend("blur", [{ view, mode: "write" }]);
  const held = owner.heldLeases();
  expect(held.map(({ array: label, holder, mode }) => [label, holder, mode])).toEqual([
    ["photo", "an export", "pin"],
    ["photo", "blur", "write"],
  ]);
  expect(held.every(({ ageMs }) => ageMs >= 0 && ageMs < 10_000)).toBe(true);
});

test("an export that finds no free handle is refused, and nothing is counted", () => {
  const array = owner.zeros([1], "uint8");
  const requests = Array.from({ length: HANDLES_MAX }, () => ({ view: array as MemoryView, mode: "read" as const }));
  const loans = owner.lend("everyone", requests);
  expect(() => new MemoryView(array)).toThrow(MemoryError);
  for (const { lease } of loans) owner.leases.release(lease);
  array.release();
});
