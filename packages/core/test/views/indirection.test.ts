import fc from "fast-check";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { BufferError, DescriptorError, NotImplementedError, ValueError } from "../../src/errors.ts";
import { openHandle, setRegion } from "../../src/leases/lease-protocol.ts";
import { claimRow, createWords, leasePorts } from "../../src/leases/lease-words.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import type { BufferInfo } from "../../src/protocol/py-buffer.ts";
import { type IndexKey, type Slice, sliceIndices } from "../../src/layout/slicing.ts";
import { memoryViewFromBuffer } from "../../src/views/temporary-view.ts";
import { isLittleEndian, makeRagged, placesByDefinition, type Ragged, raggedOptions } from "./indirect-model.ts";
import { indicesOf } from "../layout/layout-model.ts";

const allocators: fc.Arbitrary<(nbytes: number) => ArrayBufferLike> = fc.constantFrom(
  (nbytes) => new ArrayBuffer(nbytes),
  (nbytes) => new SharedArrayBuffer(nbytes),
);

const raggeds: fc.Arbitrary<Ragged> = fc
  .tuple(raggedOptions, allocators)
  .map(([options, allocate]) => makeRagged(options, allocate));

/** Three rows of four bytes, last row first in memory, behind a table of offsets at byte 0. */
function threeRows(buffer: ArrayBufferLike = new ArrayBuffer(32)): BufferInfo {
  new Uint32Array(buffer, 0, 3).set([28, 20, 12]);
  new Uint8Array(buffer, 12, 20).set(Array.from({ length: 20 }, (_, i) => 12 + i));
  const memory = { buffer, byteOffset: 0, nbytes: 12, readonly: false, itemsize: 1, format: "B" };
  return { ...memory, ndim: 2, shape: [3, 4], strides: [4, 1], suboffsets: [0, -1] };
}

function leaves(list: unknown): unknown[] {
  return Array.isArray(list) ? list.flatMap(leaves) : [list];
}

function bytesIn(info: BufferInfo): number[] {
  return [...new Uint8Array(info.buffer)];
}

test("suboffsets: rows behind a table of offsets are read where they lie", () => {
  using view = memoryViewFromBuffer(threeRows());
  expect(view.toList()).toEqual([
    [28, 29, 30, 31],
    [20, 21, 22, 23],
    [12, 13, 14, 15],
  ]);
  expect([view.get(0, 1), view.get(2, -1), view.cContiguous, view.fContiguous]).toEqual([29, 15, false, false]);
  expect(view.toBytes("F")).toEqual(Uint8Array.of(28, 20, 12, 29, 21, 13, 30, 22, 14, 31, 23, 15));
  expect(view.toBytes("A")).toEqual(view.toBytes("C"));
});

test("suboffsets: every element, list and copy is that of the model", () => {
  const property = fc.property(raggeds, ({ info, list }) => {
    using view = memoryViewFromBuffer(info);
    expect(view.toList()).toEqual(list);
    const indices = indicesOf(view.shape);
    expect(indices.map((index) => view.get(...index))).toEqual(leaves(list));
    using copy = new MemoryView(view.toBytes()).cast(info.format!);
    expect(copy.toList()).toEqual(leaves(list));
    const reversed = indicesOf(view.shape.toReversed()).map((index) => view.get(...index.toReversed()));
    using fortran = new MemoryView(view.toBytes("F")).cast(info.format!);
    expect(fortran.toList()).toEqual(reversed);
  });
  fc.assert(property, { numRuns: 500 });
});

const slices: fc.Arbitrary<Slice> = fc.record({
  start: fc.option(fc.integer({ min: -5, max: 5 })),
  stop: fc.option(fc.integer({ min: -5, max: 5 })),
  step: fc.option(fc.constantFrom(1, 2, -1, -2, 3)),
});

