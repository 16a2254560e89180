/**
 * The shared heap: one `WebAssembly.Memory` whose buffer is a `SharedArrayBuffer`, and blocks in it.
 *
 * Arrays placed here are the same bytes for generated kernels, for JavaScript loops and on every thread. Only the
 * thread that made the heap allocates and frees, from tables in its own JavaScript heap: nothing of the allocator lies
 * among the data, and it takes no lock.
 *
 * Growing adds pages at the end and moves nothing. `memory.buffer` is then a new, longer `SharedArrayBuffer` over the
 * same bytes, and every older one stays a valid alias of its part, so no view goes stale.
 *
 * Units: bytes, and WebAssembly pages of 64 KiB where the name says so.
 *
 * @module
 */
import { describe, MemoryError, ValueError } from "../errors.ts";
import { ALIGNMENT, alignUp, FreeList } from "./free-list.ts";
import { createSharedMemory, type WasmMemory } from "./wasm-memory.ts";

export const PAGE_BYTES = 65_536;

/** The ladder of maxima, in pages: 4 GiB down to 256 MiB. Browsers on small devices refuse the upper ones. */
export const MAXIMUM_PAGES_LADDER: readonly number[] = [65_536, 32_768, 16_384, 8_192, 4_096];

/** The first pages. Few, since untouched pages cost nothing but a browser may count them. */
const INITIAL_PAGES = 16;

/** Growth adds at least this many pages (16 MiB), and at least a half of what there is: few, large steps. */
const GROWTH_PAGES_MIN = 256;

/** How many blocks an out-of-memory error names. */
const LARGEST_BLOCKS_SHOWN = 5;

/** One allocation. */
export interface Block<B extends ArrayBufferLike = SharedArrayBuffer> {
  /** The buffer that covers it. Older and newer buffers of the same shared memory alias it. */
  readonly buffer: B;
  /** Where it starts: bytes, a multiple of 64. */
  readonly byteOffset: number;
  /** Bytes that it may use: what was asked for, rounded up to a multiple of 64. */
  readonly capacity: number;
  /** What the user calls it; for leak and out-of-memory reports. */
  readonly label: string;
  /** Where in the program it was allocated, if that is recorded. */
  readonly place: string | null;
}

/** What the heap holds, in bytes. */
export interface HeapStats {
  /** Bytes in allocated blocks. */
  readonly usedBytes: number;
  /** Bytes that could be allocated without growing. */
  readonly freeBytes: number;
  /** Bytes of memory at present: used and free together. */
  readonly totalBytes: number;
  /** The maximum that the platform granted; `Infinity` where it says none: for private memory. */
  readonly maximumBytes: number;
  /** Number of allocated blocks. */
  readonly blocks: number;
  /** Number of separate free stretches. */
  readonly fragments: number;
}

export interface HeapOptions {
  /**
   * The largest that the heap may become, in bytes; rounded down to pages, of which there is at least one. Default: as
   * much as the platform grants.
   */
  readonly maximumBytes?: number;
}

export class Heap {
  readonly memory: WasmMemory;
  readonly #free: FreeList = new FreeList();
  readonly #blocks: Set<Block> = new Set();
  readonly #maximumPages: number;
  #pages: number;
  #usedBytes = 0;

  /**
   * @throws {@link MemoryError} if not even the smallest shared memory is granted
   * @throws {@link ValueError} if `maximumBytes` is no positive number
   */
  constructor(options: HeapOptions = {}) {
    const { maximumBytes = Number.POSITIVE_INFINITY } = options;
    if (typeof maximumBytes !== "number" || !(maximumBytes > 0)) {
      throw new ValueError(`cannot make a heap of at most ${describe(maximumBytes)} bytes: expected a positive number`);
    }
    const limit = Math.floor(maximumBytes / PAGE_BYTES);
    const ladder = MAXIMUM_PAGES_LADDER.filter((pages) => pages < limit);
    if (limit <= MAXIMUM_PAGES_LADDER[0]!) ladder.unshift(Math.max(1, limit));
    const { memory, maximumPages } = reserve(ladder);
    this.memory = memory;
    this.#maximumPages = maximumPages;
    this.#pages = memory.buffer.byteLength / PAGE_BYTES;
    this.#free.give(0, memory.buffer.byteLength);
  }

