/**
 * Faults in the protocol of leases, each in a scenario that must notice it.
 *
 * @module
 */
import { mutate, type Scenario } from "@instride/explorer";
import {
  attach,
  BELL,
  buryThread,
  claimedRows,
  closeHandle,
  detach,
  isLive,
  openHandle,
  REGION_CELLS,
  ringBell,
  viewsUnder,
} from "../../../packages/core/src/leases/lease-protocol.ts";
import {
  countedByTwo,
  endedInMidOperation,
  freedIfUnused,
  keptTooLong,
  regionOfReusedSlot,
  takenByNewcomer,
  takenWhileEnding,
} from "../leases/attaching.ts";
import { copiedWhileEnding, handedOver } from "../leases/copying.ts";
import { LIVE, SECOND_REGION, stateWord } from "../leases/lease-memories.ts";
import { type LeaseProtocol, PROTOCOL } from "../leases/protocol.ts";
import { releasedByTwo, releasedTooLate } from "../leases/releasing.ts";
import { claimedBy, diesWithViews, inheritedRow, survivesTheOther } from "../leases/rows.ts";
import { givenBack, revoked } from "../leases/visiting.ts";
import { mutant } from "./mutant.ts";

const protocolWith = (faults: Partial<LeaseProtocol>): LeaseProtocol => ({ ...PROTOCOL, ...faults });

/** Looks at the state alone. */
const attachesToAnyGeneration: LeaseProtocol["attach"] = ({ states, row }, { slot }) => {
  if (states.load(slot) % 4 !== LIVE) return false;
  row.add(slot, 1);
  return true;
};

const looksOnce: LeaseProtocol["attach"] = (thread, handle) => {
  if (!isLive(thread, handle)) return false;
  thread.row.add(handle.slot, 1);
  return true;
};

const countsLast: LeaseProtocol["attach"] = (thread, handle) => {
  if (!isLive(thread, handle) || !isLive(thread, handle)) return false;
  thread.row.add(handle.slot, 1);
  return true;
};

const staysCounted: LeaseProtocol["attach"] = (thread, handle) => {
  if (!isLive(thread, handle)) return false;
  thread.row.add(handle.slot, 1);
  return isLive(thread, handle);
};

const attachesAndDetaches: LeaseProtocol["attach"] = (thread, handle) => {
  const isIn = attach(thread, handle);
  if (isIn) detach(thread, handle);
  return isIn;
};

/** As CPython's release: look at the flag, then set it. */
const releasesInTwoSteps: LeaseProtocol["closeHandle"] = (table, handle) => {
  if (!isLive(table, handle)) return false;
  table.states.store(handle.slot, stateWord(handle.generation, 0));
  return true;
};

const countsThenEnds: LeaseProtocol["endAndCount"] = (ports, handle) => {
  const count = viewsUnder(claimedRows(ports), handle.slot);
  closeHandle(ports, handle);
  return count;
};

const listsRowsThenEnds: LeaseProtocol["endAndCount"] = (ports, handle) => {
  const rows = claimedRows(ports);
  closeHandle(ports, handle);
  return viewsUnder(rows, handle.slot);
};

const claimsThenCounts: LeaseProtocol["claimRow"] = (ports, thread) => {
  const { claims, rowsMax } = ports;
  for (let index = 0; index < rowsMax; index++) {
    if (claims.compareExchange(index, 0, thread) !== 0) continue;
    if (claims.load(rowsMax) < index + 1) claims.store(rowsMax, index + 1);
    return { ...ports, row: ports.rowAt(index) };
  }
  return null;
};

const givesAwayThenClears: LeaseProtocol["buryThread"] = (ports, thread) => {
  const index = [0, 1].findIndex((row) => ports.claims.load(row) === thread);
  if (index < 0) return;
  ports.claims.store(index, 0);
  ports.rowAt(index).store(0, 0);
};

const clearsAllRows: LeaseProtocol["buryThread"] = (ports, thread) => {
  buryThread(ports, thread);
  for (const { row } of claimedRows(ports)) row.store(0, 0);
};

const keepsGeneration: LeaseProtocol["openHandle"] = ({ states }, slot) => {
  const generation = states.load(slot) >>> 2;
  states.store(slot, stateWord(generation, LIVE));
  return { slot, generation };
};

const writesRegionLast: LeaseProtocol["openHandle"] = (table, slot) => {
  const handle = openHandle(table, slot);
  table.regions.writePlain(slot * REGION_CELLS, SECOND_REGION.low);
  return handle;
};

/** As it was first: nothing orders what is read between two looks before the second. */
const looksAround: LeaseProtocol["leasedRegion"] = (thread, handle) => {
  if (!isLive(thread, handle)) return null;
  const [low, high, writable] = [0, 1, 2].map((cell) => thread.regions.readPlain(handle.slot * REGION_CELLS + cell));
  return isLive(thread, handle) ? { low: low!, high: high!, writable: writable === 1 } : null;
};

const detachesBeforeItReads: LeaseProtocol["leasedRegion"] = (thread, handle) => {
  if (!attach(thread, handle)) return null;
  detach(thread, handle);
  const [low, high, writable] = [0, 1, 2].map((cell) => thread.regions.readPlain(handle.slot * REGION_CELLS + cell));
  return { low: low!, high: high!, writable: writable === 1 };
};

const ringsFirst: LeaseProtocol["giveBack"] = (thread, bell, handle) => {
  ringBell(bell);
  detach(thread, handle);
  closeHandle(thread, handle);
};

