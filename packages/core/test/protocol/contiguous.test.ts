import fc from "fast-check";
import { expect, test } from "vitest";
import {
  copyData,
  fromContiguous,
  getContiguous,
  getPointer,
  isBufferContiguous,
  toContiguous,
} from "../../src/protocol/contiguous.ts";
import { BufferError, IndexError, ReadonlyError, ReleasedError, ValueError } from "../../src/errors.ts";
import { type Exporter, getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { isContiguous, type Layout, type Order } from "../../src/layout/layout.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { answerRequest, type BufferInfo, type FullBufferInfo } from "../../src/protocol/py-buffer.ts";
import { makeRagged, placesByDefinition, raggedOptions } from "../views/indirect-model.ts";
import { addressesOf, fortranAddressesOf, indicesOf, itemsizes, layouts } from "../layout/layout-model.ts";

const { FULL_RO, READ, WRITE } = BufferFlags;

/** An exporter of any structure, which counts its exports. */
class Structure implements Exporter {
  readonly info: FullBufferInfo;
  exports = 0;

  constructor(info: BufferInfo) {
    this.info = info as FullBufferInfo;
  }

  getBuffer(flags: number): BufferInfo {
    const info = answerRequest(this.info, flags, "a structure");
    this.exports++;
    return info;
  }

  releaseBuffer(): void {
    this.exports--;
  }
}

/** A layout moved into a buffer that has all of its bytes, and more; every byte is another one, as far as that goes. */
function structureOf(layout: Layout, itemsize: number, allocate: (nbytes: number) => ArrayBufferLike): Structure {
  const { shape, strides } = layout;
  const addresses = addressesOf({ ...layout, byteOffset: 0 });
  const byteOffset = 5 - Math.min(0, ...addresses);
  const buffer = allocate(byteOffset + Math.max(0, ...addresses) + itemsize + 3);
  new Uint8Array(buffer).forEach((_, i, bytes) => (bytes[i] = i * 7 + 1));
  const nbytes = shape.reduce((product, length) => product * length, itemsize);
  const memory = { buffer, byteOffset, nbytes, readonly: false, itemsize, format: `${itemsize}s` };
  return new Structure({ ...memory, ndim: shape.length, shape, strides, suboffsets: null });
}

const allocators: fc.Arbitrary<(nbytes: number) => ArrayBufferLike> = fc.constantFrom(
  (nbytes) => new ArrayBuffer(nbytes),
  (nbytes) => new SharedArrayBuffer(nbytes),
);

const structures: fc.Arbitrary<Structure> = fc
  .tuple(itemsizes, allocators)
  .chain(([itemsize, allocate]) => layouts(itemsize).map((layout) => structureOf(layout, itemsize, allocate)));

/** Of any structure, also behind tables of offsets. */
const exporters: fc.Arbitrary<Structure> = fc.oneof(
  structures,
  fc.tuple(raggedOptions, allocators).map(([options, allocate]) => new Structure(makeRagged(options, allocate).info)),
);

function bytesAt({ info }: Structure, places: readonly number[]): number[] {
  const bytes = new Uint8Array(info.buffer);
  return places.flatMap((place) => [...bytes.subarray(place, place + info.itemsize)]);
}

function dense(shape: readonly number[], order: Order = "C", itemsize: number = 1): Structure {
  const strides = shape.map((_, axis) =>
    (order === "F" ? shape.slice(0, axis) : shape.slice(axis + 1)).reduce((step, length) => step * length, itemsize),
  );
  return structureOf({ shape, strides, byteOffset: 0 }, itemsize, (nbytes) => new ArrayBuffer(nbytes));
}

test("getPointer: is where the element lies, in every layout and behind every table", () => {
  const property = fc.property(exporters, (exporter) => {
    using buffer = getBuffer(exporter, FULL_RO);
    const pointers = indicesOf(exporter.info.shape).map((index) => getPointer(buffer, index));
    expect(pointers).toEqual(placesByDefinition(exporter.info));
  });
  fc.assert(property, { numRuns: 500 });
});

test("getPointer: refuses indices out of bounds, of another number, and other values", () => {
  using buffer = getBuffer(dense([2, 3]), FULL_RO);
  expect(getPointer(buffer, [1, 2])).toBe(10);
  for (const indices of [
    [2, 0],
    [0, 3],
    [-1, 0],
    [0, Number.MAX_SAFE_INTEGER],
  ]) {
    expect(() => getPointer(buffer, indices)).toThrow(IndexError);
  }
  for (const indices of [[], [1], [1, 1, 1], [0.5, 0], [Number.NaN, 0], ["1", 0] as unknown as number[]]) {
    expect(() => getPointer(buffer, indices)).toThrow(TypeError);
  }
});

test("getPointer: counts bytes where there is no shape, and in C order where there are no strides", () => {
  using simple = getBuffer(dense([2, 3], "C", 4), BufferFlags.SIMPLE);
  expect([simple.itemsize, getPointer(simple, [0]), getPointer(simple, [23])]).toEqual([4, 5, 28]);
  using shaped = getBuffer(dense([2, 3], "C", 4), BufferFlags.ND);
  expect(getPointer(shaped, [1, 0])).toBe(5 + 12);
});

test("isBufferContiguous: follows the layout; behind suboffsets nothing is contiguous", () => {
  const property = fc.property(structures, ({ info }) => {
    for (const order of ["C", "F", "A"] as const) {
      expect(isBufferContiguous(info, order)).toBe(isContiguous(info.shape, info.strides, info.itemsize, order));
    }
    const indirect = {
      ...info,
      buffer: new ArrayBuffer(10_000),
      byteOffset: 5000,
      suboffsets: info.shape.map(() => 0),
    };
    if (info.ndim > 0) expect(isBufferContiguous(indirect, "A")).toBe(false);
  });
  fc.assert(property, { numRuns: 300 });
});

test("isBufferContiguous: bytes without a shape are contiguous in every order", () => {
  using buffer = getBuffer(new Float64Array(3), BufferFlags.SIMPLE);
  expect((["C", "F", "A"] as const).map((order) => isBufferContiguous(buffer, order))).toEqual([true, true, true]);
  expect(() => isBufferContiguous(buffer, "K" as Order)).toThrow(ValueError);
});

test("toContiguous: gives the bytes of all elements, in C and Fortran order", () => {
  const property = fc.property(structures, (exporter) => {
    using buffer = getBuffer(exporter, FULL_RO);
    expect([...toContiguous(buffer)]).toEqual(bytesAt(exporter, addressesOf(exporter.info)));
    expect([...toContiguous(buffer, "F")]).toEqual(bytesAt(exporter, fortranAddressesOf(exporter.info)));
    const keepsFortran = isBufferContiguous(buffer, "F") && !isBufferContiguous(buffer, "C");
    expect(toContiguous(buffer, "A")).toEqual(toContiguous(buffer, keepsFortran ? "F" : "C"));
  });
  fc.assert(property, { numRuns: 300 });
});

test("fromContiguous: puts every element where toContiguous finds it, and touches no other byte", () => {
  const property = fc.property(exporters, fc.constantFrom<Order>("C", "F", "A"), (exporter, order) => {
    const { info } = exporter;
    using buffer = getBuffer(exporter, BufferFlags.FULL);
    const places = placesByDefinition(info)!;
    // Where elements share bytes, the last one written stays: nothing to compare with.
    const own = new Set(places.flatMap((place) => Array.from({ length: info.itemsize }, (_, k) => place + k)));
    fc.pre(own.size === places.length * info.itemsize);
    const before = [...new Uint8Array(info.buffer)];
    const given = Uint8Array.from({ length: info.nbytes }, (_, i) => 255 - i);
    fromContiguous(buffer, given, order);
    expect(toContiguous(buffer, order)).toEqual(given);
    expect([...new Uint8Array(info.buffer)].filter((byte, i) => byte !== before[i] && !own.has(i))).toEqual([]);
  });
  fc.assert(property, { numRuns: 500 });
});

test("fromContiguous: `A` is C order behind a table of offsets, whatever its strides look like", () => {
  const words = new Uint32Array(12);
  words.set([8, 24]);
  const memory = { buffer: words.buffer, byteOffset: 0, nbytes: 16, readonly: false, itemsize: 4, format: "I" };
  // Strides of Fortran order, if there were no table.
  const rows = { ...memory, ndim: 2, shape: [2, 2], strides: [4, 8], suboffsets: [0, -1] };
  fromContiguous(rows, Uint32Array.of(1, 2, 3, 4), "A");
  expect([...words.subarray(2)]).toEqual([1, 0, 2, 0, 3, 0, 4, 0, 0, 0]);
  expect(new Uint32Array(toContiguous(rows, "A").buffer)).toEqual(Uint32Array.of(1, 2, 3, 4));
});

test("fromContiguous: takes as many bytes as the buffer has, into memory that may be written", () => {
  const exporter = dense([2, 3]);
  using buffer = getBuffer(exporter, BufferFlags.FULL);
  for (const length of [0, 5, 7]) expect(() => fromContiguous(buffer, new Uint8Array(length))).toThrow(ValueError);
  expect(() => fromContiguous(buffer, "bytes!" as unknown as Uint8Array)).toThrow(TypeError);
  fromContiguous(buffer, new Uint16Array([0x01_01, 0x02_02, 0x03_03]));
  expect([...toContiguous(buffer)]).toEqual([1, 1, 2, 2, 3, 3]);
  using locked = getBuffer(new MemoryView(exporter).toReadonly(), FULL_RO);
  expect(() => fromContiguous(locked, new Uint8Array(6))).toThrow(ReadonlyError);
  expect([...toContiguous(buffer)]).toEqual([1, 1, 2, 2, 3, 3]);
});

test("a buffer: that was given back is refused by every helper", () => {
  const buffer = getBuffer(dense([2, 3]), BufferFlags.FULL);
  expect(buffer.released).toBe(false);
  buffer.release();
  expect(buffer.released).toBe(true);
  const attempts: (() => unknown)[] = [
    () => isBufferContiguous(buffer, "C"),
    () => getPointer(buffer, [0, 0]),
    () => toContiguous(buffer),
    () => fromContiguous(buffer, new Uint8Array(6)),
  ];
  for (const attempt of attempts) expect(attempt).toThrow(ReleasedError);
});

test("a buffer: made by hand is checked as an exporter's answer is", () => {
  const { info } = dense([2, 3]);
  expect([...toContiguous(info)]).toHaveLength(6);
  for (const lie of [
    { byteOffset: 10 },
    { shape: [2, 4] },
    { strides: [-8, 1] },
    { ndim: 3 },
    { buffer: {} as ArrayBuffer },
  ]) {
    expect(() => toContiguous({ ...info, ...lie })).toThrow(BufferError);
    expect(() => getPointer({ ...info, ...lie }, [0, 0])).toThrow(BufferError);
  }
});

test("a buffer: whose memory shrank or was detached is refused", () => {
  const memory = new ArrayBuffer(8, { maxByteLength: 8 });
  using buffer = getBuffer(new Uint8Array(memory, 0, 8), FULL_RO);
  memory.resize(7);
  expect(() => toContiguous(buffer)).toThrow(BufferError);
  memory.transfer();
  expect(() => getPointer(buffer, [0])).toThrow(BufferError);
});

/** A copy of an exporter's structure, in memory of its own and in another layout. */
function otherLayoutOf({ info }: Structure, strided: boolean): Structure {
  const { shape, itemsize } = info;
  let step = strided ? itemsize + 2 : itemsize;
  const strides = shape.map((length) => {
    const stride = step;
    step *= Math.max(1, length);
    return strided ? -stride : stride;
  });
  return structureOf({ shape, strides, byteOffset: 0 }, itemsize, (nbytes) => new SharedArrayBuffer(nbytes));
}

test("copyData: copies element for element, whatever the layouts", () => {
  const property = fc.property(exporters, fc.boolean(), (source, strided) => {
    const target = otherLayoutOf(source, strided);
    copyData(target, source);
    const places = placesByDefinition(source.info)!;
    expect(bytesAt(target, addressesOf(target.info))).toEqual(bytesAt(source, places));
    expect([source.exports, target.exports]).toEqual([0, 0]);
  });
  fc.assert(property, { numRuns: 500 });
});

test("copyData: into memory behind tables of offsets", () => {
  const property = fc.property(raggedOptions, (options) => {
    const target = new Structure(makeRagged(options, (nbytes) => new ArrayBuffer(nbytes)).info);
    const source = otherLayoutOf(target, true);
    copyData(target, source);
    expect(bytesAt(target, placesByDefinition(target.info)!)).toEqual(bytesAt(source, addressesOf(source.info)));
  });
  fc.assert(property, { numRuns: 200 });
});

test("copyData: bytes that lie in the same order are copied as they lie, into as many or more", () => {
  const target = new Uint8Array(8).fill(9);
  copyData(target, Uint16Array.of(0x01_01, 0x02_02));
  expect([...target]).toEqual([1, 1, 2, 2, 9, 9, 9, 9]);
  expect(() => copyData(new Uint8Array(3), new Uint8Array(4))).toThrow(BufferError);
  const fortran = dense([2, 3], "F");
  const other = dense([3, 2], "F");
  fromContiguous(fortran.info, Uint8Array.of(1, 2, 3, 4, 5, 6), "F");
  copyData(other, fortran);
  expect([...toContiguous(other.info, "F")]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("copyData: elements that lie otherwise are copied to the same shape only", () => {
  const source = new MemoryView(new Uint8Array(12)).at("::2");
  expect(() => copyData(dense([2, 3]), source)).toThrow(ValueError);
  expect(() => copyData(new MemoryView(new Uint16Array(12)).at("::2"), source)).toThrow(ValueError);
  expect(() => copyData(dense([2, 3]), dense([3, 2], "F"))).toThrow(ValueError);
});

test("copyData: where both are one memory, it is as if the source had been copied first", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
  copyData(bytes.subarray(1), bytes.subarray(0, 5));
  expect([...bytes]).toEqual([1, 1, 2, 3, 4, 5]);
  copyData(new MemoryView(bytes).at("::-1"), bytes);
  expect([...bytes]).toEqual([5, 4, 3, 2, 1, 1]);
});

test("copyData: refuses what exports nothing, and what may not be written", () => {
  expect(() => copyData("text" as unknown as Uint8Array, new Uint8Array(1))).toThrow(TypeError);
  expect(() => copyData(new Uint8Array(1), [1] as unknown as Uint8Array)).toThrow(TypeError);
  expect(() => copyData(new MemoryView(new Uint8Array(1)).toReadonly(), new Uint8Array(1))).toThrow(BufferError);
});

test("getContiguous: memory that lies in order is viewed in place", () => {
  for (const [order, layout] of [
    ["C", "C"],
    ["F", "F"],
    ["A", "C"],
    ["A", "F"],
  ] as const) {
    const exporter = dense([2, 3], layout);
    using view = getContiguous(exporter, WRITE, order);
    expect([view.readonly, view.obj, exporter.exports]).toEqual([false, exporter, 1]);
    view.set(Uint8Array.of(77), 1, 2);
    expect(new Uint8Array(exporter.info.buffer).includes(77)).toBe(true);
    view.release();
    expect(exporter.exports).toBe(0);
  }
});

test("getContiguous: other memory is copied, to be read", () => {
  const property = fc.property(exporters, fc.constantFrom<Order>("C", "F", "A"), (exporter, order) => {
    using view = getContiguous(exporter, READ, order);
    using source = new MemoryView(exporter);
    expect([view.shape, view.format, view.toBytes()]).toEqual([source.shape, source.format, source.toBytes()]);
    using buffer = getBuffer(view, FULL_RO);
    expect(isBufferContiguous(buffer, order)).toBe(true);
    const inPlace = isBufferContiguous(exporter.info, order);
    expect([view.readonly, exporter.exports]).toEqual([!inPlace, inPlace ? 2 : 1]);
  });
  fc.assert(property, { numRuns: 300 });
});

test("getContiguous: what is to be written is neither read-only nor a copy", () => {
  const exporter = dense([2, 3], "F");
  expect(() => getContiguous(exporter, WRITE, "C")).toThrow(BufferError);
  expect(() => getContiguous(new MemoryView(exporter).toReadonly(), WRITE, "F")).toThrow(BufferError);
  expect(() => getContiguous(exporter, BufferFlags.FULL, "C")).toThrow(ValueError);
  expect(() => getContiguous(exporter, READ, "K" as Order)).toThrow(ValueError);
  expect(() => getContiguous("text" as unknown as Uint8Array, READ, "C")).toThrow(TypeError);
});

test("getContiguous: a refusal gives everything back", () => {
  const exporter = dense([2, 3], "F");
  expect(() => getContiguous(exporter, WRITE, "C")).toThrow(BufferError);
  expect(exporter.exports).toBe(0);
});
