/**
 * The receiving end of a packet: a view on a thread of the program's own, which gives its memory back when it is released.
 *
 * @module
 */
import { BareBuffer, leasedState, stateOf } from "../leases/borrowed-view.ts";
import { BufferError } from "../errors.ts";
import { closeHandle, type LeaseHandle, ringBell } from "../leases/lease-protocol.ts";
import { LeasedBuffer } from "../leases/leased-buffer.ts";
import { isSharedArrayBuffer } from "../memory/array-buffer.ts";
import { type MemoryView, viewOf } from "../views/memory-view.ts";
import type { Descriptor } from "../leases/descriptor.ts";
import type { LeaseWords } from "../leases/lease-words.ts";
import type { ViewState } from "../views/view-state.ts";
import { readPacket, type ReturnPort } from "./view-packet.ts";
import { visit } from "./visitor.ts";

/** What a receiver sends by a packet's port when it gives memory back. */
export interface ReturnMessage {
  /** The memory, where it has moved. */
  readonly buffer: ArrayBuffer | null;
}

/**
 * Makes a view of a packet that another thread has made, after validating it.
 *
 * The view that is returned stands for the loan: its `release()` ends the views made of it, and gives the memory back to
 * its owner. Until then the owner can neither release the array nor lend it against this loan.
 *
 * @param value - anything: it is not trusted
 * @throws a `DescriptorError` for what is no packet, or one that describes no memory inside its buffer; a `ReleasedError`
 *   if its lease has ended; a `MemoryError` if too many threads have views of its owner
 */
export function unpackView(value: unknown): MemoryView {
  const { view, words, endsLease, back } = readPacket(value);
  return words === null ? uncounted(view, back) : counted(view, view.lease!, words, endsLease);
}

/**
 * Gives back a view that {@link unpackView} has made, also where a consumer holds a buffer of it: for who knows that its
 * time is over. Any other view is left alone.
 */
export function endReceived(view: MemoryView): void {
  received.get(view)?.();
}

/** What gives back each view that was unpacked. */
const received = new WeakMap<MemoryView, () => void>();

/** A view whose release gives its memory back, once, by `giveBack`. */
function receivedView(state: ViewState, held: Held, giveBack: () => void): MemoryView {
  const view = viewOf(state, () => {
    if (held.exports > 0) refuseExported(held);
    giveBack();
  });
  received.set(view, giveBack);
  return view;
}

/** What a view is held by. */
interface Held {
  readonly exports: number;
}

function refuseExported({ exports }: Held): never {
  const holders = exports === 1 ? "an export has" : `${exports} exports have`;
  throw new BufferError(
    `cannot give a view back to its owner: ${holders} a buffer of it: release what was got of it first`,
  );
}

function counted(descriptor: Descriptor, lease: LeaseHandle, words: LeaseWords, endsLease: boolean): MemoryView {
  const visiting = visit(words);
  const { thread, bell } = visiting;
  let isOver = false;
  const end = (closes: boolean): void => {
    if (isOver) return;
    isOver = true;
    // In this order: nobody is counted, the handle has ended, the owner is told. See `lease-protocol.ts`.
    managed.end();
    if (closes) closeHandle(thread, lease);
    ringBell(bell);
    visiting.leave();
  };
  // Whoever finds out that its lease was taken back lets go of it: the owner may wait for that.
  const managed = new LeasedBuffer(descriptor.buffer, thread, lease, () => end(false));
  try {
    const state = leasedState(descriptor, managed, thread, lease);
    return receivedView(state, managed, () => end(endsLease));
  } catch (error) {
    // It may have been counted in vain.
    end(false);
    throw error;
  }
}

function uncounted(descriptor: Descriptor, back: ReturnPort | null): MemoryView {
  const managed = new BareBuffer(descriptor.buffer);
  let isOver = false;
  return receivedView(stateOf(descriptor, managed, descriptor.readonly), managed, () => {
    if (isOver) return;
    isOver = true;
    managed.end();
    if (back === null) return;
    const { buffer } = descriptor;
    // Memory that this thread has sent on does not come back: its owner is told that, too.
    const isHere = !isSharedArrayBuffer(buffer) && !buffer.detached;
    const moved = isHere ? [buffer] : [];
    const message: ReturnMessage = { buffer: moved[0] ?? null };
    back.postMessage(message, moved);
    back.close();
  });
}
