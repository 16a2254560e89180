import fc from "fast-check";
import { expect, test } from "vitest";
import { BufferError, ReadonlyError, ReleasedError, ValueError } from "../../src/errors.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import type { BufferInfo } from "../../src/protocol/py-buffer.ts";
import { memoryViewFromBuffer, memoryViewFromMemory } from "../../src/views/temporary-view.ts";

const { READ, WRITE, FULL } = BufferFlags;

test("memoryViewFromMemory: views bytes in place, of no exporter", () => {
  for (const buffer of [new ArrayBuffer(16), new SharedArrayBuffer(16)]) {
    const view = memoryViewFromMemory(buffer, 4, 8, WRITE);
    expect([view.obj, view.format, view.shape, view.strides, view.readonly]).toEqual([null, "B", [8], [1], false]);
    view.set(7, 2);
    expect(new Uint8Array(buffer)[6]).toBe(7);
    view.release();
    expect(() => view.get(0)).toThrow(ReleasedError);
  }
});

test("memoryViewFromMemory: for reading is read-only", () => {
  const buffer = new ArrayBuffer(4);
  const view = memoryViewFromMemory(buffer, 0, 4, READ);
  expect(view.readonly).toBe(true);
  expect(() => view.set(1, 0)).toThrow(ReadonlyError);
  expect(() => getBuffer(view, FULL)).toThrow(BufferError);
  new Uint8Array(buffer)[3] = 9;
  expect(view.toList()).toEqual([0, 0, 0, 9]);
});

test("memoryViewFromMemory: takes bytes that are inside the buffer, and no others", () => {
  const sizes = fc.oneof(fc.integer({ min: -3, max: 20 }), fc.constantFrom(0.5, Number.NaN, Infinity, 2 ** 53, -0));
  const property = fc.property(sizes, sizes, (byteOffset, nbytes) => {
    const inside = [byteOffset, nbytes, 16 - byteOffset - nbytes].every((n) => Number.isSafeInteger(n) && n >= 0);
    const view = (): MemoryView => memoryViewFromMemory(new ArrayBuffer(16), byteOffset, nbytes, READ);
    if (inside) expect(view().nbytes).toBe(nbytes + 0);
    else expect(view).toThrow(ValueError);
  });
  fc.assert(property, { numRuns: 500 });
});

test("memoryViewFromMemory: refuses what is no buffer, and no access", () => {
  for (const memory of [new Uint8Array(4), "text", null, { byteLength: 4 }]) {
    expect(() => memoryViewFromMemory(memory as ArrayBuffer, 0, 1, READ)).toThrow(TypeError);
  }
  for (const access of [0, 1, READ | WRITE, FULL]) {
    expect(() => memoryViewFromMemory(new ArrayBuffer(4), 0, 1, access)).toThrow(ValueError);
  }
});

test("memoryViewFromMemory: notices that the memory is gone", () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  const view = memoryViewFromMemory(buffer, 0, 4, WRITE);
  buffer.resize(2);
  expect(() => view.toList()).toThrow(BufferError);
  buffer.resize(8);
  expect(view.toList()).toEqual([0, 0, 0, 0]);
  buffer.transfer();
  expect(() => view.get(0)).toThrow(BufferError);
});

test("memoryViewFromBuffer: views what a buffer describes, and leaves the buffer to its holder", () => {
  const array = Int16Array.of(1, 2, 3, 4, 5, 6);
  using source = new MemoryView(array).at("::-2");
  const held = getBuffer(source, BufferFlags.FULL_RO);
  const view = memoryViewFromBuffer(held);
  expect([view.obj, view.format, view.toList()]).toEqual([null, "h", [6, 4, 2]]);
  view.set(-1, 0);
  expect(array[5]).toBe(-1);
  view.release();
  expect([held.released, source.get(1)]).toEqual([false, 4]);
  held.release();
  expect(() => memoryViewFromBuffer(held)).toThrow(ReleasedError);
});

test("memoryViewFromBuffer: takes the answer to any request; one without a shape is bytes", () => {
  const array = Int32Array.of(1, 2);
  using simple = getBuffer(array, BufferFlags.SIMPLE);
  const bytes = memoryViewFromBuffer(simple);
  expect([bytes.format, bytes.itemsize, bytes.shape]).toEqual(["B", 1, [8]]);
  using formatted = getBuffer(array, BufferFlags.ND | BufferFlags.FORMAT);
  expect(memoryViewFromBuffer(formatted).toList()).toEqual([1, 2]);
  using scalar = getBuffer(new MemoryView(array).at(1), BufferFlags.FULL_RO);
  expect(memoryViewFromBuffer(scalar).toList()).toBe(2);
});

test("memoryViewFromBuffer: refuses a buffer that reaches outside its memory, or contradicts itself", () => {
  const memory = { buffer: new ArrayBuffer(16), byteOffset: 4, nbytes: 12, readonly: false };
  const honest: BufferInfo = {
    ...memory,
    itemsize: 4,
    format: "i",
    ndim: 1,
    shape: [3],
    strides: [4],
    suboffsets: null,
  };
  expect(memoryViewFromBuffer(honest).toList()).toEqual([0, 0, 0]);
  const lies: Partial<BufferInfo>[] = [
    { byteOffset: 8 },
    { strides: [-4] },
    { shape: [4] },
    { shape: [4], nbytes: 16 },
    { format: "d" },
    { format: null },
    { ndim: 2 },
    { strides: [0.5] },
    { buffer: new Uint8Array(16) as unknown as ArrayBuffer },
  ];
  for (const lie of lies) expect(() => memoryViewFromBuffer({ ...honest, ...lie })).toThrow(BufferError);
});

test("memoryViewFromBuffer: takes a snapshot that the caller can't change afterwards", () => {
  const shape = [2, 3];
  const memory = { buffer: new ArrayBuffer(6), byteOffset: 0, nbytes: 6, readonly: false };
  const view = memoryViewFromBuffer({
    ...memory,
    itemsize: 1,
    format: "B",
    ndim: 2,
    shape,
    strides: null,
    suboffsets: null,
  });
  shape[0] = 1000;
  expect(view.shape).toEqual([2, 3]);
  expect(Object.isFrozen(view.shape)).toBe(true);
});
