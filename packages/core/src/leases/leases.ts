/**
 * Who may use which memory, granted by its owner: many readers or one writer of a region.
 *
 * A job takes the leases of all its operands at once and gives them back once no thread can touch them; an export
 * holds one as long as its consumer does. While a lease on an array is live, the array is not freed.
 *
 * The questions of regions and conflicts are answered here, on the owner's thread, from ordinary objects. What races
 * (the state of a handle, the views of each thread) is in `lease-protocol.ts`.
 *
 * @module
 */
import { BorrowError, BufferError, MemoryError } from "../errors.ts";
import { byteBounds } from "../layout/layout.ts";
import * as protocol from "./lease-protocol.ts";
import type { LeaseHandle, LeasePorts } from "./lease-protocol.ts";
import { createWords, HANDLES_MAX, leasePorts, type LeaseWords } from "./lease-words.ts";
import { type Extent, sharesMemory } from "../layout/overlap.ts";

/** `pin` keeps the memory where it is and conflicts with nobody: what an export in the owner's thread holds. */
export type LeaseMode = "read" | "write" | "pin";

/** What a lease is asked for: a region of an array, and what is to be done with it. */
export interface LeaseRequest {
  /** The array's identity. */
  readonly array: object;
  /** What the extent's offsets count in: leases in different spaces never conflict. */
  readonly space: object;
  readonly extent: Extent;
  readonly mode: LeaseMode;
}

/** A granted lease. */
export interface Lease extends LeaseRequest {
  readonly handle: LeaseHandle;
  /** Who holds it: a job, an export, a task. */
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** The owner's table of leases. */
export class LeaseTable {
  /** What the threads share of it. */
  readonly words: LeaseWords = createWords();
  readonly #ports: LeasePorts = leasePorts(this.words);
  readonly #leases: Map<number, Lease> = new Map();
  readonly #bySpace: Map<object, Set<Lease>> = new Map();
  readonly #freeSlots: number[] = [];
  /** Ended slots under which some thread still counts a view: not used again until it has let go or died. */
  readonly #restingSlots: Set<number> = new Set();
  #nextSlot = 0;

  /** The number of live leases. */
  get size(): number {
    this.#forgetEnded(this.#leases.values());
    return this.#leases.size;
  }

  /** Forgets a thread that has ended, with the views that it still had. */
  removeThread(thread: number): void {
    protocol.buryThread(this.#ports, thread);
  }

  /**
   * Grants all of `requests` to one holder, or none. Requests of one holder may overlap each other.
   *
   * @throws {@link BorrowError} if one of them would let a writer share memory with another holder, naming that holder
   * @throws {@link MemoryError} if {@link HANDLES_MAX} leases are live
   *
   * Cost: for each request, the leases in its space.
   */
  grant(holder: string, requests: readonly LeaseRequest[]): Lease[] {
    for (const request of requests) this.#refuseConflict(holder, request);
    if (this.#freeSlots.length < requests.length) this.#wakeSlots();
    const room = this.#freeSlots.length + HANDLES_MAX - this.#nextSlot;
    if (room < requests.length) {
      throw new MemoryError(
        `cannot grant ${requests.length} leases to ${holder}: ${this.size} of HANDLES_MAX = ${HANDLES_MAX} are live`,
      );
    }
    const since = Date.now();
    return requests.map((request) => {
      const slot = this.#freeSlots.pop() ?? this.#nextSlot++;
      const bounds = byteBounds(request.extent, request.extent.itemsize);
      protocol.setRegion(this.#ports, slot, { ...bounds, writable: request.mode === "write" });
      const lease: Lease = { ...request, holder, since, handle: protocol.openHandle(this.#ports, slot) };
      this.#leases.set(slot, lease);
      const inSpace = this.#bySpace.get(request.space);
      if (inSpace === undefined) this.#bySpace.set(request.space, new Set([lease]));
      else inSpace.add(lease);
      return lease;
    });
  }

  /** Ends a lease. A second call for the same lease does nothing. */
  release(lease: Lease): void {
    protocol.closeHandle(this.#ports, lease.handle);
    this.#forget(lease);
  }

  /** Views under a lease, on all threads. */
  viewCount(lease: Lease): number {
    return protocol.viewsUnder(protocol.claimedRows(this.#ports), lease.handle.slot);
  }

  /** Throws unless no lease of `array` is live. @throws {@link BufferError} naming the holders */
  refuseIfLeased({ array, space }: Pick<LeaseRequest, "array" | "space">, attempt: string): void {
    const leases = [...this.#liveIn(space)].filter((lease) => lease.array === array);
    if (leases.length === 0) return;
    const holders = [...new Set(leases.map((lease) => lease.holder))].join(", ");
    throw new BufferError(
      `cannot ${attempt}: ${leases.length} ${leases.length === 1 ? "lease is" : "leases are"} live, held by ${holders}`,
    );
  }

  /** The live leases, oldest first. */
  live(): Lease[] {
    this.#forgetEnded(this.#leases.values());
    // A map keeps the order in which its entries came.
    return [...this.#leases.values()];
  }

  /** Views counted by each thread, over all leases. */
  viewsByThread(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const row of protocol.claimedRows(this.#ports)) {
      let count = counts.get(row.thread) ?? 0;
      for (let slot = 0; slot < this.#nextSlot; slot++) count += protocol.viewsUnder([row], slot);
      counts.set(row.thread, count);
    }
    return counts;
  }

  /** Forgets those that another thread has ended: whoever has the handle may. */
  #forgetEnded(leases: Iterable<Lease>): void {
    for (const lease of leases) if (!protocol.isLive(this.#ports, lease.handle)) this.#forget(lease);
  }

  #liveIn(space: object): Iterable<Lease> {
    const leases = this.#bySpace.get(space) ?? [];
    this.#forgetEnded(leases);
    return leases;
  }

  #forget(lease: Lease): void {
    const { slot } = lease.handle;
    if (this.#leases.get(slot) !== lease) return;
    this.#leases.delete(slot);
    this.#restingSlots.add(slot);
    const inSpace = this.#bySpace.get(lease.space);
    inSpace?.delete(lease);
    if (inSpace?.size === 0) this.#bySpace.delete(lease.space);
  }

  #wakeSlots(): void {
    this.#forgetEnded(this.#leases.values());
    // Listed after the handles of these slots have ended: whoever could have found one live is among them.
    const rows = protocol.claimedRows(this.#ports);
    for (const slot of this.#restingSlots) {
      if (protocol.viewsUnder(rows, slot) !== 0) continue;
      this.#restingSlots.delete(slot);
      this.#freeSlots.push(slot);
    }
  }

  #refuseConflict(holder: string, request: LeaseRequest): void {
    if (request.mode === "pin") return;
    for (const lease of this.#liveIn(request.space)) {
      if (lease.mode === "pin" || (lease.mode === "read" && request.mode === "read")) continue;
      if (sharesMemory(lease.extent, request.extent) === "no") continue;
      throw new BorrowError(
        `cannot lease to ${holder} for ${request.mode === "read" ? "reading" : "writing"}: ` +
          `${lease.holder} is ${lease.mode === "read" ? "reading" : "writing"} the same memory`,
      );
    }
  }
}
