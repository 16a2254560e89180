import { expect, test } from "vitest";
import { MemoryError, ValueError } from "../../src/errors.ts";
import { PrivateHeap } from "../../src/memory/private-heap.ts";

const MIB = 2 ** 20;

test("PrivateHeap: each block is a buffer of its own, of just its bytes, all zeros", () => {
  const heap = new PrivateHeap();
  const blocks = [0, 1, 100].map((nbytes) => heap.allocate(nbytes, `${nbytes} bytes`));
  expect(blocks.map(({ buffer }) => buffer.byteLength)).toEqual([0, 1, 100]);
  expect(new Set(blocks.map(({ buffer }) => buffer)).size).toBe(3);
  expect(blocks.every(({ buffer }) => buffer instanceof ArrayBuffer)).toBe(true);
  expect(new Uint8Array(blocks[2]!.buffer).every((byte) => byte === 0)).toBe(true);
});

test("PrivateHeap: counts what is allocated and not freed", () => {
  const heap = new PrivateHeap({ maximumBytes: MIB });
  const [a, b] = [heap.allocate(1000, "a"), heap.allocate(24, "b")];
  expect(heap.stats()).toEqual({
    usedBytes: 1024,
    freeBytes: 0,
    totalBytes: 1024,
    maximumBytes: MIB,
    blocks: 2,
    fragments: 0,
  });
  heap.free(a);
  heap.free(b);
  expect(heap.stats()).toMatchObject({ usedBytes: 0, blocks: 0 });
  expect(() => heap.free(a)).toThrow('block "a" is freed twice');
});

test("PrivateHeap: beyond its maximum it names what is largest, and where that was made", () => {
  const heap = new PrivateHeap({ maximumBytes: MIB });
  heap.allocate(MIB / 2, "half", "program.ts:3:7");
  heap.allocate(MIB / 4, "quarter");
  const attempt = (): unknown => heap.allocate(MIB, "whole");
  expect(attempt).toThrow(MemoryError);
  expect(attempt).toThrow(
    "cannot allocate 1 MiB: 768 KiB of 1 MiB are in use; the largest of 2 unreleased: " +
      '"half" (512 KiB, made at program.ts:3:7), "quarter" (256 KiB)',
  );
  expect(heap.stats()).toMatchObject({ usedBytes: 0.75 * MIB, blocks: 2 });
  heap.allocate(MIB / 4, "rest");
});

test("PrivateHeap: what the platform refuses is a MemoryError with the platform's own as its cause", () => {
  const heap = new PrivateHeap();
  const attempt = (): unknown => heap.allocate(Number.MAX_SAFE_INTEGER, "everything");
  expect(attempt).toThrow(MemoryError);
  expect(attempt).toThrow(/the platform refused the memory, 0 bytes are in use/);
  expect(attempt).toThrow(expect.objectContaining({ cause: expect.any(RangeError) as unknown }));
  expect(heap.stats()).toMatchObject({ usedBytes: 0, blocks: 0 });
});

test.each([0, -1, Number.NaN, "1"])("PrivateHeap: a maximum of %s is refused", (maximumBytes) => {
  expect(() => new PrivateHeap({ maximumBytes: maximumBytes as number })).toThrow(ValueError);
});
