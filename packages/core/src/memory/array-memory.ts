/**
 * Where the arrays of an owner lie: in a heap that threads share, or each in a buffer of its own.
 *
 * @module
 */
import { ArrayStorage, type StorageOwner } from "./array-storage.ts";
import { MemoryError } from "../errors.ts";
import { Heap, type HeapOptions, type HeapStats } from "./heap.ts";
import { MovedStorage } from "./moved-storage.ts";
import { PrivateHeap } from "./private-heap.ts";

/**
 * Where arrays lie: in memory that threads share, in private memory that stays on the owner's thread, or in private memory
 * that moves to a thread with each call and back.
 */
export type MemoryKind = "shared" | "private" | "moved";

/** Memory for an array, and what gives it back. */
export interface Allocation {
  readonly storage: ArrayStorage;
  readonly giveBack: () => void;
}

export class ArrayMemory {
  readonly kind: MemoryKind;
  readonly #heap: Heap | PrivateHeap;

  /** @throws a `MemoryError` if shared memory is asked for and the platform grants none */
  constructor(kind: MemoryKind, options: HeapOptions) {
    this.kind = kind;
    this.#heap = kind === "shared" ? new Heap(options) : new PrivateHeap(options);
  }

  /** The shared heap. @throws {@link MemoryError} where there is none */
  get heap(): Heap {
    if (this.#heap instanceof Heap) return this.#heap;
    throw new MemoryError(`cannot get a shared heap: the memory of this owner is ${this.kind}`);
  }

  get stats(): HeapStats {
    return this.#heap.stats();
  }

  /**
   * Memory of whatever content; where it is not shared, of zeros.
   *
   * @param place - where in the program it is asked for, if that is recorded
   * @throws {@link MemoryError} if it doesn't fit, naming the largest arrays
   */
  allocate(owner: StorageOwner, nbytes: number, label: string, place: string | null): Allocation {
    const heap = this.#heap;
    if (heap instanceof Heap) {
      const block = heap.allocate(nbytes, label, place);
      const memory = { buffer: block.buffer, byteOffset: block.byteOffset, nbytes };
      return {
        storage: new ArrayStorage(owner, memory, label, heap.memory, place),
        giveBack: () => heap.free(block),
      };
    }
    const block = heap.allocate(nbytes, label, place);
    const memory = { buffer: block.buffer, byteOffset: 0, nbytes };
    const storage =
      this.kind === "moved"
        ? new MovedStorage(owner, memory, label, place)
        : new ArrayStorage(owner, memory, label, null, place);
    return { storage, giveBack: () => heap.free(block) };
  }
}
