/**
 * This thread as a visitor: its rows in the leases of owners whose pools it is not of.
 *
 * A thread of a pool has a row from its start to its end. A thread of the program's own claims one with the first view of
 * an owner that it opens, and gives it back with the last. So one that has nothing leaves nothing behind when it ends.
 *
 * @module
 */
import { MemoryError } from "../errors.ts";
import { claimRowIndex, leaveRow, type LeasePorts, type ThreadLeases } from "../leases/lease-protocol.ts";
import { leasePorts, type LeaseWords, WORKERS_MAX } from "../leases/lease-words.ts";
import { AtomicsPort } from "../leases/port.ts";

/** The ids of visitors begin here; threads of pools have smaller ones. */
export const VISITOR_ID_MIN: number = 2 ** 30;

/** This thread's part in the leases of one owner, for as long as it has views of it. */
export interface Visit {
  readonly thread: ThreadLeases;
  readonly bell: AtomicsPort;
  /** One view of it is over. The last one gives the row back. */
  leave(): void;
}

/** Of this thread: an owner's words arrive with each packet, as other objects over the same memory. */
const visits = new Set<OwnerVisit>();

/**
 * Begins to use a view of an owner.
 *
 * @throws a {@link MemoryError} if as many threads as there may be have views of it
 */
export function visit(words: LeaseWords): Visit {
  const ports = leasePorts(words);
  let found = [...visits].find((known) => known.isOf(ports));
  if (found === undefined) {
    found = new OwnerVisit(ports, new AtomicsPort(words.bell));
    visits.add(found);
  }
  found.open++;
  return found;
}

class OwnerVisit implements Visit {
  readonly thread: ThreadLeases;
  readonly bell: AtomicsPort;
  /** Views that are in use. */
  open = 0;
  readonly #ports: LeasePorts;
  readonly #id: number;
  readonly #index: number;

  constructor(ports: LeasePorts, bell: AtomicsPort) {
    const id = newId(ports);
    const index = claimRowIndex(ports, id);
    if (index === null) {
      throw new MemoryError(
        `cannot unpack a view: WORKERS_MAX = ${WORKERS_MAX} threads have views of its owner, and rows of its leases`,
      );
    }
    const { states, slotCount, regions } = ports;
    this.thread = { states, slotCount, regions, row: ports.rowAt(index) };
    this.bell = bell;
    this.#ports = ports;
    this.#id = id;
    this.#index = index;
  }

  /** Whether other ports lead to the same memory: there stands this thread's own id then, which no other has. */
  isOf({ claims }: LeasePorts): boolean {
    return claims.load(this.#index) === this.#id;
  }

  leave(): void {
    if (--this.open > 0) return;
    visits.delete(this);
    // An owner that was told that this thread had ended has cleared the row, and another may have it.
    if (this.isOf(this.#ports)) leaveRow(this.#ports, this.#index);
  }
}

/** An id that no other thread has: any of 2^30, but for those that are there. */
function newId({ claims, rowsMax }: LeasePorts): number {
  for (;;) {
    const id = VISITOR_ID_MIN + Math.floor(Math.random() * VISITOR_ID_MIN);
    let isTaken = false;
    for (let index = 0; index < rowsMax; index++) isTaken ||= claims.load(index) === id;
    if (!isTaken) return id;
  }
}
