import fc from "fast-check";
import { expect, test } from "vitest";
import { BufferError, IndexError, MemoryError, ReadonlyError, ValueError } from "../../src/errors.ts";
import { type Exporter } from "../../src/protocol/exporter.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import {
  bufferFromMemory,
  bufferFromObject,
  bufferFromReadWriteMemory,
  bufferFromReadWriteObject,
  END_OF_BUFFER,
  isOldBuffer,
  newBuffer,
  OldBuffer,
  type OldBufferBase,
} from "../../src/protocol/old-buffer.ts";
import { answerRequest, fillInfo } from "../../src/protocol/py-buffer.ts";
import { sliceIndices } from "../../src/layout/slicing.ts";

function alphabet(): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode("abcdefgh");
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** An exporter that nobody can write to. */
const constant: Exporter = {
  getBuffer: (flags) => fillInfo({ buffer: alphabet().buffer, readonly: true }, flags, "text"),
};

test("bufferFromObject: a window is cut to the base, as a slice of it is", () => {
  const numbers = fc.integer({ min: 0, max: 12 });
  const property = fc.property(numbers, fc.oneof(numbers, fc.constant(END_OF_BUFFER)), (offset, size) => {
    const expected = alphabet().slice(offset, size === END_OF_BUFFER ? undefined : offset + size);
    const buffer = bufferFromObject(alphabet(), offset, size);
    expect([buffer.toBytes(), buffer.length]).toEqual([expected, expected.length]);
  });
  fc.assert(property, { numRuns: 200 });
});

