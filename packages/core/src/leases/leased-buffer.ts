/**
 * The hold that a thread has on memory lent to it: alive while the lease is, and counted in the thread's own row.
 *
 * @module
 */
import { ReleasedError } from "../errors.ts";
import { attach, detach, isLive, type LeaseHandle, type ThreadLeases } from "./lease-protocol.ts";
import type { ManagedBuffer } from "../memory/managed-buffer.ts";

export class LeasedBuffer implements ManagedBuffer {
  readonly obj: object | null = null;
  readonly immutable: boolean = false;
  /** What is poisoned is not lent. */
  readonly isPoisoned: boolean = false;
  readonly buffer: ArrayBufferLike;
  readonly #thread: ThreadLeases;
  readonly #handle: LeaseHandle;
  readonly #onStale: (() => void) | null;
  #views = 0;
  #exports = 0;
  #ended = false;

  /** @param onStale - is told when a use finds that another thread has ended the lease */
  constructor(buffer: ArrayBufferLike, thread: ThreadLeases, handle: LeaseHandle, onStale: (() => void) | null = null) {
    this.buffer = buffer;
    this.#thread = thread;
    this.#handle = handle;
    this.#onStale = onStale;
  }

  /** Buffers of its views that consumers hold. */
  get exports(): number {
    return this.#exports;
  }

  /** @throws {@link ReleasedError} if the lease has ended: a stale handle is refused */
  retain(): void {
    if (this.#ended) throw this.#stale();
    if (!attach(this.#thread, this.#handle)) throw this.#found();
    this.#views++;
  }

  drop(): void {
    if (this.#views === 0) return;
    this.#views--;
    detach(this.#thread, this.#handle);
  }

  pin(): () => void {
    // The lease keeps the memory until the job that holds it has settled, or its thread has given it back.
    this.check();
    this.#exports++;
    return () => {
      this.#exports--;
    };
  }

  check(): void {
    if (this.#ended) throw this.#stale();
    if (!isLive(this.#thread, this.#handle)) throw this.#found();
  }

  clearPoison(): void {}

  /** Ends the use of all views of this thread under the lease: what a body has kept of them throws from here on. */
  end(): void {
    this.#ended = true;
    while (this.#views > 0) this.drop();
  }

  /** Goes on after {@link end}, with one view. @throws {@link ReleasedError} if the lease has ended */
  resume(): void {
    this.#ended = false;
    try {
      this.retain();
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  #found(): ReleasedError {
    this.#onStale?.();
    return this.#stale();
  }

  #stale(): ReleasedError {
    const { slot, generation } = this.#handle;
    return new ReleasedError(
      `cannot use a view after its lease has ended (handle ${slot}, generation ${generation}): a view that was lent lives as long as its lease`,
    );
  }
}