const keys: fc.Arbitrary<IndexKey[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: slices },
    { weight: 2, arbitrary: fc.integer({ min: -4, max: 3 }) },
    fc.constant(null),
  ),
  { maxLength: 5 },
);

/** Indexes nested arrays, one key after another. */
function indexList(list: unknown, [key, ...rest]: readonly IndexKey[]): unknown {
  if (key === undefined) return list;
  if (key === null) return [indexList(list, rest)];
  const items = list as unknown[];
  if (typeof key === "number") return indexList(items.at(key), rest);
  const { start, length, step } = sliceIndices(key as Slice, items.length);
  return Array.from({ length }, (_, i) => indexList(items[start + i * step], rest));
}

/** Keys for as many axes as there are, with integers inside them. */
function fitted(given: readonly IndexKey[], shape: readonly number[]): IndexKey[] {
  let axis = 0;
  return given.filter((key) => {
    if (key === null) return true;
    const length = shape[axis];
    if (length === undefined || (typeof key === "number" && (key >= length || key < -length))) return false;
    axis++;
    return true;
  });
}

/** What an index selects, or null where no suboffsets say it. */
function partOf(view: MemoryView, index: readonly IndexKey[]): MemoryView | null {
  try {
    return view.at(...index);
  } catch (error) {
    expect(error).toBeInstanceOf(NotImplementedError);
    return null;
  }
}

test("suboffsets: an index selects what it selects of a list", () => {
  let selected = 0;
  const property = fc.property(raggeds, keys, ({ info, list }, given) => {
    using view = memoryViewFromBuffer(info);
    const fit = fitted(given, view.shape);
    const expected = indexList(list, fit);
    const part = partOf(view, fit);
    if (part === null) return;
    selected++;
    // Behind a length of 0 the shape is all there is.
    if (!part.shape.includes(0)) expect(part.toList()).toEqual(expected);
    else expect(part.size).toBe(leaves(expected).length);
  });
  fc.assert(property, { numRuns: 1500 });
  expect(selected).toBeGreaterThan(1200);
});

test("suboffsets: slices of slices, as CPython's memoryview has them, change the start or the last suboffset", () => {
  using view = memoryViewFromBuffer(threeRows());
  using rows = view.at("::-2");
  expect([rows.byteOffset, rows.strides, rows.suboffsets]).toEqual([8, [-8, 1], [0, -1]]);
  using columns = rows.at(":", "1::2");
  expect([columns.byteOffset, columns.strides, columns.suboffsets]).toEqual([8, [-8, 2], [1, -1]]);
  expect(columns.toList()).toEqual([
    [13, 15],
    [29, 31],
  ]);
  using column = columns.at(":", 1);
  expect([column.shape, column.suboffsets, column.toList()]).toEqual([[2], [3], [15, 31]]);
});

test("suboffsets: a row is memory like any other, and stays where it was when the table changes", () => {
  const info = threeRows();
  using view = memoryViewFromBuffer(info);
  using row = view.at(1);
  expect([row.suboffsets, row.byteOffset, row.cContiguous]).toEqual([null, 20, true]);
  new Uint32Array(info.buffer, 0, 3)[1] = 12;
  expect(row.toList()).toEqual([20, 21, 22, 23]);
  expect(view.at(1).toList()).toEqual([12, 13, 14, 15]);
  expect([...view].map((part) => (part as MemoryView).byteOffset)).toEqual([28, 12, 12]);
});

