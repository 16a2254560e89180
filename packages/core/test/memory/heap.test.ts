import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { MemoryError, ValueError } from "../../src/errors.ts";
import { ALIGNMENT } from "../../src/memory/free-list.ts";
import { type Block, formatBytes, Heap, MAXIMUM_PAGES_LADDER, PAGE_BYTES } from "../../src/memory/heap.ts";
import { Memory, type MemoryDescriptor } from "./wasm-memory.ts";

const MIB = 2 ** 20;

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A platform that refuses maxima above `pagesMax`, and to grow by more than `growPagesMax` at once. */
function stubPlatform(pagesMax: number, growPagesMax: number = Number.POSITIVE_INFINITY): { readonly asked: number[] } {
  const asked: number[] = [];
  class StingyMemory extends Memory {
    constructor(descriptor: MemoryDescriptor) {
      const { maximum = Number.POSITIVE_INFINITY } = descriptor;
      asked.push(maximum);
      if (maximum > pagesMax) throw new RangeError(`could not allocate ${maximum} pages`);
      super(descriptor);
    }

    override grow(pages: number): number {
      if (pages > growPagesMax) throw new RangeError(`could not grow by ${pages} pages`);
      return super.grow(pages);
    }
  }
  vi.stubGlobal("WebAssembly", { Memory: StingyMemory });
  return { asked };
}

function bytesOf(block: Block): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(block.buffer, block.byteOffset, block.capacity);
}