test("bufferFromObject: a window on a window is one on its base, and no wider than it", () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(END_OF_BUFFER));
  const offset = fc.integer({ min: 0, max: 10 });
  const property = fc.property(offset, size, offset, size, (offset1, size1, offset2, size2) => {
    const end = (start: number, length: number): number | undefined =>
      length === END_OF_BUFFER ? undefined : start + length;
    const first = alphabet().slice(offset1, end(offset1, size1));
    const expected = first.slice(offset2, end(offset2, size2));
    for (const base of [bufferFromObject(alphabet(), offset1, size1), windowOnMemory(first)]) {
      expect(bufferFromObject(base, offset2, size2).toBytes()).toEqual(expected);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

function windowOnMemory(bytes: Uint8Array): OldBuffer {
  return bufferFromMemory(bytes.buffer, bytes.byteOffset, bytes.length);
}

test("bufferFromObject: of what has no bytes, or not in one block, is a TypeError, before any other error", () => {
  const view = new MemoryView(alphabet());
  const memory = { buffer: alphabet().buffer, byteOffset: 0, nbytes: 4, readonly: false, itemsize: 1, format: "B" };
  const everyOther = { ...memory, ndim: 1, shape: [4], strides: [2], suboffsets: null };
  const scattered: Exporter = { getBuffer: (flags) => answerRequest(everyOther, flags, "scattered bytes") };
  for (const base of ["text", [1], 5, null, {}, view, scattered]) {
    expect(() => bufferFromObject(base as OldBufferBase, 0, 1)).toThrow(TypeError);
  }
  expect(() => bufferFromObject(view, -1, -2)).toThrow("the newer protocol only");
  expect(() => bufferFromObject(alphabet(), -1, -2)).toThrow(ValueError);
  expect(() => bufferFromObject(scattered, -1, 0)).toThrow(ValueError);
  for (const [offset, size] of [
    [0, -2],
    [-1, 3],
    [3, -100],
  ] as const) {
    expect(() => bufferFromObject(alphabet(), offset, size)).toThrow(ValueError);
    expect(() => bufferFromReadWriteObject(alphabet(), offset, size)).toThrow(ValueError);
  }
  for (const number of [0.5, Number.NaN, "1" as unknown as number]) {
    expect(() => bufferFromObject(alphabet(), number, 1)).toThrow(TypeError);
    expect(() => bufferFromObject(alphabet(), 0, number)).toThrow(TypeError);
  }
});

test("bufferFromReadWriteObject: a base that may not be written is a TypeError", () => {
  expect(() => bufferFromReadWriteObject(constant, 0, 4)).toThrow(TypeError);
  expect(() => bufferFromReadWriteObject(new OldBuffer(alphabet()), 0, 4)).toThrow(TypeError);
  expect(() => bufferFromReadWriteObject(bufferFromMemory(alphabet().buffer, 0, 8), 0, 4)).toThrow(TypeError);
  const bytes = alphabet();
  bufferFromReadWriteObject(bufferFromReadWriteObject(bytes, 2, 4), 1, 9).setItem(0, Uint8Array.of(0x21));
  expect(text(bytes)).toBe("abc!efgh");
});

test("a buffer object: locks nothing, and sees its base as it is at each access", () => {
  const memory = new ArrayBuffer(8, { maxByteLength: 16 });
  const bytes = new Uint8Array(memory);
  bytes.set(alphabet());
  const all = new OldBuffer(bytes);
  const part = new OldBuffer(bytes, 1, 5);
  const empty = new OldBuffer(bytes, 8);
  memory.resize(12);
  expect([all.length, part.length, empty.length]).toEqual([12, 5, 4]);
  memory.resize(3);
  expect([text(all.toBytes()), text(part.toBytes()), empty.length]).toEqual(["abc", "bc", 0]);
  expect(() => part.item(2)).toThrow(IndexError);
  memory.transfer();
  expect(() => all.length).toThrow(BufferError);
});

test("a buffer object: gives each export back at once", () => {
  let exports = 0;
  const counting: Exporter = {
    getBuffer(flags) {
      const info = fillInfo({ buffer: alphabet().buffer }, flags, "bytes");
      exports++;
      return info;
    },
    releaseBuffer: () => exports--,
  };
  const buffer = bufferFromReadWriteObject(counting, 0, END_OF_BUFFER);
  buffer.setSlice(null, null, buffer.repeat(1));
  expect([buffer.length, exports]).toEqual([8, 0]);
});

test("a buffer object: items, slices, sums and multiples are copies", () => {
  const bytes = alphabet();
  const buffer = bufferFromReadWriteObject(bytes, 0, END_OF_BUFFER);
  const copies = [buffer.item(0), buffer.slice(0, 3), buffer.concat(buffer), buffer.repeat(2), buffer.toBytes()];
  for (const copy of copies) copy.fill(0);
  expect(text(bytes)).toBe("abcdefgh");
});

test("slice: is a slice of the bytes", () => {
  const bounds = fc.option(fc.integer({ min: -10, max: 10 }));
  const steps = fc.option(fc.integer({ min: -4, max: 4 }).filter((step) => step !== 0));
  const property = fc.property(bounds, bounds, steps, (start, stop, step) => {
    const places = sliceIndices({ start, stop, step }, 8);
    const expected = Array.from({ length: places.length }, (_, i) => alphabet()[places.start + i * places.step]!);
    expect(Array.from(new OldBuffer(alphabet()).slice(start, stop, step))).toEqual(expected);
    const target = alphabet();
    const given = Uint8Array.from(expected, (_, i) => i);
    bufferFromReadWriteObject(target, 0, END_OF_BUFFER).setSlice(start, stop, given, step);
    expect(new OldBuffer(target).slice(start, stop, step)).toEqual(given);
  });
  fc.assert(property, { numRuns: 300 });
  expect(() => new OldBuffer(alphabet()).slice(null, null, 0)).toThrow(ValueError);
});

test("item: counts from both ends, and takes integers only", () => {
  const buffer = new OldBuffer(alphabet(), 2, 4);
  expect([0, 3, -1, -4].map((index) => text(buffer.item(index)))).toEqual(["c", "f", "f", "c"]);
  for (const index of [4, -5, Number.MAX_SAFE_INTEGER]) expect(() => buffer.item(index)).toThrow(IndexError);
  for (const index of ["0", 0.5, null, Number.NaN]) expect(() => buffer.item(index as number)).toThrow(TypeError);
});

test("setItem: refuses a read-only buffer, then the index, then the byte; nothing is written then", () => {
  const bytes = alphabet();
  const fixed = new OldBuffer(bytes);
  const buffer = bufferFromReadWriteObject(bytes, 0, END_OF_BUFFER);
  expect(() => fixed.setItem(99, "x" as unknown as OldBufferBase)).toThrow(ReadonlyError);
  expect(() => fixed.setSlice(0, 0, new Uint8Array(0))).toThrow(ReadonlyError);
  expect(() => buffer.setItem(8, "x" as unknown as OldBufferBase)).toThrow(IndexError);
  for (const byte of ["x", Uint8Array.of(1, 2), new Uint8Array(0), undefined]) {
    expect(() => buffer.setItem(0, byte as OldBufferBase)).toThrow(TypeError);
  }
  for (const length of [1, 3]) expect(() => buffer.setSlice(0, 2, new Uint8Array(length))).toThrow(TypeError);
  expect(text(bytes)).toBe("abcdefgh");
  buffer.setItem(-1, new OldBuffer(Uint8Array.of(0x2e)));
  expect(text(bytes)).toBe("abcdefg.");
});

test("setSlice: copies as if the bytes had been copied first", () => {
  const bytes = alphabet();
  const buffer = bufferFromReadWriteObject(bytes, 0, END_OF_BUFFER);
  buffer.setSlice(1, 8, new OldBuffer(bytes, 0, 7));
  expect(text(bytes)).toBe("aabcdefg");
  buffer.setSlice(null, null, new OldBuffer(bytes), -1);
  expect(text(bytes)).toBe("gfedcbaa");
});

test("setItem, setSlice: a source that shrinks the base while it is asked writes nothing outside", () => {
  const memory = new ArrayBuffer(8, { maxByteLength: 8 });
  const target = bufferFromReadWriteObject(new Uint8Array(memory), 0, END_OF_BUFFER);
  const source: Exporter = {
    getBuffer(flags) {
      memory.resize(2);
      return fillInfo({ buffer: new ArrayBuffer(1) }, flags, "a hostile byte");
    },
  };
  expect(() => target.setItem(7, source)).toThrow(IndexError);
  expect(() => target.setSlice(6, 7, source)).toThrow(TypeError);
  expect(memory.byteLength).toBe(2);
});

test("compare: orders buffer objects as their bytes, unsigned", () => {
  const strings = fc.uint8Array({ maxLength: 4 });
  const property = fc.property(strings, strings, (a, b) => {
    const order = Buffer.compare(a, b);
    expect(Math.sign(new OldBuffer(a).compare(new OldBuffer(b)))).toBe(order);
    expect(new OldBuffer(a).equals(new OldBuffer(b))).toBe(order === 0);
    if (order === 0) expect(new OldBuffer(a).hash()).toBe(new OldBuffer(b).hash());
  });
  fc.assert(property, { numRuns: 300 });
});

test("equals, compare: only buffer objects compare", () => {
  const buffer = new OldBuffer(alphabet());
  for (const other of [alphabet(), "abcdefgh", null]) {
    expect(buffer.equals(other)).toBe(false);
    expect(() => buffer.compare(other as unknown as OldBuffer)).toThrow(TypeError);
  }
});

test("hash: is that of the bytes and kept, and writable buffers have none", () => {
  const bytes = alphabet();
  const buffer = new OldBuffer(bytes);
  const hash = buffer.hash();
  expect(new OldBuffer(bytes, 1).hash()).not.toBe(hash);
  bytes.fill(0);
  expect([buffer.hash(), new OldBuffer(bytes).hash() === hash]).toEqual([hash, false]);
  expect(() => bufferFromReadWriteObject(bytes, 0, END_OF_BUFFER).hash()).toThrow(TypeError);
  expect(new OldBuffer(new MemoryView(constant).toBytes()).hash()).toBe(new MemoryView(constant).hash());
});

test("concat, repeat: make byte strings", () => {
  const buffer = new OldBuffer(alphabet(), 6);
  expect([buffer.concat(alphabet()), buffer.concat(buffer)].map(text)).toEqual(["ghabcdefgh", "ghgh"]);
  expect([buffer.repeat(3), buffer.repeat(0), buffer.repeat(-2)].map(text)).toEqual(["ghghgh", "", ""]);
  expect(() => buffer.concat([1] as unknown as OldBufferBase)).toThrow(TypeError);
  expect(() => buffer.repeat(1.5)).toThrow(TypeError);
  expect(() => buffer.repeat(Number.MAX_SAFE_INTEGER)).toThrow(MemoryError);
  expect(new OldBuffer(alphabet(), 8).repeat(Number.MAX_SAFE_INTEGER)).toHaveLength(0);
});

test("bufferFromMemory: takes bytes inside a buffer, of a size that is told", () => {
  const { buffer } = alphabet();
  expect(text(bufferFromMemory(buffer, 2, 3).toBytes())).toBe("cde");
  for (const make of [bufferFromMemory, bufferFromReadWriteMemory]) {
    for (const [byteOffset, size] of [
      [0, END_OF_BUFFER],
      [0, -2],
      [-1, 2],
      [6, 3],
      [9, 0],
    ] as const) {
      expect(() => make(buffer, byteOffset, size)).toThrow(ValueError);
    }
    expect(() => make(alphabet() as unknown as ArrayBuffer, 0, 1)).toThrow(TypeError);
    expect(() => make(buffer, 0.5, 1)).toThrow(TypeError);
  }
  expect(() => bufferFromMemory(buffer, 0, 8).setItem(0, Uint8Array.of(1))).toThrow(ReadonlyError);
  bufferFromReadWriteMemory(buffer, 4, 4).setItem(0, Uint8Array.of(0x21));
  const view = bufferFromMemory(buffer, 4, 4);
  expect(text(view.toBytes())).toBe("!fgh");
  buffer.transfer();
  expect(() => view.toBytes()).toThrow(BufferError);
});

test("newBuffer: has zeroed memory of its own", () => {
  const buffer = newBuffer(4);
  expect([...buffer.toBytes(), buffer.readonly]).toEqual([0, 0, 0, 0, false]);
  buffer.setSlice(1, 3, Uint8Array.of(7, 8));
  expect([...buffer.toBytes(), ...newBuffer(2).toBytes()]).toEqual([0, 7, 8, 0, 0, 0]);
  expect(newBuffer(0).length).toBe(0);
  for (const size of [-1, -2]) expect(() => newBuffer(size)).toThrow(ValueError);
  expect(() => newBuffer(1.5)).toThrow(TypeError);
  expect(() => newBuffer(Number.MAX_SAFE_INTEGER)).toThrow(MemoryError);
});

test("OldBuffer: takes one to three arguments, and shows what it is", () => {
  expect(text(new OldBuffer(alphabet(), 2).toBytes())).toBe("cdefgh");
  for (const args of [[], [alphabet(), 1, 1, 1]]) expect(() => Reflect.construct(OldBuffer, args)).toThrow(TypeError);
  expect([isOldBuffer(newBuffer(1)), isOldBuffer(alphabet()), isOldBuffer(null)]).toEqual([true, false, false]);
  expect(String(new OldBuffer(alphabet(), 2))).toBe(
    "<read-only buffer for an object of class Uint8Array, size -1, offset 2>",
  );
  expect(String(newBuffer(3))).toBe("<read-write buffer of memory, size 3, offset 0>");
});