test("suboffsets: no index says two tables with no axis between, nor elements before the place of an entry", () => {
  const table = new Uint32Array(8);
  table.set([8, 12, 16, 20, 0x04_03_02_01, 0x14_13_12_11], 0);
  const base = { buffer: table.buffer, byteOffset: 0, readonly: false, itemsize: 1, format: "B" } as const;
  using nested = memoryViewFromBuffer({
    ...base,
    nbytes: 2,
    ndim: 2,
    shape: [2, 1],
    strides: [4, 4],
    suboffsets: [0, 0],
  });
  expect(nested.toList()).toEqual([[1], [17]].map((row) => (isLittleEndian ? row : [row[0]! + 3])));
  expect(() => nested.at(":", 0)).toThrow(NotImplementedError);
  expect(nested.at(0, 0).toList()).toBe(nested.get(0, 0));
  using backward = memoryViewFromBuffer({ ...threeRows(), strides: [4, -1], suboffsets: [3, -1] });
  expect(backward.at(":", "3:").toList()).toEqual([[28], [20], [12]]);
  using last = memoryViewFromBuffer({
    ...threeRows(),
    shape: [1, 2],
    nbytes: 2,
    strides: [4, -1],
    suboffsets: [0, -1],
  });
  expect(() => last.at(":", "1:")).toThrow(NotImplementedError);
});

test("suboffsets: layouts that no suboffsets describe are refused by name", () => {
  using view = memoryViewFromBuffer(threeRows());
  const refused: (() => unknown)[] = [
    () => view.transpose(),
    () => view.reshape([12]),
    () => view.flip(),
    () => view.broadcastTo([2, 3, 4]),
    () => view.unsafeElements(),
  ];
  for (const attempt of refused) expect(attempt).toThrow(NotImplementedError);
  expect(() => view.cast("b")).toThrow(TypeError);
});

test("suboffsets: writing changes the elements, and no other byte", () => {
  const property = fc.property(raggeds, fc.nat(250), ({ info }, value) => {
    using view = memoryViewFromBuffer(info);
    const places = placesByDefinition(info)!;
    const expected = bytesIn(info);
    const write = new DataView(new ArrayBuffer(4));
    write.setUint32(0, value, isLittleEndian);
    const item = isLittleEndian ? [0, 1, 2, 3] : [0, 1, 2, 3].map((i) => i + 4 - info.itemsize);
    for (const place of places) for (let k = 0; k < info.itemsize; k++) expected[place + k] = write.getUint8(item[k]!);
    view.fill(value);
    expect(bytesIn(info)).toEqual(expected);
    const [index] = indicesOf(view.shape);
    if (index === undefined) return;
    view.set(7, ...index);
    expect(view.get(...index)).toBe(7);
    expect(bytesIn(info).filter((byte, i) => byte !== expected[i])).toHaveLength(value % 256 === 7 ? 0 : 1);
  });
  fc.assert(property, { numRuns: 500 });
});

