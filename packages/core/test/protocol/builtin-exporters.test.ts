import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { BufferError, ReadonlyError } from "../../src/errors.ts";
import { getBuffer } from "../../src/protocol/exporter.ts";
import { BufferFlags } from "../../src/protocol/flags.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { Memory } from "../memory/wasm-memory.ts";

const { FULL, FULL_RO } = BufferFlags;

const NUMBERS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  ...(typeof Float16Array === "undefined" ? [] : [Float16Array]),
] as const;

test("a typed array: of every class is read and written through a view", () => {
  for (const TypedArray of NUMBERS) {
    for (const buffer of [new ArrayBuffer(64), new SharedArrayBuffer(64)]) {
      const array = new TypedArray(buffer as ArrayBuffer, 8, 3);
      array.set([1, 2, 3]);
      using view = new MemoryView(array);
      view.at("::-1").assign(new MemoryView(array.slice()));
      view.set(9, 1);
      expect([...array]).toEqual([3, 9, 1]);
    }
  }
  for (const TypedArray of [BigInt64Array, BigUint64Array]) {
    const array = TypedArray.of(1n, 2n ** 62n);
    using view = new MemoryView(array);
    view.set(7n, 0);
    expect([view.toList(), array[0]]).toEqual([[7n, 2n ** 62n], 7n]);
  }
});

/** An immutable `ArrayBuffer`, of a realm that has the proposal; or the nearest to it. */
function immutableBuffer(): ArrayBuffer {
  setFlagsFromString("--js-immutable-arraybuffer");
  const make = "const b = new ArrayBuffer(4); new Uint8Array(b).set([1, 2, 3, 4]); b.transferToImmutable?.()";
  const buffer = runInNewContext(make) as ArrayBuffer | undefined;
  return buffer ?? Object.defineProperty(Uint8Array.of(1, 2, 3, 4).buffer, "immutable", { value: true });
}

test("an immutable ArrayBuffer: is exported read-only, itself and under every view", () => {
  const buffer = immutableBuffer();
  for (const memory of [buffer, new Uint8Array(buffer), new Int16Array(buffer), new DataView(buffer)]) {
    expect(() => getBuffer(memory, FULL)).toThrow(BufferError);
    using held = getBuffer(memory, FULL_RO);
    expect([held.readonly, held.nbytes]).toEqual([true, 4]);
    using view = new MemoryView(memory);
    expect(() => view.set(1, 0)).toThrow(ReadonlyError);
    expect(view.cast("B").toList()).toEqual([1, 2, 3, 4]);
  }
});

test("a growable SharedArrayBuffer: exports what it has at that time, and grows under views", () => {
  const buffer = new SharedArrayBuffer(4, { maxByteLength: 16 });
  const array = new Uint8Array(buffer);
  using before = new MemoryView(array);
  buffer.grow(8);
  using after = new MemoryView(array);
  array.fill(3);
  expect([before.toList(), after.toList()]).toEqual([Array(4).fill(3), Array(8).fill(3)]);
});

test("a WebAssembly.Memory: is noticed to be gone when it grows, unless it is shared", () => {
  const own = new Memory({ initial: 1 });
  const shared = new Memory({ initial: 1, maximum: 2, shared: true });
  using ofOwn = new MemoryView(own);
  using ofShared = new MemoryView(shared);
  own.grow(1);
  shared.grow(1);
  expect(() => ofOwn.get(0)).toThrow(BufferError);
  ofShared.set(7, 65_535);
  expect([new Uint8Array(shared.buffer)[65_535], new MemoryView(shared).nbytes]).toEqual([7, 131_072]);
  expect(new MemoryView(own).nbytes).toBe(131_072);
});
