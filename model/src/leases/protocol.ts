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
  openHandle,
  setRegion,
  viewsUnder,
} from "../../../packages/core/src/lease-protocol.ts";

export const PROTOCOL = {
  attach,
  buryThread,
  claimedRows,
  claimRow,
  closeHandle,
  detach,
  isLive,
  leasedRegion,
  openHandle,
  setRegion,
  viewsUnder,
};

export type LeaseProtocol = typeof PROTOCOL;