test("suboffsets: assigning copies between any two, as if the source had been copied first", () => {
  const property = fc.property(raggedOptions, allocators, fc.boolean(), (options, allocate, self) => {
    const { info, list } = makeRagged(options, allocate);
    using target = memoryViewFromBuffer(info);
    const back = info.shape!.map(() => "::-1" as const);
    if (self) {
      // The rows of the target are those of the source, the other way round.
      const ahead = placesByDefinition(info);
      using source = memoryViewFromBuffer(info);
      const reversed = partOf(source, back);
      if (reversed === null) return;
      target.assign(reversed);
      expect(target.toList()).toEqual(
        indexList(
          list,
          back.map(() => ({ step: -1 })),
        ),
      );
      expect(placesByDefinition(info)).toEqual(ahead);
    } else {
      using source = memoryViewFromBuffer(makeRagged({ ...options, seed: options.seed + 1 }, allocate).info);
      target.fill(0);
      target.assign(source);
      expect(target.toList()).toEqual(list);
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test("suboffsets: a source that the rows lie over is as if copied first, and so is their table", () => {
  const info = threeRows(new SharedArrayBuffer(32));
  using rows = memoryViewFromBuffer(info);
  const direct = { ...info, byteOffset: 14, suboffsets: null };
  using source = memoryViewFromBuffer(direct);
  const expected = source.toList();
  rows.assign(source);
  expect(rows.toList()).toEqual(expected);

  // The first row is the table itself: where the others are was found before it was overwritten.
  new Uint32Array(info.buffer, 0, 3).set([0, 20, 12]);
  rows.fill(0xff);
  const bytes = new Uint8Array(info.buffer);
  for (const place of [0, 20, 12]) expect([...bytes.subarray(place, place + 4)]).toEqual([255, 255, 255, 255]);
});

test("suboffsets: views of other structure are no source", () => {
  using view = memoryViewFromBuffer(threeRows());
  expect(() => view.assign(new Uint8Array(12))).toThrow(ValueError);
  expect(() => view.assign(new MemoryView(new Int8Array(12)).cast("b", [3, 4]))).toThrow(ValueError);
  expect(view.get(0, 0)).toBe(28);
});

/** Entries that lead near an end of the buffer, or far outside it. */
const hostileEntries: fc.Arbitrary<number> = fc.oneof(
  fc.nat(80),
  fc.constantFrom(0, 0xff_ff_ff_ff, 0x80_00_00_00, 0x7f_ff_ff_ff),
);

test("suboffsets: a hostile table is followed inside the buffer, or refused with nothing written", () => {
  const outcomes = { refused: 0, followed: 0 };
  const property = fc.property(
    raggeds,
    fc.array(fc.tuple(fc.nat(60), hostileEntries), { maxLength: 4 }),
    fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 4 }),
    ({ info }, entries, strides) => {
      const { buffer, ndim } = info;
      for (const [place, entry] of entries) {
        const bytes = new DataView(buffer);
        if (place + 4 <= bytes.byteLength) bytes.setUint32(place, entry, isLittleEndian);
      }
      // What is behind the first table is nobody's promise: strides there may lead anywhere.
      const table = info.suboffsets?.findIndex((suboffset) => suboffset >= 0) ?? ndim;
      const hostile = { ...info, strides: info.strides!.map((own, axis) => (axis <= table ? own : strides[axis]!)) };
      using view = memoryViewFromBuffer(hostile);
      const before = bytesIn(info);
      const places = placesByDefinition(hostile);
      if (places === null) {
        outcomes.refused++;
        for (const attempt of [
          () => view.toList(),
          () => view.toBytes(),
          () => view.fill(1),
          () => view.assign(copyOf(view)),
        ]) {
          expect(attempt).toThrow(BufferError);
        }
        expect(bytesIn(info)).toEqual(before);
        return;
      }
      outcomes.followed++;
      const values = new DataView(buffer);
      const read = { 1: "getUint8", 2: "getUint16", 4: "getUint32" } as const;
      const expected = places.map((place) => values[read[info.itemsize as 1 | 2 | 4]](place, isLittleEndian));
      if (view.size > 0) expect(leaves(view.toList())).toEqual(expected);
      const written = new Set(places.flatMap((place) => Array.from({ length: info.itemsize }, (_, k) => place + k)));
      view.fill(0x5a);
      expect(bytesIn(info).every((byte, i) => byte === before[i] || written.has(i))).toBe(true);
    },
  );
  fc.assert(property, { numRuns: 1500 });
  expect(outcomes.refused).toBeGreaterThan(300);
  expect(outcomes.followed).toBeGreaterThan(300);
});

/** Memory of a view's structure. */
function copyOf(view: MemoryView): MemoryView {
  const { shape, itemsize, format, size } = view;
  const memory = { buffer: new ArrayBuffer(size * itemsize), byteOffset: 0, nbytes: size * itemsize, readonly: false };
  return memoryViewFromBuffer({
    ...memory,
    itemsize,
    format,
    ndim: shape.length,
    shape,
    strides: null,
    suboffsets: null,
  });
}

test("suboffsets: an entry that leads out of the buffer is refused when it is followed, and named", () => {
  const info = threeRows();
  using view = memoryViewFromBuffer(info);
  new Uint32Array(info.buffer, 0, 3)[1] = 30;
  expect(view.get(1, 1)).toBe(31);
  expect(() => view.get(1, 2)).toThrow("cannot follow a table of offsets to bytes [32, 33): the buffer has 32 bytes");
  expect(() => view.at(1)).toThrow(BufferError);
  expect(view.at(1, ":2").toList()).toEqual([30, 31]);
  expect(view.at("::2").toList()).toEqual([
    [28, 29, 30, 31],
    [12, 13, 14, 15],
  ]);
  expect(() => view.set(1, 1, 2)).toThrow(BufferError);
  expect(() => view.equals(view)).toThrow(BufferError);
});

test("suboffsets: a descriptor proves its table, and its elements are proved when they are reached", () => {
  const info = threeRows(new SharedArrayBuffer(32));
  const descriptor = { ...info, format: "B", lease: null };
  expect(borrowView(descriptor, null).view.get(0, 3)).toBe(31);
  const { view } = borrowView({ ...descriptor, shape: [3, 2 ** 40], strides: [4, -(2 ** 50)], nbytes: 0 }, null);
  expect(view.get(1, 0)).toBe(20);
  expect(() => view.get(1, 2 ** 40 - 1)).toThrow(BufferError);
  expect(() => view.at(1)).toThrow(BufferError);
  expect(() => borrowView({ ...descriptor, byteOffset: 24 }, null)).toThrow("reaches bytes [24, 36) of a buffer of 32");
});

test("suboffsets: no descriptor has them under a lease, since a table may lead beyond what was lent", () => {
  const words = createWords();
  const thread = claimRow(words, 1);
  const ports = leasePorts(words);
  setRegion(ports, 0, { low: 0, high: 32, writable: true });
  const lease = openHandle(ports, 0);
  const descriptor = { ...threeRows(new SharedArrayBuffer(64)), lease };
  expect(() => borrowView(descriptor, thread)).toThrow(DescriptorError);
  expect(borrowView({ ...descriptor, suboffsets: null }, thread).view.nbytes).toBe(12);
});

test("suboffsets: a buffer that shrank or was detached under the table is noticed", () => {
  const buffer = new ArrayBuffer(32, { maxByteLength: 32 });
  const info = threeRows(buffer);
  using view = new MemoryView({ getBuffer: () => info });
  using row = view.at(0);
  buffer.resize(30);
  for (const attempt of [() => view.get(0, 0), () => view.at(1), () => view.toList(), () => row.toList()]) {
    expect(attempt).toThrow(BufferError);
  }
  buffer.resize(32);
  expect(row.toList()).toEqual([28, 29, 0, 0]);
  buffer.transfer();
  expect(() => view.toList()).toThrow(BufferError);
});

test("suboffsets: a table that another thread rewrites all the time never leads out of the buffer", async () => {
  const buffer = new SharedArrayBuffer(64);
  const info = { ...threeRows(buffer), nbytes: 12 };
  const running = new Int32Array(buffer, 56, 1);
  const entry = new URL("../table-writer.ts", import.meta.url);
  const writer = new Worker(entry, { workerData: { buffer } });
  try {
    await once(writer, "message");
    const seen = { values: 0, refusals: 0 };
    using view = memoryViewFromBuffer(info);
    for (const end = performance.now() + 300; performance.now() < end;) {
      for (const attempt of [
        () => view.toList(),
        () => view.at(1).toList(),
        () => view.get(2, 3),
        () => view.fill(0x2a),
      ]) {
        try {
          attempt();
          seen.values++;
        } catch (error) {
          expect(error).toBeInstanceOf(BufferError);
          seen.refusals++;
        }
      }
    }
    expect(Atomics.load(running, 0)).toBe(1);
    expect(seen.values).toBeGreaterThan(10);
    expect(seen.refusals).toBeGreaterThan(10);
  } finally {
    await writer.terminate();
  }
  // Rows that lay inside took the fill; what lies behind the last of them is untouched.
  expect([...new Uint8Array(buffer, 48, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});
