/**
 * The memory of an array that is shared with nobody: an `ArrayBuffer` of its own, which moves to another thread with a
 * call, and back.
 *
 * The array and its views stay the same objects all the while; the buffer that comes back is another object over the same
 * bytes. While calls use the array, whatever touches its elements on the owner's thread throws a `BusyError`; shapes and
 * slices are known here, and stay so.
 *
 * Who has got a buffer of it (`getBuffer`, streams, files) keeps it where it is, as with any exporter: until the last
 * release a call is refused.
 *
 * Memory whose thread was ended is **lost**. The array is poisoned then; clearing the poison makes zeros of it.
 *
 * @module
 */
import { ArrayStorage, type StorageMemory, type StorageOwner } from "./array-storage.ts";
import { BufferError, BusyError, describe, MemoryError, PoisonedError, type ReleasedError } from "../errors.ts";
import type { Descriptor } from "../leases/descriptor.ts";

/** How memory came to be lost. */
export interface MemoryLoss {
  /** The call that had it. */
  readonly holder: string;
  readonly error: unknown;
}

/** Memory that moves: what carries it to a thread and back. */
export interface MovedMemory {
  /** Bytes of the buffer. */
  readonly nbytes: number;
  /**
   * A call begins to use it: it has it, or waits for those that began before. Views throw until it ends.
   *
   * @throws a `BufferError` while it is exported; a `PoisonedError` or `ReleasedError`
   */
  begin(holder: string): void;
  /** A call that has begun ends. */
  end(holder: string): void;
  /** True while calls use it. */
  readonly isBusy: boolean;
  /** @throws a `PoisonedError` if it is lost */
  checkNotLost(): void;
  /** The buffer of the moment: detached once it has moved, until another is {@link putBack} in its place. */
  readonly current: ArrayBuffer;
  /** Puts a buffer of {@link nbytes} in the place of one that has moved. */
  putBack(buffer: ArrayBuffer): void;
  /** The buffer does not come back. */
  lose(loss: MemoryLoss): void;
}

/** The memory that moves with a descriptor that an owner has made; null for memory that stays where it is. */
export function movedMemoryOf(descriptor: Descriptor): MovedMemory | null {
  return byDescriptor.get(descriptor) ?? null;
}

const byDescriptor = new WeakMap<Descriptor, MovedMemory>();

export class MovedStorage extends ArrayStorage implements MovedMemory {
  readonly moves: boolean = true;
  /** Calls that use it, the one that has it first. */
  readonly #users: string[] = [];
  #exports = 0;
  #loss: (MemoryLoss & { readonly at: Date }) | null = null;

  /** @param memory - a whole `ArrayBuffer` */
  constructor(owner: StorageOwner, memory: StorageMemory, label: string, place: string | null) {
    super(owner, memory, label, null, place);
  }

  /** @throws {@link BusyError} naming the call that has it */
  override get buffer(): ArrayBufferLike {
    const [user] = this.#users;
    if (user === undefined) return this.home;
    throw new BusyError(
      `cannot touch the elements of "${this.label}": they have moved to the thread that runs ${describe(user)}, ` +
        "expected its call to have settled",
    );
  }

  override pin(holder: string, follows: boolean = false): () => void {
    const unpin = super.pin(holder);
    if (follows) return unpin;
    this.#exports++;
    return () => {
      this.#exports--;
      unpin();
    };
  }

  override check(): void {
    this.checkNotLost();
    super.check();
  }

  override refusal(): ReleasedError | PoisonedError {
    return this.#loss === null || this.freed ? super.refusal() : lossError(this.label, this.#loss);
  }

  override get isPoisoned(): boolean {
    return (this.#loss !== null && !this.freed) || super.isPoisoned;
  }

  /** As for any array; of lost memory it makes new memory, all zeros. @throws a `MemoryError` if there is none */
  override clearPoison(): void {
    if (this.#loss !== null && !this.freed) {
      this.home = zeros(this.nbytes, this.label);
      this.#loss = null;
    }
    super.clearPoison();
  }

  get isBusy(): boolean {
    return this.#users.length > 0;
  }

  begin(holder: string): void {
    this.check();
    if (this.#exports > 0) {
      const exports = this.#exports === 1 ? "an export has" : `${this.#exports} exports have`;
      throw new BufferError(
        `cannot move "${this.label}" to the thread for ${describe(holder)}: ${exports} its buffer, expected none: release ` +
          "what was got of it first",
      );
    }
    this.#users.push(holder);
  }

  end(holder: string): void {
    this.#users.splice(this.#users.indexOf(holder), 1);
  }

  checkNotLost(): void {
    if (this.#loss !== null) throw this.refusal();
  }

  get current(): ArrayBuffer {
    return this.home as ArrayBuffer;
  }

  putBack(buffer: ArrayBuffer): void {
    this.home = buffer;
  }

  lose(loss: MemoryLoss): void {
    this.#loss = { ...loss, at: new Date() };
  }

  /** Makes a descriptor one with which this memory moves. */
  follow(descriptor: Descriptor): Descriptor {
    byDescriptor.set(descriptor, this);
    return descriptor;
  }
}

function zeros(nbytes: number, label: string): ArrayBuffer {
  try {
    return new ArrayBuffer(nbytes);
  } catch (cause) {
    throw new MemoryError(`cannot make new memory for "${label}": the platform refused ${nbytes} bytes`, { cause });
  }
}

function lossError(label: string, { holder, error, at }: MemoryLoss & { readonly at: Date }): PoisonedError {
  const what = error instanceof Error ? error.name : describe(error);
  return new PoisonedError(
    `cannot use a view of "${label}": its memory was lost at ${at.toISOString()} with the thread that ran ` +
      `${describe(holder)} (${what}); clearPoison() makes zeros of it, release() gives the array up`,
    { cause: error },
  );
}
