/**
 * The functions of the lease protocol that scenarios run, as a table, so that a mutant can put another in one's place.
 *
 * @module
 */
import {
  attach,
  buryThread,
  claimedRows,
  claimRow,
  closeHandle,
  detach,
  isLive,
  leasedRegion,
  type LeaseHandle,
  type LeasePorts,
  openHandle,
  setRegion,
  viewsUnder,
} from "../../../packages/core/src/leases/lease-protocol.ts";

/** Ends a handle, and tells how many views are under its slot then. The owner's steps in `leases.ts`, as one. */
function endAndCount(ports: LeasePorts, handle: LeaseHandle): number {
  closeHandle(ports, handle);
  return viewsUnder(claimedRows(ports), handle.slot);
}

export const PROTOCOL = {
  attach,
  buryThread,
  claimedRows,
  claimRow,
  closeHandle,
  detach,
  endAndCount,
  isLive,
  leasedRegion,
  openHandle,
  setRegion,
  viewsUnder,
};

export type LeaseProtocol = typeof PROTOCOL;
