/**
 * A loan for many runs of one loop: granted once, and counted while a run is under way.
 *
 * Between runs its leases rest: nobody else is kept from the memory, but it stays where it is.
 *
 * @module
 */
import type { ArrayStorage } from "../memory/array-storage.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Lease } from "./lease-request.ts";
import type { LeaseTable } from "./leases.ts";

/** A view that is lent out, and the lease under which it travels. */
export interface Loan {
  readonly lease: Lease;
  readonly descriptor: Descriptor;
}

export class StandingLoan {
  readonly loans: readonly Loan[];
  readonly #table: LeaseTable;
  readonly #holder: string;
  readonly #leases: readonly Lease[];
  readonly #storages: readonly ArrayStorage[];
  #runs = 0;

  constructor(table: LeaseTable, holder: string, loans: readonly Loan[], storages: readonly ArrayStorage[]) {
    this.loans = loans;
    this.#table = table;
    this.#holder = holder;
    this.#leases = loans.map(({ lease }) => lease);
    this.#storages = storages;
  }

  /**
   * Begins a run. Two at once are possible if neither writes.
   *
   * @throws a `BorrowError` if another holder's lease stands against it, that of another run among them; a
   *   `PoisonedError`
   */
  begin(): void {
    for (const storage of this.#storages) storage.check();
    this.#table.wake(this.#holder, this.#leases);
    this.#runs++;
  }

  /** Ends a run. */
  end(): void {
    if (--this.#runs === 0) this.#table.rest(this.#leases);
  }

  /** Gives the loan back. No run is under way. */
  release(): void {
    this.#table.releaseAll(this.#leases);
  }
}
