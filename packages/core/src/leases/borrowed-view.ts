/**
 * The receiving end of a descriptor: a view of memory that was lent to this thread.
 *
 * @module
 */
import { type Descriptor, readDescriptor } from "./descriptor.ts";
import { DescriptorError, ReleasedError } from "../errors.ts";
import { byteBounds } from "../layout/layout.ts";
import { leasedRegion, type LeaseHandle, type ThreadLeases } from "./lease-protocol.ts";
import { LeasedBuffer } from "./leased-buffer.ts";
import { checkStillThere, type ManagedBuffer } from "../memory/managed-buffer.ts";
import { type MemoryView, viewOf } from "../views/memory-view.ts";
import { ViewState } from "../views/view-state.ts";

/** A view that a thread has borrowed. */
export interface BorrowedView {
  readonly view: MemoryView;
  /** Ends the loan on this side: the view, and all views made of it, throw from here on, and none is counted. */
  end(): void;
  /** Takes it up again after its end: for the next run of one loop. @throws a `ReleasedError` if the lease has ended */
  resume(): void;
}

/**
 * Makes a view from a descriptor, after validating it.
 *
 * @param value - anything: it is not trusted
 * @param thread - this thread's part in its owner's leases; null where no owner counts (views of private memory)
 * @param onRelease - runs before the view itself is released while it is lent, and may refuse that by throwing
 * @throws a `DescriptorError` before any memory is touched; a `ReleasedError` if its lease has ended
 */
export function borrowView(value: unknown, thread: ThreadLeases | null, onRelease?: () => void): BorrowedView {
  const descriptor = readDescriptor(value);
  const { buffer, lease } = descriptor;
  if (thread === null || lease === null) {
    const managed = new BareBuffer(buffer);
    return loanOf(stateOf(descriptor, managed, descriptor.readonly), managed, onRelease);
  }
  const managed = new LeasedBuffer(buffer, thread, lease);
  return loanOf(leasedState(descriptor, managed, thread, lease), managed, onRelease);
}

/**
 * The state of a view under a lease.
 *
 * @throws a `DescriptorError` if the descriptor reaches beyond the bytes that were lent under it
 */
export function leasedState(
  descriptor: Descriptor,
  managed: LeasedBuffer,
  thread: ThreadLeases,
  lease: LeaseHandle,
): ViewState {
  return stateOf(descriptor, managed, descriptor.readonly || !mayWrite(descriptor, thread, lease));
}

/** The state of a view of memory that somebody holds. */
export function stateOf(descriptor: Descriptor, managed: ManagedBuffer, readonly: boolean): ViewState {
  const { byteOffset, format, itemsize, shape, strides, suboffsets } = descriptor;
  return new ViewState({ managed, format, itemsize, shape, strides, byteOffset, suboffsets, readonly });
}

function loanOf(state: ViewState, managed: LeasedBuffer | BareBuffer, onRelease?: () => void): BorrowedView {
  const view: MemoryView = viewOf(state, () => {
    // Between two loans, and after the last, giving it up does no harm.
    if (!view.released) onRelease?.();
  });
  return { view, end: () => managed.end(), resume: () => managed.resume() };
}

/**
 * Whether the lease is one for writing.
 *
 * @throws {@link DescriptorError} if the descriptor reaches beyond the bytes that were lent under it
 */
function mayWrite(descriptor: Descriptor, thread: ThreadLeases, lease: LeaseHandle): boolean {
  const region = leasedRegion(thread, lease);
  // A lease that has ended is refused when the view is counted under it.
  if (region === null) return false;
  if (descriptor.suboffsets !== null) {
    throw new DescriptorError(
      "cannot use a descriptor with suboffsets under a lease: a table of offsets may lead beyond the bytes that were lent",
    );
  }
  const { low, high } = byteBounds(descriptor, descriptor.itemsize);
  if (low === high || (low >= region.low && high <= region.high)) return region.writable;
  throw new DescriptorError(
    `cannot use a descriptor that reaches bytes [${low}, ${high}): its lease is of bytes [${region.low}, ${region.high})`,
  );
}

/** Memory that nobody counts: it is there as long as the buffer is. */
export class BareBuffer implements ManagedBuffer {
  readonly obj: object;
  readonly immutable: boolean = false;
  readonly isPoisoned: boolean = false;
  readonly buffer: ArrayBufferLike;
  readonly #neededBytes: number;
  #exports = 0;
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

  /** Buffers of its views that consumers hold. */
  get exports(): number {
    return this.#exports;
  }

  pin(): () => void {
    this.#exports++;
    return () => {
      this.#exports--;
    };
  }

  check(): void {
    if (this.#ended) {
      throw new ReleasedError(
        "cannot use a view after its lease has ended: a view that was lent lives as long as its lease",
      );
    }
    checkStillThere(this.buffer, this.#neededBytes);
  }

  clearPoison(): void {}

  end(): void {
    this.#ended = true;
  }

  resume(): void {
    this.#ended = false;
  }
}
