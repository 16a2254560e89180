/**
 * Who waits for leases, and in which order: first come, first served among those that stand against each other.
 *
 * Somebody who waits holds nothing, since all of its leases are granted at once. So there is no circle of holders that
 * wait for each other, and no deadlock. Nobody is passed by a later request that conflicts with its own, so that
 * neither a stream of readers keeps a writer waiting for ever, nor one of writers a reader. Requests that don't conflict
 * don't wait for each other.
 *
 * @module
 */
import { conflict, type Lease, type LeaseRequest } from "./lease-request.ts";

/** Requests that can wait at once. */
export const WAITERS_MAX = 16_384;

/** Somebody who wants leases, and can wait for them. */
export interface LeaseWaiter {
  readonly holder: string;
  /** Granted together. */
  readonly requests: readonly LeaseRequest[];
  /** Where it was asked, if that is recorded. */
  readonly stack: string | undefined;
  /** Is asked when its turn has come. @throws if what it wants can't be lent any more */
  check(): void;
  /** Is told once, of its leases or of why it gets none. */
  granted(leases: Lease[]): void;
  refused(error: unknown): void;
}

/** The line of those who wait. */
export class LeaseLine {
  /** In the order in which they came, as are those of each space. */
  readonly #waiters: Set<LeaseWaiter> = new Set();
  readonly #bySpace: Map<object, Set<LeaseWaiter>> = new Map();

  get size(): number {
    return this.#waiters.size;
  }

  has(waiter: LeaseWaiter): boolean {
    return this.#waiters.has(waiter);
  }

  /** The last place in the line. */
  add(waiter: LeaseWaiter): void {
    this.#waiters.add(waiter);
    for (const { space } of waiter.requests) {
      const inSpace = this.#bySpace.get(space);
      if (inSpace === undefined) this.#bySpace.set(space, new Set([waiter]));
      else inSpace.add(waiter);
    }
  }

  /** @returns false for one that isn't in the line */
  remove(waiter: LeaseWaiter): boolean {
    if (!this.#waiters.delete(waiter)) return false;
    for (const { space } of waiter.requests) {
      const inSpace = this.#bySpace.get(space);
      inSpace?.delete(waiter);
      if (inSpace?.size === 0) this.#bySpace.delete(space);
    }
    return true;
  }

  /** All who wait. */
  get all(): LeaseWaiter[] {
    return [...this.#waiters];
  }

  /** Those who want something in one of `spaces`: of each space in order. */
  waitersIn(spaces: Iterable<object>): LeaseWaiter[] {
    const found = new Set<LeaseWaiter>();
    for (const space of spaces) for (const waiter of this.#bySpace.get(space) ?? []) found.add(waiter);
    return [...found];
  }

  /**
   * What somebody wants that came before `self` (or at all, if that isn't in the line) and conflicts with `request`.
   *
   * Cost: those who wait in the request's space, up to the first that conflicts.
   */
  ahead(request: LeaseRequest, self: LeaseWaiter | null): (LeaseRequest & { readonly holder: string }) | null {
    for (const waiter of this.#bySpace.get(request.space) ?? []) {
      if (waiter === self) return null;
      const wanted = waiter.requests.find((other) => conflict(other, request));
      if (wanted !== undefined) return { ...wanted, holder: waiter.holder };
    }
    return null;
  }
}