test("Heap: its buffer is a SharedArrayBuffer", () => {
  const heap = new Heap({ maximumBytes: MIB });
  expect(heap.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(heap.allocate(1, "a").buffer).toBeInstanceOf(SharedArrayBuffer);
});

test("Heap: blocks start on multiples of 64 and have room for what was asked", () => {
  const heap = new Heap({ maximumBytes: MIB });
  const blocks = [0, 1, 63, 64, 65, 1000].map((nbytes) => heap.allocate(nbytes, `${nbytes}`));
  expect(blocks.map(({ capacity }) => capacity)).toEqual([64, 64, 64, 64, 128, 1024]);
  for (const { byteOffset } of blocks) expect(byteOffset % ALIGNMENT).toBe(0);
});

test("Heap: a freed block is used again", () => {
  const heap = new Heap({ maximumBytes: PAGE_BYTES });
  const first = heap.allocate(PAGE_BYTES, "first");
  heap.free(first);
  expect(heap.allocate(PAGE_BYTES, "second").byteOffset).toBe(first.byteOffset);
});

test("Heap: freed neighbours become one block", () => {
  const heap = new Heap({ maximumBytes: PAGE_BYTES });
  const blocks = Array.from({ length: 4 }, (_, i) => heap.allocate(PAGE_BYTES / 4, `${i}`));
  for (const i of [2, 0, 3, 1]) heap.free(blocks[i]!);
  expect(heap.stats()).toMatchObject({ usedBytes: 0, freeBytes: PAGE_BYTES, blocks: 0, fragments: 1 });
  expect(heap.allocate(PAGE_BYTES, "all").capacity).toBe(PAGE_BYTES);
});

test("Heap: a block that is freed twice, or by another heap, is detected", () => {
  const [heap, other] = [new Heap({ maximumBytes: MIB }), new Heap({ maximumBytes: MIB })];
  const block = heap.allocate(100, "weights");
  expect(() => other.free(block)).toThrow('internal: block "weights" is freed twice');
  heap.free(block);
  expect(() => heap.free(block)).toThrow('internal: block "weights" is freed twice');
  expect(heap.stats()).toMatchObject({ usedBytes: 0, blocks: 0, fragments: 1 });
});

test("Heap: growth leaves older buffers valid: they and the newer one are the same bytes", () => {
  const heap = new Heap({ maximumBytes: 64 * MIB });
  const before = heap.allocate(1000, "before");
  const bytesBefore = heap.stats().totalBytes;
  bytesOf(before).fill(7);
  const after = heap.allocate(20 * MIB, "after");
  expect(heap.stats().totalBytes).toBeGreaterThan(bytesBefore);
  expect(after.buffer).not.toBe(before.buffer);

  const newerView = new Uint8Array(after.buffer, before.byteOffset, 1000);
  expect(newerView).toEqual(new Uint8Array(1000).fill(7));
  bytesOf(before)[3] = 99;
  expect(newerView[3]).toBe(99);
  newerView[4] = 98;
  expect(bytesOf(before)[4]).toBe(98);
});

test("Heap: growth adds to what is free at the end, so that all memory can be used", () => {
  const { totalBytes } = new Heap().stats();
  const heap = new Heap({ maximumBytes: totalBytes + PAGE_BYTES });
  heap.allocate(totalBytes - PAGE_BYTES, "most");
  const { byteOffset } = heap.allocate(2 * PAGE_BYTES, "over the end");
  expect(byteOffset).toBe(totalBytes - PAGE_BYTES);
  expect(heap.stats()).toMatchObject({ freeBytes: 0, totalBytes: totalBytes + PAGE_BYTES });
});

test("Heap: grows by the least that will do where the platform refuses more", () => {
  stubPlatform(65_536, 20);
  const heap = new Heap({ maximumBytes: 256 * MIB });
  const { totalBytes } = heap.stats();
  heap.allocate(totalBytes, "all");
  heap.allocate(20 * PAGE_BYTES, "twenty pages");
  expect(heap.stats().totalBytes).toBe(totalBytes + 20 * PAGE_BYTES);
  expect(() => heap.allocate(21 * PAGE_BYTES, "too much")).toThrow(MemoryError);
});

test("Heap: where a large maximum is refused the next smaller one is tried", () => {
  const { asked } = stubPlatform(16_384);
  expect(new Heap().stats().maximumBytes).toBe(16_384 * PAGE_BYTES);
  expect(asked).toEqual([65_536, 32_768, 16_384]);
  expect(MAXIMUM_PAGES_LADDER.slice(0, 3)).toEqual(asked);
});

test("Heap: a maximum of the user's own comes first, then the smaller ones of the ladder", () => {
  const { asked } = stubPlatform(10_000);
  expect(new Heap({ maximumBytes: 20_000 * PAGE_BYTES + 5 }).stats().maximumBytes).toBe(8_192 * PAGE_BYTES);
  expect(asked).toEqual([20_000, 16_384, 8_192]);
});

test("Heap: where every maximum is refused the error names them all, and has the platform's as cause", () => {
  stubPlatform(0);
  const attempt = (): Heap => new Heap();
  expect(attempt).toThrow(MemoryError);
  expect(attempt).toThrow(
    "cannot reserve shared memory: the platform refused maxima of 4 GiB, 2 GiB, 1 GiB, 512 MiB, 256 MiB",
  );
  expect(attempt).toThrow(expect.objectContaining({ cause: expect.any(RangeError) as RangeError }) as Error);
});

test("Heap: a platform without WebAssembly gives a MemoryError", () => {
  vi.stubGlobal("WebAssembly", undefined);
  expect(() => new Heap()).toThrow(MemoryError);
});

test("Heap: a maximum is rounded down to pages, of which there is at least one", () => {
  expect(new Heap({ maximumBytes: 3.7 * PAGE_BYTES }).stats().maximumBytes).toBe(3 * PAGE_BYTES);
  expect(new Heap({ maximumBytes: 1 }).stats().maximumBytes).toBe(PAGE_BYTES);
});

test("Heap: refuses a maximum that is no positive number, and sizes that are no integers from 0", () => {
  for (const maximumBytes of [0, -1, Number.NaN, "1 GiB" as unknown as number]) {
    expect(() => new Heap({ maximumBytes })).toThrow(ValueError);
  }
  const heap = new Heap({ maximumBytes: MIB });
  for (const nbytes of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => heap.allocate(nbytes, "x")).toThrow(ValueError);
  expect(heap.stats()).toMatchObject({ usedBytes: 0, blocks: 0, fragments: 1 });
});

test("Heap: a full heap names what was asked, what there is, and the five largest blocks", () => {
  const heap = new Heap({ maximumBytes: 2 * MIB });
  for (const kib of [10, 200, 30, 400, 50, 600]) heap.allocate(kib * 1024, `image ${kib}`);
  expect(() => heap.allocate(MIB, "more")).toThrow(MemoryError);
  expect(() => heap.allocate(MIB, "more")).toThrow(
    "cannot allocate 1 MiB: 1.3 MiB of 2 MiB are in use and the largest free stretch is 758 KiB; the largest of 6 " +
      'unreleased: "image 600" (600 KiB), "image 400" (400 KiB), "image 200" (200 KiB), "image 50" (50 KiB), ' +
      '"image 30" (30 KiB)',
  );
  expect(heap.allocate(758 * 1024, "what the error said is free").capacity).toBe(758 * 1024);
});

test("Heap: a request larger than the whole maximum is refused at once", () => {
  const heap = new Heap({ maximumBytes: MIB });
  expect(() => heap.allocate(Number.MAX_SAFE_INTEGER, "everything")).toThrow(
    "cannot allocate 8.0 PiB: 0 bytes of 1 MiB are in use and the largest free stretch is 1 MiB",
  );
  expect(heap.stats().totalBytes).toBeLessThanOrEqual(MIB);
});

test("Heap: live blocks never overlap, the books add up, and all comes back as one fragment", () => {
  const steps = fc.array(
    fc.record({ allocates: fc.boolean(), nbytes: fc.integer({ min: 0, max: 400_000 }), which: fc.nat() }),
    { maxLength: 40 },
  );
  const property = fc.property(steps, (sequence) => {
    const heap = new Heap({ maximumBytes: 2 * MIB });
    const live: Block[] = [];
    const expectBooks = (): void => {
      const { usedBytes, freeBytes, totalBytes, blocks } = heap.stats();
      expect(usedBytes).toBe(live.reduce((sum, { capacity }) => sum + capacity, 0));
      expect([usedBytes + freeBytes, blocks]).toEqual([totalBytes, live.length]);
      const sorted = live.toSorted((a, b) => a.byteOffset - b.byteOffset);
      const ends = [0, ...sorted.map(({ byteOffset, capacity }) => byteOffset + capacity)];
      for (const [i, { byteOffset }] of sorted.entries()) expect(byteOffset).toBeGreaterThanOrEqual(ends[i]!);
      expect(ends.at(-1)).toBeLessThanOrEqual(totalBytes);
    };
    for (const { allocates, nbytes, which } of sequence) {
      if (!allocates && live.length > 0) heap.free(live.splice(which % live.length, 1)[0]!);
      else {
        try {
          live.push(heap.allocate(nbytes, "block"));
        } catch (error) {
          expect(error).toBeInstanceOf(MemoryError);
        }
      }
      expectBooks();
    }
    for (const block of live.splice(0)) heap.free(block);
    expectBooks();
    expect(heap.stats().fragments).toBe(1);
  });
  fc.assert(property, { numRuns: 100 });
});

test("formatBytes: gives the largest unit, with one digit where it is no integer", () => {
  expect([0, 1023, 1024, 1536, 5 * MIB, 2 ** 40 + 2 ** 39].map(formatBytes)).toEqual([
    "0 bytes",
    "1023 bytes",
    "1 KiB",
    "1.5 KiB",
    "5 MiB",
    "1.5 TiB",
  ]);
});