  /**
   * Takes a block of at least `nbytes` bytes, aligned to 64. Its content is whatever the last user left.
   *
   * @throws {@link MemoryError} when it doesn't fit; the text names the largest live blocks
   * @throws {@link ValueError} if `nbytes` is no integer from 0
   */
  allocate(nbytes: number, label: string, place: string | null = null): Block {
    if (!Number.isSafeInteger(nbytes) || nbytes < 0) {
      throw new ValueError(`cannot allocate ${describe(nbytes)} bytes for "${label}": expected an integer from 0`);
    }
    const capacity = Math.max(ALIGNMENT, alignUp(nbytes));
    let byteOffset = this.#free.take(capacity);
    if (byteOffset < 0 && this.#grow(capacity)) byteOffset = this.#free.take(capacity);
    if (byteOffset < 0) throw this.#full(nbytes);
    const block: Block = { buffer: this.memory.buffer as SharedArrayBuffer, byteOffset, capacity, label, place };
    this.#blocks.add(block);
    this.#usedBytes += capacity;
    return block;
  }

  /** Gives a block back for reuse. The caller has made sure that nothing uses it. */
  free(block: Block): void {
    if (!this.#blocks.delete(block)) throw new Error(`internal: block "${block.label}" is freed twice`);
    this.#usedBytes -= block.capacity;
    this.#free.give(block.byteOffset, block.byteOffset + block.capacity);
  }

  stats(): HeapStats {
    return {
      usedBytes: this.#usedBytes,
      freeBytes: this.#free.freeBytes,
      totalBytes: this.#pages * PAGE_BYTES,
      maximumBytes: this.#maximumPages * PAGE_BYTES,
      blocks: this.#blocks.size,
      fragments: this.#free.fragments,
    };
  }

  #grow(capacity: number): boolean {
    const end = this.#pages * PAGE_BYTES;
    const needed = Math.ceil((capacity - this.#free.freeAtEnd(end)) / PAGE_BYTES);
    const left = this.#maximumPages - this.#pages;
    if (needed > left) return false;
    const wanted = Math.min(left, Math.max(needed, GROWTH_PAGES_MIN, this.#pages >>> 1));
    // The platform may be short of memory although the maximum allows it: try the least that would do.
    const added = [wanted, needed].find((pages) => tryGrow(this.memory, pages));
    if (added === undefined) return false;
    this.#pages += added;
    this.#free.give(end, end + added * PAGE_BYTES);
    return true;
  }

  #full(nbytes: number): MemoryError {
    const { usedBytes, maximumBytes } = this.stats();
    const growable = maximumBytes - this.#pages * PAGE_BYTES;
    const largestFree = Math.max(this.#free.largest, growable + this.#free.freeAtEnd(this.#pages * PAGE_BYTES));
    return new MemoryError(
      `cannot allocate ${formatBytes(nbytes)}: ${formatBytes(usedBytes)} of ${formatBytes(maximumBytes)} are in use ` +
        `and the largest free stretch is ${formatBytes(largestFree)}${largestOf(this.#blocks)}`,
    );
  }
}

function reserve(ladder: readonly number[]): { memory: WasmMemory; maximumPages: number } {
  let cause: unknown;
  for (const maximumPages of ladder) {
    try {
      const initial = Math.min(INITIAL_PAGES, maximumPages);
      return { memory: createSharedMemory(initial, maximumPages), maximumPages };
    } catch (error) {
      cause = error;
    }
  }
  const tried = ladder.map((pages) => formatBytes(pages * PAGE_BYTES)).join(", ");
  throw new MemoryError(`cannot reserve shared memory: the platform refused maxima of ${tried}`, { cause });
}

/** The largest blocks, as errors end with them; nothing if there is none. */
export function largestOf(blocks: ReadonlySet<Pick<Block, "label" | "capacity" | "place">>): string {
  if (blocks.size === 0) return "";
  const largest = [...blocks].toSorted((a, b) => b.capacity - a.capacity).slice(0, LARGEST_BLOCKS_SHOWN);
  const named = largest.map(({ label, capacity, place }) => {
    const madeAt = place === null ? "" : `, made at ${place}`;
    return `"${label}" (${formatBytes(capacity)}${madeAt})`;
  });
  return `; the largest of ${blocks.size} unreleased: ${named.join(", ")}`;
}

function tryGrow(memory: WasmMemory, pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

/** Bytes as people read them: `"1.5 MiB"`. */
export function formatBytes(nbytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = nbytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}
