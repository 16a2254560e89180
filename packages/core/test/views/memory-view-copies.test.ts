import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { MemoryError, ReadonlyError, ReleasedError, ValueError } from "../../src/errors.ts";
import type { Exporter } from "../../src/protocol/exporter.ts";
import type { Layout } from "../../src/layout/layout.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { MemoryOwner } from "../../src/memory/owner.ts";
import { type BufferInfo, fillInfo } from "../../src/protocol/py-buffer.ts";
import { addressesOf, fortranAddressesOf, itemsizes, layouts } from "../layout/layout-model.ts";

const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });

/** `count` indices of an axis, `step` apart: what a slice selects. */
interface Walk {
  readonly start: number;
  readonly step: number;
}

function walks(length: number, count: number): fc.Arbitrary<Walk> {
  const stepMax = count < 2 ? 1 : Math.floor((length - 1) / (count - 1));
  return fc
    .record({ size: fc.integer({ min: 1, max: Math.max(1, stepMax) }), backwards: fc.boolean(), at: fc.nat() })
    .map(({ size, backwards, at }) => {
      const low = at % (length - (count - 1) * size);
      return backwards ? { start: low + (count - 1) * size, step: -size } : { start: low, step: size };
    });
}

function placesOf({ start, step }: Walk, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i * step);
}

function keyOf({ start, step }: Walk, count: number): `${string}:${string}` {
  const stop = start + count * step;
  return `${start}:${stop < 0 ? "" : stop}:${step}`;
}

const ROWS = 6;
const COLUMNS = 7;

const assignments = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 4 }), flips: fc.boolean() })
  .chain(({ rows, columns, flips }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      target: fc.tuple(walks(ROWS, rows), walks(COLUMNS, columns)),
      // The source may be the same part of a transposed table.
      source: flips
        ? fc.tuple(walks(COLUMNS, rows), walks(ROWS, columns))
        : fc.tuple(walks(ROWS, rows), walks(COLUMNS, columns)),
      flips: fc.constant(flips),
    }),
  );