const looksThenHears: LeaseProtocol["awaitReturn"] = (ports, bell, handle) => {
  for (;;) {
    if (!isLive(ports, handle) && viewsUnder(claimedRows(ports), handle.slot) === 0) return;
    bell.wait(BELL, bell.load(BELL), Number.POSITIVE_INFINITY);
  }
};

const looksAtTheHandleAlone: LeaseProtocol["awaitReturn"] = (ports, bell, handle) => {
  while (isLive(ports, handle)) bell.wait(BELL, bell.load(BELL), 1);
};

const LENT_MUTANTS: readonly Scenario[] = [
  mutant("a thread rings before it gives back", givenBack(1, protocolWith({ giveBack: ringsFirst }))),
  mutant("the bell is not heard before the owner looks", givenBack(1, protocolWith({ awaitReturn: looksThenHears }))),
  mutant("memory is back while a view of it is counted", revoked(protocolWith({ awaitReturn: looksAtTheHandleAlone }))),
  mutant(
    "a thread that counted itself in vain tells nobody",
    revoked(protocolWith({ open: (thread, _bell, handle) => attach(thread, handle) })),
  ),
];

export const LEASE_MUTANTS: readonly Scenario[] = [
  ...LENT_MUTANTS,
  mutant("a release is a load and a store", mutate(releasedByTwo(), { kind: "split-update", memory: "states" })),
  mutant("a release tests the flag, then sets it", releasedByTwo(protocolWith({ closeHandle: releasesInTwoSteps }))),
  mutant("a late release ends the next lease", releasedTooLate(protocolWith({ closeHandle: releasesInTwoSteps }))),
  mutant("a release ends any generation", mutate(releasedTooLate(), { kind: "ignore-expected", memory: "states" })),
  mutant("a view looks at no generation", keptTooLong(protocolWith({ attach: attachesToAnyGeneration }))),
  mutant("a slot keeps its generation", releasedTooLate(protocolWith({ openHandle: keepsGeneration }))),
  mutant("a view looks once, then counts", takenWhileEnding(1, false, protocolWith({ attach: looksOnce }))),
  mutant("a view counts after both looks", takenWhileEnding(1, false, protocolWith({ attach: countsLast }))),
  mutant("a view that is refused stays counted", keptTooLong(protocolWith({ attach: staysCounted }))),
  mutant(
    "a view is given back twice",
    mutate(takenWhileEnding(1, false), { kind: "repeat-update", memory: "row0", thread: "user0", nth: 2 }),
  ),
  mutant(
    "a view is never given back",
    mutate(takenWhileEnding(1, false), { kind: "drop-update", memory: "row0", thread: "user0", nth: 2 }),
  ),
  mutant(
    "a view is given back before it is used",
    takenWhileEnding(1, false, protocolWith({ attach: attachesAndDetaches, detach: () => {} })),
  ),
  mutant(
    "one count for two threads, by plain increments",
    mutate(countedByTwo(PROTOCOL, [0, 0]), { kind: "split-update", memory: "row0" }),
  ),
  mutant("counts are plain", mutate(endedInMidOperation(), { kind: "plain-load", memory: "row0", thread: "owner" })),
  mutant("the owner counts, then ends the handle", freedIfUnused(protocolWith({ endAndCount: countsThenEnds }))),
  mutant(
    "the owner lists rows, then ends the handle",
    takenByNewcomer(protocolWith({ endAndCount: listsRowsThenEnds })),
  ),
  mutant(
    "a copy is made after its view was given back",
    copiedWhileEnding(protocolWith({ attach: attachesAndDetaches, detach: () => {} })),
  ),
  mutant("a copy looks once whether the lease is live", copiedWhileEnding(protocolWith({ attach: looksOnce }))),
  mutant("the owner lends again while a view is counted", handedOver(protocolWith({ viewsUnder: () => 0 }))),
  mutant("a lease is read before it is granted", handedOver(protocolWith({ attach: () => true, detach: () => {} }))),
  mutant(
    "a row is claimed by a load and a store",
    mutate(claimedBy(2), { kind: "split-update", memory: "claims", word: "CLAIM_0" }),
  ),
  mutant(
    "the row count is raised by a load and a store",
    mutate(claimedBy(3), { kind: "split-update", memory: "claims", word: "ROW_COUNT" }),
  ),
  mutant("a row is counted after it is claimed", diesWithViews(protocolWith({ claimRow: claimsThenCounts }))),
  mutant(
    "the row of the dead is given away, then cleared",
    inheritedRow(protocolWith({ buryThread: givesAwayThenClears })),
  ),
  mutant(
    "the row of the dead is not cleared",
    mutate(diesWithViews(), { kind: "drop-store", memory: "row0", thread: "owner" }),
  ),
  mutant(
    "the row of the dead is not given away",
    mutate(diesWithViews(), { kind: "drop-store", memory: "claims", thread: "owner" }),
  ),
  mutant("the rows of all are cleared", survivesTheOther(protocolWith({ buryThread: clearsAllRows }))),
  mutant(
    "the next lease is opened plainly",
    mutate(regionOfReusedSlot(), { kind: "plain-store", memory: "states", thread: "owner" }),
  ),
  mutant(
    "the region is written after the slot is live",
    regionOfReusedSlot(protocolWith({ openHandle: writesRegionLast })),
  ),
  mutant(
    "a region is read between two looks, uncounted",
    regionOfReusedSlot(protocolWith({ leasedRegion: looksAround })),
  ),
  mutant(
    "a region is read after the count is given back",
    regionOfReusedSlot(protocolWith({ leasedRegion: detachesBeforeItReads })),
  ),
];
