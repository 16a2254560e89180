/**
 * Who may use which memory, granted by its owner: many readers or one writer of a region.
 *
 * A job takes the leases of all its operands at once and gives them back once no thread can touch them; an export
 * holds one as long as its consumer does. While a lease on an array is live, the array is not freed. Who can't have its
 * leases is refused, or stands in line (`lease-line.ts`).
 *
 * The questions of regions and conflicts are answered here, on the owner's thread, from ordinary objects. What races
 * (the state of a handle, the views of each thread) is in `lease-protocol.ts`.
 *
 * @module
 */
import { BorrowError, BufferError, MemoryError } from "../errors.ts";
import { byteBounds } from "../layout/layout.ts";
import { LeaseLine, type LeaseWaiter, WAITERS_MAX } from "./lease-line.ts";
import * as protocol from "./lease-protocol.ts";
import type { LeasePorts } from "./lease-protocol.ts";
import { conflict, type Lease, type LeaseRequest, type Obstacle, obstacleOf } from "./lease-request.ts";
import { createWords, HANDLES_MAX, leasePorts, type LeaseWords } from "./lease-words.ts";

/** The owner's table of leases. */
export class LeaseTable {
  /** What the threads share of it. */
  readonly words: LeaseWords;
  readonly #ports: LeasePorts;
  readonly #leases: Map<number, Lease> = new Map();
  readonly #bySpace: Map<object, Set<Lease>> = new Map();
  readonly #freeSlots: number[] = [];
  /** Ended slots under which some thread still counts a view: not used again until it has let go or died. */
  readonly #lingeringSlots: Set<number> = new Set();
  readonly #line: LeaseLine = new LeaseLine();
  #closed: (() => unknown) | null = null;
  #nextSlot = 0;
  /** Leases that may stand against others: neither pins nor resting. Never too few. */
  #awake = 0;

  /** @param sharing - whether other threads get to its words */
  constructor(sharing: "shared" | "private" = "shared") {
    this.words = createWords(sharing);
    this.#ports = leasePorts(this.words);
  }

  /** The number of live leases. */
  get size(): number {
    return this.live().length;
  }

  /** How many wait for leases. */
  get waiting(): number {
    return this.#line.size;
  }

