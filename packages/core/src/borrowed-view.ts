/**
 * The receiving end of a descriptor: a view of memory that was lent to this thread.
 *
 * @module
 */
import { readDescriptor } from "./descriptor.ts";
import { ReleasedError } from "./errors.ts";
import type { ThreadLeases } from "./lease-words.ts";
import { LeasedBuffer } from "./leased-buffer.ts";
import { checkStillThere, type ManagedBuffer } from "./managed-buffer.ts";
import { type MemoryView, viewOf } from "./memory-view.ts";
import { ViewState } from "./view-state.ts";

/** A view that a thread has borrowed. */
export interface BorrowedView {
  readonly view: MemoryView;
  /** Ends the loan on this side: the view, and all views made of it, throw from here on. */
  end(): void;
}

/**
 * Makes a view from a descriptor, after validating it.
 *
 * @param value - anything: it is not trusted
 * @param thread - this thread's part in its owner's leases; null where no owner counts (views of private memory)
 * @throws a `DescriptorError` before any memory is touched; a `ReleasedError` if its lease has ended
 */
export function borrowView(value: unknown, thread: ThreadLeases | null): BorrowedView {
  const descriptor = readDescriptor(value);
  const { buffer, byteOffset, format, itemsize, shape, strides, suboffsets, readonly, lease } = descriptor;
  const leased = thread !== null && lease !== null ? new LeasedBuffer(buffer, thread, lease) : null;
  const managed = leased ?? new BareBuffer(buffer);
  const state = new ViewState({ managed, format, itemsize, shape, strides, byteOffset, suboffsets, readonly });
  return { view: viewOf(state), end: () => managed.end() };
}

/** Memory that nobody counts: it is there as long as the buffer is. */
class BareBuffer implements ManagedBuffer {
  readonly obj: object;
  readonly buffer: ArrayBufferLike;
  readonly #neededBytes: number;
  #ended = false;

  constructor(buffer: ArrayBufferLike) {
    this.obj = buffer;
    this.buffer = buffer;
    this.#neededBytes = buffer.byteLength;
  }

  retain(): void {
    this.check();
  }

  drop(): void {}

  pin(): () => void {
    return () => {};
  }

  check(): void {
    if (this.#ended) throw new ReleasedError("cannot use a view after its loan has ended");
    checkStillThere(this.buffer, this.#neededBytes);
  }

  end(): void {
    this.#ended = true;
  }
}
