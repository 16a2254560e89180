/**
 * The functions of the lease protocol that scenarios run, as a table, so that a mutant can put another in one's place.
 *
 * @module
 */
import {
  attach,
  BELL,
  buryThread,
  claimedRows,
  claimRow,
  claimRowIndex,
  closeHandle,
  detach,
  isLive,
  leasedRegion,
  leaveRow,
  type LeaseHandle,
  type LeasePorts,
  openHandle,
  ringBell,
  setRegion,
  type ThreadLeases,
  viewsUnder,
} from "../../../packages/core/src/leases/lease-protocol.ts";
import type { Port } from "@instride/explorer";

/** Ends a handle, and tells how many views are under its slot then. The owner's steps in `leases.ts`, as one. */
function endAndCount(ports: LeasePorts, handle: LeaseHandle): number {
  closeHandle(ports, handle);
  return viewsUnder(claimedRows(ports), handle.slot);
}

/** Gives a view and its lease back. The steps of a thread of the program's own, in `received-view.ts`. */
function giveBack(thread: ThreadLeases, bell: Port, handle: LeaseHandle): void {
  detach(thread, handle);
  closeHandle(thread, handle);
  ringBell(bell);
}

/** Opens a view. @returns false, after the owner was told, for a handle that has ended: as in `received-view.ts` */
function open(thread: ThreadLeases, bell: Port, handle: LeaseHandle): boolean {
  if (attach(thread, handle)) return true;
  ringBell(bell);
  return false;
}

/** Sleeps until a lease is over and nobody has a view under it. The owner's steps in `return-watch.ts`. */
function awaitReturn(ports: LeasePorts, bell: Port, handle: LeaseHandle): void {
  for (;;) {
    const heard = bell.load(BELL);
    if (!isLive(ports, handle) && viewsUnder(claimedRows(ports), handle.slot) === 0) return;
    bell.wait(BELL, heard, Number.POSITIVE_INFINITY);
  }
}

export const PROTOCOL = {
  attach,
  awaitReturn,
  buryThread,
  claimedRows,
  claimRow,
  claimRowIndex,
  closeHandle,
  detach,
  endAndCount,
  giveBack,
  isLive,
  leasedRegion,
  leaveRow,
  open,
  openHandle,
  setRegion,
  viewsUnder,
};

export type LeaseProtocol = typeof PROTOCOL;