  /**
   * Forgets a thread that has ended, with the views that it still had. Leases for writing under which it had one are
   * {@link isOrphaned} from then on: it may have ended in the middle of a write.
   */
  removeThread(thread: number): void {
    const rows = protocol.claimedRows(this.#ports).filter((row) => row.thread === thread);
    for (const lease of this.#leases.values()) {
      if (lease.mode === "write" && protocol.viewsUnder(rows, lease.handle.slot) > 0) lease.orphaned = true;
    }
    protocol.buryThread(this.#ports, thread);
  }

  /** True if a thread has died that could write under the lease, and had not given its views of it back. */
  isOrphaned(lease: Lease): boolean {
    return lease.orphaned;
  }

  /**
   * Grants all of `requests` to one holder, or none. Requests of one holder may overlap each other.
   *
   * @param stack - where they were asked for, if that is recorded
   * @throws {@link BorrowError} if one of them would let a writer share memory with another holder, or with somebody who
   *   waits for it; it names that holder and the array
   * @throws {@link MemoryError} if {@link HANDLES_MAX} leases are live
   *
   * Cost: for each request, the leases in its space, and those who wait in it.
   */
  grant(holder: string, requests: readonly LeaseRequest[], stack?: string): Lease[] {
    const obstacle = this.#obstacle(holder, requests, null);
    if (obstacle !== null) throw new BorrowError(`cannot ${obstacle.attempt}: ${obstacle.fact}`);
    return this.#open(holder, requests, stack);
  }

  /**
   * Grants as {@link grant} does, at once or as soon as nothing stands against it. The waiter is told, of its leases or
   * of an error: what its `check` throws, a {@link MemoryError} if too many are live or wait, or what {@link closeLine}
   * said.
   */
  enqueue(waiter: LeaseWaiter): void {
    if (this.#obstacle(waiter.holder, waiter.requests, null) === null) this.#serve(waiter);
    else if (this.#closed !== null) waiter.refused(this.#closed());
    else if (this.#line.size < WAITERS_MAX) this.#line.add(waiter);
    else {
      const fact = `WAITERS_MAX = ${WAITERS_MAX} requests wait already`;
      waiter.refused(new MemoryError(`cannot let ${waiter.holder} wait for its leases: ${fact}`));
    }
  }

  /** Ends a wait with an error, which is told what it was for. Does nothing once the waiter has been told. */
  cancel(waiter: LeaseWaiter, errorOf: (obstacle: Obstacle) => unknown): void {
    if (!this.#line.has(waiter)) return;
    const obstacle = this.#obstacle(waiter.holder, waiter.requests, waiter);
    // A lease that another thread has ended is noticed when it is looked at.
    if (obstacle === null) this.#advance(spacesOf(waiter.requests));
    else this.#refuse([waiter], () => errorOf(obstacle));
  }

  /** Ends the waits of those who want something of `array`: it can't be lent any more. */
  refuseWaiters({ array, space }: Pick<LeaseRequest, "array" | "space">, errorOf: () => unknown): void {
    const concerned = this.#line
      .waitersIn([space])
      .filter(({ requests }) => requests.some((request) => request.array === array));
    this.#refuse(concerned, errorOf);
  }

  /** Ends all waits, and those to come as soon as they would begin. */
  closeLine(errorOf: () => unknown): void {
    this.#closed = errorOf;
    this.#refuse(this.#line.all, errorOf);
  }

  /**
   * Asks whether {@link grant} would grant, without a lease: for work that is done before anybody else can be granted one.
   *
   * @throws {@link BorrowError} if it would not
   */
  refuseIfHeld(holder: string, requests: readonly LeaseRequest[]): void {
    if (this.#awake === 0 && this.#line.size === 0) return;
    const obstacle = this.#obstacle(holder, requests, null);
    if (obstacle !== null) throw new BorrowError(`cannot ${obstacle.attempt}: ${obstacle.fact}`);
  }

  /**
   * Makes leases that rest: they stand against nobody until they {@link wake}. They keep their arrays from being released,
   * unless their holder does without them when it comes to that.
   *
   * @param recall - ends them, if it may
   * @throws {@link MemoryError} if {@link HANDLES_MAX} leases are live
   */
  grantResting(
    holder: string,
    requests: readonly LeaseRequest[],
    stack?: string,
    recall: (() => void) | null = null,
  ): Lease[] {
    const leases = this.#open(holder, requests, stack, recall);
    for (const lease of leases) this.#setResting(lease, true);
    return leases;
  }

  /** Makes leases of one holder count, all or none. @throws {@link BorrowError} as {@link grant} */
  wake(holder: string, leases: readonly Lease[]): void {
    if (this.#awake > 0 || this.#line.size > 0) {
      const obstacle = this.#obstacle(holder, leases, null);
      if (obstacle !== null) throw new BorrowError(`cannot ${obstacle.attempt}: ${obstacle.fact}`);
    }
    for (const lease of leases) this.#setResting(lease, false);
  }

  /** Makes leases count no more, until they {@link wake}. */
  rest(leases: readonly Lease[]): void {
    for (const lease of leases) {
      this.#setResting(lease, true);
      // A death in this run says nothing of the next.
      lease.orphaned = false;
    }
    if (this.#line.size > 0) this.#advance(spacesOf(leases));
  }

  /** Ends a lease. A second call for the same lease does nothing. */
  release(lease: Lease): void {
    this.releaseAll([lease]);
  }

  /** Ends leases that were granted together, before anybody who waits gets one of them. */
  releaseAll(leases: readonly Lease[]): void {
    for (const lease of leases) {
      protocol.closeHandle(this.#ports, lease.handle);
      this.#forget(lease);
    }
    this.#advance(spacesOf(leases));
  }

  /**
   * Ends the handle of a lease: no view under it works from here on. The lease itself stands until no view is counted any
   * more: {@link takeBack} notices.
   *
   * @returns false if it had been ended before
   */
  revoke({ handle }: Lease): boolean {
    return protocol.closeHandle(this.#ports, handle);
  }

  /** Ends the leases that other threads have given back since, and those that were revoked and are in no use any more. */
  takeBack(): void {
    const back = this.#forgetEnded(this.#leases.values());
    if (this.#line.size > 0 && back.length > 0) this.#advance(spacesOf(back));
  }

  /** True while a lease stands: it has not been released, nor taken back. */
  isHeld(lease: Lease): boolean {
    return this.#leases.get(lease.handle.slot) === lease;
  }

  /** Views under a lease, on all threads. */
  viewCount(lease: Lease): number {
    return protocol.viewsUnder(protocol.claimedRows(this.#ports), lease.handle.slot);
  }

  /** The threads that have views under a lease. */
  threadsUnder({ handle }: Lease): number[] {
    const rows = protocol.claimedRows(this.#ports).filter((row) => protocol.viewsUnder([row], handle.slot) > 0);
    return [...new Set(rows.map(({ thread }) => thread))];
  }

  /** Throws unless no lease of `array` is live. @throws {@link BufferError} naming the holders */
  refuseIfLeased({ array, space }: Pick<LeaseRequest, "array" | "space">, attempt: string): void {
    const leasesOfArray = (): Lease[] => [...this.#liveIn(space)].filter((lease) => lease.array === array);
    for (const lease of leasesOfArray()) if (lease.resting) lease.recall?.();
    const leases = leasesOfArray();
    if (leases.length === 0) return;
    const holders = [...new Set(leases.map((lease) => lease.holder))].join(", ");
    throw new BufferError(
      `cannot ${attempt}: ${leases.length} ${leases.length === 1 ? "lease is" : "leases are"} live, held by ${holders}`,
    );
  }

  /** The live leases, oldest first, but for those that rest and can be recalled: they keep nobody from anything. */
  live(): Lease[] {
    this.#forgetEnded(this.#leases.values());
    // A map keeps the order in which its entries came.
    return [...this.#leases.values()].filter((lease) => !lease.resting || lease.recall === null);
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

  /**
   * Forgets those that another thread has ended, whoever has the handle may, or that were {@link revoke}d; but not while a
   * view is counted under them: its thread may be in the middle of using it.
   */
  #forgetEnded(leases: Iterable<Lease>): Lease[] {
    const unused: Lease[] = [];
    for (const lease of leases) {
      if (protocol.isLive(this.#ports, lease.handle) || this.viewCount(lease) > 0) continue;
      this.#forget(lease);
      unused.push(lease);
    }
    return unused;
  }

  #setResting(lease: Lease, resting: boolean): void {
    if (lease.resting === resting) return;
    lease.resting = resting;
    if (lease.mode !== "pin") this.#awake += resting ? -1 : 1;
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
    this.#setResting(lease, true);
    this.#lingeringSlots.add(slot);
    const inSpace = this.#bySpace.get(lease.space);
    inSpace?.delete(lease);
    if (inSpace?.size === 0) this.#bySpace.delete(lease.space);
  }

  #reclaimSlots(): void {
    this.#forgetEnded(this.#leases.values());
    // Listed after the handles of these slots have ended: whoever could have found one live is among them.
    const rows = protocol.claimedRows(this.#ports);
    for (const slot of this.#lingeringSlots) {
      if (protocol.viewsUnder(rows, slot) !== 0) continue;
      this.#lingeringSlots.delete(slot);
      this.#freeSlots.push(slot);
    }
  }

  /** What stands against a grant: a live lease, or the wish of somebody who came before `self`. */
  #obstacle(holder: string, requests: readonly LeaseRequest[], self: LeaseWaiter | null): Obstacle | null {
    for (const request of requests) {
      if (request.mode === "pin") continue;
      for (const lease of this.#liveIn(request.space)) {
        if (!lease.resting && conflict(lease, request)) return obstacleOf(holder, request, lease, true);
      }
      const ahead = this.#line.ahead(request, self);
      if (ahead !== null) return obstacleOf(holder, request, ahead, false);
    }
    return null;
  }

  /** Makes leases of requests that nothing stands against. */
  #open(
    holder: string,
    requests: readonly LeaseRequest[],
    stack: string | undefined,
    recall: (() => void) | null = null,
  ): Lease[] {
    if (this.#freeSlots.length < requests.length) this.#reclaimSlots();
    const room = this.#freeSlots.length + HANDLES_MAX - this.#nextSlot;
    if (room < requests.length) {
      throw new MemoryError(
        `cannot grant ${requests.length} leases to ${holder}: ${this.#leases.size} of HANDLES_MAX = ${HANDLES_MAX} are live`,
      );
    }
    const since = Date.now();
    return requests.map((request) => {
      const slot = this.#freeSlots.pop() ?? this.#nextSlot++;
      const bounds = byteBounds(request.extent, request.extent.itemsize);
      protocol.setRegion(this.#ports, slot, { ...bounds, writable: request.mode === "write" });
      const lease: Lease = {
        ...request,
        holder,
        since,
        stack,
        handle: protocol.openHandle(this.#ports, slot),
        resting: false,
        recall,
        orphaned: false,
      };
      this.#leases.set(slot, lease);
      if (lease.mode !== "pin") this.#awake++;
      const inSpace = this.#bySpace.get(request.space);
      if (inSpace === undefined) this.#bySpace.set(request.space, new Set([lease]));
      else inSpace.add(lease);
      return lease;
    });
  }

  /** Gives leases to those who wait in some spaces, as far as nothing stands against it any more. */
  #advance(spaces: Set<object>): void {
    for (let next = spaces; next.size > 0 && this.#line.size > 0;) {
      const refused: LeaseWaiter[] = [];
      for (const waiter of this.#line.waitersIn(next)) {
        if (this.#obstacle(waiter.holder, waiter.requests, waiter) !== null) continue;
        this.#line.remove(waiter);
        if (!this.#serve(waiter)) refused.push(waiter);
      }
      // Whoever stood behind one that was refused, with a wish for other memory than this, may have its turn too.
      next = spacesOf(refused.flatMap(({ requests }) => requests));
    }
  }

  /** Gives leases to somebody whose turn it is, and who isn't in the line. @returns false if it was refused them */
  #serve(waiter: LeaseWaiter): boolean {
    let leases: Lease[];
    try {
      waiter.check();
      leases = this.#open(waiter.holder, waiter.requests, waiter.stack);
    } catch (error) {
      waiter.refused(error);
      return false;
    }
    waiter.granted(leases);
    return true;
  }

  #refuse(waiters: readonly LeaseWaiter[], errorOf: () => unknown): void {
    for (const waiter of waiters) {
      this.#line.remove(waiter);
      waiter.refused(errorOf());
    }
    this.#advance(spacesOf(waiters.flatMap(({ requests }) => requests)));
  }
}

function spacesOf(requests: readonly LeaseRequest[]): Set<object> {
  return new Set(requests.map(({ space }) => space));
}
