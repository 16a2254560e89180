/**
 * The owner's side of a loan to a thread of the program's own: how it ends, by whom, and when the memory is back.
 *
 * @module
 */
import { BareBuffer } from "../leases/borrowed-view.ts";
import { BufferError } from "../errors.ts";
import { LeasedBuffer } from "../leases/leased-buffer.ts";
import { ArrayStorage } from "../memory/array-storage.ts";
import { isSharedArrayBuffer } from "../memory/array-buffer.ts";
import type { Loan } from "../leases/standing-loan.ts";
import { MemoryOwner } from "../memory/owner.ts";
import { type MemoryView, rootHold } from "../views/memory-view.ts";
import { PACKET_TYPE, PACKET_VERSION, type ViewPacket } from "./view-packet.ts";
import { ReturnWatch } from "./return-watch.ts";

/**
 * Whose memory a view is of; null for memory that no owner made or adopted.
 *
 * @throws as any use of the view; a {@link BufferError} for one that was itself lent to this thread
 */
export function ownerOf(view: MemoryView): MemoryOwner | null {
  const managed = rootHold(view);
  if (managed instanceof LeasedBuffer || managed instanceof BareBuffer) {
    throw new BufferError(
      "cannot lend a view that was lent to this thread: expected its owner to lend it; toBytes() copies what it holds",
    );
  }
  if (!(managed instanceof ArrayStorage)) return null;
  return managed.owner instanceof MemoryOwner ? managed.owner : null;
}

/** What was lent to a thread of the program's own. */
export interface LentMemory {
  /** True once the memory is the owner's again: nobody else can touch it. */
  readonly isBack: boolean;
  /** Takes it back. @returns true for the one call that did, false if it had been given back or taken before */
  revoke(): boolean;
  /** Takes it back from a thread that can run no more. Does nothing if it is back. */
  threadEnded(error: unknown): void;
}

/**
 * Memory that is counted in shared words.
 *
 * Lent until one of three: the receiver has given it back; it was {@link revoke}d, and no view is counted any more; its
 * thread has ended.
 */
export class CountedLoan implements LentMemory {
  readonly #owner: MemoryOwner;
  readonly #loan: Loan;
  readonly #watch: ReturnWatch;

  /** @param onBack - is told once, when the memory is back */
  constructor(owner: MemoryOwner, loan: Loan, onBack: () => void) {
    this.#owner = owner;
    this.#loan = loan;
    this.#watch = ReturnWatch.of(owner.leases);
    this.#watch.add(() => {
      if (this.#owner.leases.isHeld(this.#loan.lease)) return false;
      onBack();
      return true;
    });
  }

  get isBack(): boolean {
    const { leases } = this.#owner;
    // What another thread has given back is noticed when somebody looks.
    leases.takeBack();
    return !leases.isHeld(this.#loan.lease);
  }

  revoke(): boolean {
    const isOurs = this.#owner.leases.revoke(this.#loan.lease);
    this.#watch.look();
    return isOurs;
  }

  threadEnded(error: unknown): void {
    const { leases } = this.#owner;
    const { lease } = this.#loan;
    if (this.isBack) return;
    // First the handle, so that no other thread counts itself under it from here on.
    leases.revoke(lease);
    for (const thread of leases.threadsUnder(lease)) leases.removeThread(thread);
    if (leases.isOrphaned(lease)) this.#owner.poison([this.#loan], error);
    this.#owner.giveBack([this.#loan]);
    this.#watch.look();
  }
}

/** Whether the leases of an owner are counted in memory that other threads can have. */
export function countsShared(owner: MemoryOwner): boolean {
  return isSharedArrayBuffer(owner.leases.words.states.buffer);
}

/** The packet of a loan that is counted. */
export function countedPacket(owner: MemoryOwner, { descriptor }: Loan, endsLease: boolean): ViewPacket {
  const { words } = owner.leases;
  return { type: PACKET_TYPE, version: PACKET_VERSION, view: descriptor, words, endsLease, back: null };
}