test("assign: to a slice from another, overlapping or not, is as if the source had been copied first", () => {
  const arrays = [Uint8Array, Int16Array, Float32Array, Float64Array] as const;
  const property = fc.property(assignments, fc.constantFrom(...arrays), (assignment, TypedArray) => {
    const { rows, columns, flips } = assignment;
    const data = new TypedArray(Array.from({ length: ROWS * COLUMNS }, (_, i) => i));
    const table = Array.from({ length: ROWS }, (_, row) =>
      Array.from(data.subarray(row * COLUMNS, (row + 1) * COLUMNS)),
    );
    const view = new MemoryView(data).reshape([ROWS, COLUMNS]);

    const read = (row: number, column: number): number => (flips ? table[column]![row]! : table[row]![column]!);
    const values = placesOf(assignment.source[0], rows).map((row) =>
      placesOf(assignment.source[1], columns).map((column) => read(row, column)),
    );
    for (const [i, row] of placesOf(assignment.target[0], rows).entries()) {
      for (const [j, column] of placesOf(assignment.target[1], columns).entries()) table[row]![column] = values[i]![j]!;
    }

    const [from, to] = [flips ? view.transpose() : view, view].map((whole, i) => {
      const [walkRows, walkColumns] = i === 0 ? assignment.source : assignment.target;
      return whole.at(keyOf(walkRows, rows), keyOf(walkColumns, columns));
    });
    to!.assign(from!);
    expect(view.toList()).toEqual(table);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("assign: takes any exporter of the same format and shape", () => {
  using array = owner.zeros([4], "uint8");
  array.assign(Buffer.from([1, 2, 3, 4]));
  expect(array.toList()).toEqual([1, 2, 3, 4]);
  array.at("::-1").assign(new Uint8Array([1, 2, 3, 4]));
  expect(array.toList()).toEqual([4, 3, 2, 1]);
  array.at("1:3").assign(new Uint8ClampedArray([7, 8]));
  using other = owner.from(new Uint8Array([9, 9]));
  array.at(":2").assign(other);
  expect(array.toList()).toEqual([9, 9, 8, 1]);
  array.at(0).assign(array.at(3));
  expect(array.get(0)).toBe(1);
});

test("assign: refuses other formats and shapes: nothing is converted", () => {
  const view = new MemoryView(new Uint8Array([1, 2, 3, 4]));
  for (const source of [
    new Int8Array(4),
    new Uint8Array(3),
    new Uint16Array(4),
    new MemoryView(new Uint8Array(4)).reshape([2, 2]),
    new MemoryView(new Uint8Array(4)).reshape([4, 1]),
    new MemoryView(new Uint8Array(4)).at(0),
  ]) {
    expect(() => view.assign(source)).toThrow(ValueError);
  }
  expect(() => view.assign(new Int8Array(4))).toThrow(
    'cannot assign format "b" of shape [4] to format "B" of shape [4]: expected the same structure',
  );
  expect(view.toList()).toEqual([1, 2, 3, 4]);
});

test("assign: takes @B for B, and shapes that are the same up to the first empty axis", () => {
  const place = { buffer: new ArrayBuffer(4), byteOffset: 0, shape: [4], strides: [1], suboffsets: null };
  const view = borrowView({ ...place, format: "@B", itemsize: 1, readonly: false, lease: null }, null).view;
  view.assign(new Uint8Array([1, 2, 3, 4]));
  expect(view.toList()).toEqual([1, 2, 3, 4]);
  const empty = (shape: readonly number[]): MemoryView => new MemoryView(new Uint8Array(0)).reshape(shape);
  empty([0, 2]).assign(empty([0, 3]));
  expect(() => empty([2, 0]).assign(empty([3, 0]))).toThrow(ValueError);
  expect(() => empty([0, 2]).assign(empty([0]))).toThrow(ValueError);
});

test("assign: looks at read-only first; lists and numbers are a TypeError", () => {
  const view = new MemoryView(new Uint8Array(2));
  for (const source of [[1, 2], 5, "ab", null, {}] as unknown[]) {
    expect(() => view.assign(source as Uint8Array)).toThrow(TypeError);
    expect(() => view.toReadonly().assign(source as Uint8Array)).toThrow(ReadonlyError);
  }
});

test("assign: holds an exporter for the time of the copy", () => {
  const releaseBuffer = vi.fn<(info: BufferInfo) => void>();
  const exporterOf = (nbytes: number): Exporter => {
    const buffer = Uint8Array.from({ length: nbytes }, (_, i) => i + 1).buffer;
    const flat = { buffer, byteOffset: 0, nbytes, readonly: true, itemsize: 1, format: "B" };
    return { getBuffer: (flags) => fillInfo(flat, flags, "it"), releaseBuffer };
  };
  const view = new MemoryView(new Uint8Array(3));
  view.assign(exporterOf(3));
  expect([view.toList(), releaseBuffer.mock.calls.length]).toEqual([[1, 2, 3], 1]);
  expect(() => view.assign(exporterOf(4))).toThrow(ValueError);
  expect(releaseBuffer).toHaveBeenCalledTimes(2);
});

test("assign: an exporter that releases the array writes nothing into memory that is another's by then", () => {
  const array = owner.zeros([2], "uint8");
  const { byteOffset } = array;
  const treacherous: Exporter = {
    getBuffer(flags) {
      array.release();
      const { buffer } = Uint8Array.of(1, 2);
      return fillInfo({ buffer, byteOffset: 0, nbytes: 2, readonly: true, itemsize: 1, format: "B" }, flags, "it");
    },
  };
  expect(() => array.assign(treacherous)).toThrow(ReleasedError);
  expect([...new Uint8Array(owner.heap.memory.buffer, byteOffset, 2)]).toEqual([0, 0]);
});

test("fill: sets every element of the view, and no other byte", () => {
  const data = new Int16Array(12);
  const view = new MemoryView(data).reshape([3, 4]);
  view.at("::-2", "1:3").fill(-1);
  expect([...data]).toEqual([0, -1, -1, 0, 0, 0, 0, 0, 0, -1, -1, 0]);
  view.at(1, 1).fill(7);
  expect(view.get(1, 1)).toBe(7);
  view.at("0:0").fill(9);
  expect(view.get(0, 0)).toBe(0);
});

test("fill: refuses a value before it writes, also where there is nothing to write", () => {
  const view = new MemoryView(new Int8Array([1, 2]));
  expect(() => view.fill(300)).toThrow(ValueError);
  expect(() => view.fill("x")).toThrow(TypeError);
  expect(() => view.at("0:0").fill(300)).toThrow(ValueError);
  expect(view.toList()).toEqual([1, 2]);
});

/** Room for all layouts, whichever way their strides go. */
const BUFFER_BYTES = 64_000;

function fortranLayouts(itemsize: number): fc.Arbitrary<Layout> {
  return fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }).map((shape) => {
    let stride = itemsize;
    const strides = shape.map((length) => {
      const own = stride;
      stride *= length;
      return own;
    });
    return { shape, strides, byteOffset: 0 };
  });
}

const views = itemsizes.chain((itemsize) =>
  fc
    .oneof({ weight: 4, arbitrary: layouts(itemsize) }, { weight: 1, arbitrary: fortranLayouts(itemsize) })
    .map((layout) => ({ layout: { ...layout, byteOffset: BUFFER_BYTES / 2 }, itemsize })),
);

/** The bytes of the elements at these addresses, one element after the other. */
function gathered(bytes: Uint8Array, addresses: readonly number[], itemsize: number): number[] {
  return addresses.flatMap((address) => Array.from({ length: itemsize }, (_, k) => bytes[address + k]!));
}

/** Elements side by side in Fortran order, by definition: the next one along the first axis that is not at its end. */
function isFortranOnly(layout: Layout, itemsize: number): boolean {
  const isDense = (addresses: readonly number[]): boolean =>
    addresses.every((address, i) => address === addresses[0]! + i * itemsize);
  return isDense(fortranAddressesOf(layout)) && !isDense(addressesOf(layout));
}

test("toBytes: gives the elements in C or Fortran order, A in Fortran order where only that fits the memory", () => {
  const bytes = Uint8Array.from({ length: BUFFER_BYTES }, (_, i) => (i * 89 + (i >> 7)) & 0xff);
  const seen = { fortran: 0 };
  const property = fc.property(views, ({ layout, itemsize }) => {
    const claim = { ...layout, buffer: bytes.buffer, format: `${itemsize}s`, itemsize, suboffsets: null };
    const { view } = borrowView({ ...claim, readonly: true, lease: null }, null);
    const inC = gathered(bytes, addressesOf(layout), itemsize);
    const inF = gathered(bytes, fortranAddressesOf(layout), itemsize);
    const isFortran = isFortranOnly(layout, itemsize);
    if (isFortran) seen.fortran++;
    expect([...view.toBytes()]).toEqual(inC);
    expect([...view.toBytes("C")]).toEqual(inC);
    expect([...view.toBytes("F")]).toEqual(inF);
    expect([...view.toBytes("A")]).toEqual(isFortran ? inF : inC);
  });
  fc.assert(property, { numRuns: 1000 });
  expect(seen.fortran).toBeGreaterThan(20);
});

test("toBytes: is a private copy, in an ArrayBuffer of its size", () => {
  using array = owner.full([3], 5, "uint8");
  const bytes = array.toBytes();
  array.fill(0);
  expect([[...bytes], bytes.buffer.byteLength]).toEqual([[5, 5, 5], 3]);
  expect(bytes.buffer).toBeInstanceOf(ArrayBuffer);
});

test("toBytes: refuses other orders, and more bytes than there is memory", () => {
  const view = new MemoryView(new Uint8Array(1));
  expect(() => view.toBytes("K" as "C")).toThrow(ValueError);
  expect(() => view.broadcastTo([2 ** 52]).toBytes()).toThrow(MemoryError);
});
