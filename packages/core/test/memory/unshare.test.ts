import { expect, expectTypeOf, test } from "vitest";
import { MemoryOwner, MemoryView } from "@instride/core";
import { unshare } from "../../src/memory/unshare.ts";

type ArrayClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;

const CLASSES: readonly ArrayClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  // Node 22 has none.
  ...(typeof Float16Array === "undefined" ? [] : [Float16Array]),
  Float32Array,
  Float64Array,
  DataView,
];

test.each(CLASSES)("unshare: a shared %o comes back as a private one", (OneClass) => {
  const buffer = new SharedArrayBuffer(32);
  const shared = new Uint8Array(buffer);
  shared.forEach((_, i) => (shared[i] = i));
  const array = new OneClass(
    buffer,
    8,
    16 / ((OneClass as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1),
  );
  const copy = unshare(array);
  expect(copy.constructor).toBe(OneClass);
  expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
  expect(new Uint8Array(copy.buffer)).toEqual(Uint8Array.from({ length: 16 }, (_, i) => 8 + i));
  shared.fill(0);
  expect(new Uint8Array(copy.buffer)[0]).toBe(8);
});

test("unshare: what is private is not copied", () => {
  const array = new Float32Array(4);
  expect(unshare(array)).toBe(array);
  const bytes = unshare(new MemoryView(array).at("1:"));
  expect([bytes.buffer === array.buffer, bytes.byteOffset, bytes.length]).toEqual([true, 4, 12]);
  expect(unshare(array.buffer).buffer).toBe(array.buffer);
});

test("unshare: views that are shared, read-only or not C-contiguous are copied in C order", () => {
  const owner = new MemoryOwner();
  const shared = owner.from(Uint8Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] });
  const own = new MemoryView(Uint8Array.of(1, 2, 3, 4, 5, 6)).reshape([2, 3]);
  expect(unshare(shared)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  expect(unshare(shared).buffer).toBeInstanceOf(ArrayBuffer);
  expect(unshare(own.transpose())).toEqual(Uint8Array.of(1, 4, 2, 5, 3, 6));
  const copy = unshare(own.toReadonly());
  copy[0] = 9;
  expect(own.get(0, 0)).toBe(1);
  shared.release();
  expect(owner.stats().arrays).toBe(0);
});

test("unshare: of a shared Buffer gives a Uint8Array, which TextDecoder and WebCrypto take everywhere", async () => {
  const shared = Buffer.from(new SharedArrayBuffer(5));
  shared.write("hello");
  const bytes = unshare(shared);
  expect(bytes.constructor).toBe(Uint8Array);
  expect(new TextDecoder().decode(bytes)).toBe("hello");
  const digest = await crypto.subtle.digest("SHA-1", bytes);
  expect(Buffer.from(digest).toString("hex")).toBe("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
});

test("unshare: the type says that the memory is private", () => {
  expectTypeOf(unshare(new Float64Array(new SharedArrayBuffer(8)))).toEqualTypeOf<Float64Array<ArrayBuffer>>();
  expectTypeOf(unshare(new MemoryView(new Int16Array(2)))).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  expectTypeOf(unshare(new SharedArrayBuffer(8))).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  expect(() => unshare([1, 2] as unknown as Uint8Array)).toThrow(TypeError);
});
