/**
 * Memory for arrays that no other thread shares: each block is an `ArrayBuffer` of its own.
 *
 * So each can move to another thread by itself, and no platform feature is needed. What is freed goes back to the
 * engine; nothing is used again here, and new memory is zeros.
 *
 * Units: bytes.
 *
 * @module
 */
import { describe, MemoryError, ValueError } from "../errors.ts";
import { type Block, formatBytes, type HeapOptions, type HeapStats, largestOf } from "./heap.ts";

export class PrivateHeap {
  readonly #blocks: Set<Block<ArrayBuffer>> = new Set();
  readonly #maximumBytes: number;
  #usedBytes = 0;

  /** @throws {@link ValueError} if `maximumBytes` is no positive number */
  constructor({ maximumBytes = Number.POSITIVE_INFINITY }: HeapOptions = {}) {
    if (typeof maximumBytes !== "number" || !(maximumBytes > 0)) {
      throw new ValueError(`cannot make a heap of at most ${describe(maximumBytes)} bytes: expected a positive number`);
    }
    this.#maximumBytes = maximumBytes;
  }

  /**
   * Makes a block of exactly `nbytes` zeros.
   *
   * @throws {@link MemoryError} beyond the maximum, or if the platform refuses; the text names the largest live blocks
   */
  allocate(nbytes: number, label: string, place: string | null = null): Block<ArrayBuffer> {
    const used = formatBytes(this.#usedBytes);
    if (this.#usedBytes + nbytes > this.#maximumBytes) {
      throw this.#full(nbytes, `${used} of ${formatBytes(this.#maximumBytes)} are in use`);
    }
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(nbytes);
    } catch (cause) {
      throw this.#full(nbytes, `the platform refused the memory, ${used} are in use`, cause);
    }
    const block: Block<ArrayBuffer> = { buffer, byteOffset: 0, capacity: nbytes, label, place };
    this.#blocks.add(block);
    this.#usedBytes += nbytes;
    return block;
  }

  /** Forgets a block. The caller has made sure that nothing uses it. */
  free(block: Block<ArrayBuffer>): void {
    if (!this.#blocks.delete(block)) throw new Error(`internal: block "${block.label}" is freed twice`);
    this.#usedBytes -= block.capacity;
  }

  stats(): HeapStats {
    return {
      usedBytes: this.#usedBytes,
      freeBytes: 0,
      totalBytes: this.#usedBytes,
      maximumBytes: this.#maximumBytes,
      blocks: this.#blocks.size,
      fragments: 0,
    };
  }

  #full(nbytes: number, fact: string, cause?: unknown): MemoryError {
    return new MemoryError(`cannot allocate ${formatBytes(nbytes)}: ${fact}${largestOf(this.#blocks)}`, { cause });
  }
}
