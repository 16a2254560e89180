/**
 * The memory of one array: a block of the shared heap, or a buffer of the user's that was adopted.
 *
 * It is freed by its owner's word alone (`release()` of the array, the end of its scope), never by counting the views
 * sliced from it, and not while a lease on it is live. A view whose array was freed throws at its next use.
 *
 * An array is **poisoned** when the thread that was writing it has been ended in the middle of its work: what it holds is
 * then neither the old content nor the new. It can't be used, through no view of it, until the program says that the
 * content is acceptable. Freeing it always works.
 *
 * @module
 */
import { describe, PoisonedError, ReleasedError } from "../errors.ts";
import { checkStillThere, type ManagedBuffer } from "./managed-buffer.ts";

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

/** What made an array's content unusable. */
export interface Poison {
  /** The call that was writing it. */
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What that call has rejected with. */
  readonly error: unknown;
}

const NOWHERE = new ArrayBuffer(0);

export class ArrayStorage implements ManagedBuffer {
  /** Where the bytes are, whoever may touch them at the moment. */
  protected home: ArrayBufferLike;
  /** Where the array's bytes start in `buffer`, and how many there are. */
  readonly byteOffset: number;
  readonly nbytes: number;
  /** What `byteOffset` counts in. The same object for arrays that may have bytes in common: for those of one buffer. */
  readonly space: object;
  /** What reports call it. */
  readonly label: string;
  readonly obj: object | null;
  readonly immutable: boolean = false;
  /** Where in the program it was made, if that is recorded. */
  readonly place: string | null;
  readonly #owner: StorageOwner;
  #freed = false;
  #poison: Poison | null = null;

  constructor(
    owner: StorageOwner,
    memory: StorageMemory,
    label: string,
    obj: object | null,
    place: string | null = null,
  ) {
    this.#owner = owner;
    this.home = memory.buffer;
    this.byteOffset = memory.byteOffset;
    this.nbytes = memory.nbytes;
    this.space = memory.space ?? this;
    this.label = label;
    this.obj = obj;
    this.place = place;
  }

  get buffer(): ArrayBufferLike {
    return this.home;
  }

  get freed(): boolean {
    return this.#freed;
  }

  /** Whom this memory came from. */
  get owner(): StorageOwner {
    return this.#owner;
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
    if (this.#freed || this.#poison !== null) throw this.refusal();
  }

  /** What a use of it throws, where {@link check} does. */
  refusal(): ReleasedError | PoisonedError {
    return this.#poison === null
      ? new ReleasedError(`cannot use a view of "${this.label}": the array was released`)
      : poisonedError(this.label, this.#poison);
  }

  get isPoisoned(): boolean {
    return this.#poison !== null;
  }

  /** Makes the content unusable until {@link clearPoison}. What poisoned it first stays the reason. */
  poison(poison: Poison): void {
    if (!this.#freed) this.#poison ??= poison;
  }

  clearPoison(): void {
    this.#poison = null;
  }

  /** Gives the memory back; again does nothing. @throws a `BufferError` while a lease on it is live */
  free(): void {
    if (this.#freed) return;
    this.#owner.free(this);
    this.#freed = true;
    this.#poison = null;
    // Memory of its own goes once nobody refers to it, and views of a freed array may live on.
    this.home = NOWHERE;
  }
}

/** A buffer of the user's that no thread shares: unlike shared memory it may be detached, or shrink. */
export class PrivateStorage extends ArrayStorage {
  /** @throws as for any array; a `BufferError` if the bytes are not there any more */
  override check(): void {
    super.check();
    checkStillThere(this.home, this.byteOffset + this.nbytes);
  }
}

function poisonedError(label: string, { holder, since, error }: Poison): PoisonedError {
  const what = error instanceof Error ? error.name : describe(error);
  return new PoisonedError(
    `cannot use a view of "${label}": it was poisoned at ${new Date(since).toISOString()}, when ${holder} was ended while ` +
      `it wrote the array (${what}); clearPoison() accepts the content as it is, release() gives the array up`,
    { cause: error },
  );
}
