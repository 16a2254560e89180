/**
 * The memory of one array: a block of the shared heap, or a buffer of the user's that was adopted.
 *
 * It is freed by its owner's word alone (`release()` of the array, the end of its scope), never by counting the views
 * sliced from it, and not while a lease on it is live. A view whose array was freed throws at its next use.
 *
 * @module
 */
import { ReleasedError } from "../errors.ts";
import type { ManagedBuffer } from "./managed-buffer.ts";

/** What an array asks of the owner of its memory. */
export interface StorageOwner {
  /** Keeps the memory for `holder`. @returns what ends it */
  pin(storage: ArrayStorage, holder: string): () => void;
  /** Gives the memory back. @throws a `BufferError` while a lease on it is live */
  free(storage: ArrayStorage): void;
}

/** Where an array's bytes are. */
export interface StorageMemory {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly nbytes: number;
  /** Given where other arrays may have bytes of the same buffer: see {@link ArrayStorage.space}. */
  readonly space?: object;
}

export class ArrayStorage implements ManagedBuffer {
  readonly buffer: ArrayBufferLike;
  /** Where the array's bytes start in `buffer`, and how many there are. */
  readonly byteOffset: number;
  readonly nbytes: number;
  /** What `byteOffset` counts in. The same object for arrays that may have bytes in common: for those of one buffer. */
  readonly space: object;
  /** What reports call it. */
  readonly label: string;
  readonly obj: object | null;
  readonly immutable: boolean = false;
  readonly #owner: StorageOwner;
  #freed = false;

  constructor(owner: StorageOwner, memory: StorageMemory, label: string, obj: object | null) {
    this.#owner = owner;
    this.buffer = memory.buffer;
    this.byteOffset = memory.byteOffset;
    this.nbytes = memory.nbytes;
    this.space = memory.space ?? this;
    this.label = label;
    this.obj = obj;
  }

  get freed(): boolean {
    return this.#freed;
  }

  /** True where `owner` is the one that this memory came from. */
  isOwnedBy(owner: StorageOwner): boolean {
    return this.#owner === owner;
  }

  retain(): void {}

  drop(): void {}

  pin(holder: string): () => void {
    this.check();
    return this.#owner.pin(this, holder);
  }

  check(): void {
    if (this.#freed) throw new ReleasedError(`cannot use a view of "${this.label}": the array was released`);
  }

  /** Gives the memory back; again does nothing. @throws a `BufferError` while a lease on it is live */
  free(): void {
    if (this.#freed) return;
    this.#owner.free(this);
    this.#freed = true;
  }
}
