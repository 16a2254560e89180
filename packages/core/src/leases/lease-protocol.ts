/**
 * How threads share leases: who ends a handle, who has views under it, and what a dead thread leaves.
 *
 * Everything is a function of ports, so that tests can run these very functions under every interleaving. Where the
 * words lie in production is `lease-words.ts`; who may have which memory is decided in `leases.ts`.
 *
 * A **slot** is free or live. A **handle** is a slot in one of its generations. A **row** belongs to one thread, and
 * holds for each slot how many views that thread has under it.
 *
 * | word | written by | means |
 * | --- | --- | --- |
 * | state of a slot | the owner, to make it live; anyone with the handle, to end it | generation, and free or live |
 * | region of a slot | the owner, while the slot is free and no view is counted under it | plain: the bytes that were lent |
 * | view count of a row | the row's thread; the owner once that is dead | views of the thread under a slot |
 * | claim of a row | threads that start; the owner for the dead | the id of the thread that has it; 0 for none |
 * | row count | threads that start | rows from here on were never claimed; only grows |
 * | bell | threads of the program's own | something has been given back; only counts |
 *
 * **One winner.** A handle ends by one compare-exchange of its slot's state from *this generation, live*. Of any number
 * of releases one succeeds, and a stale handle never does, since its generation is not the slot's any more.
 *
 * **No use after the end.** A thread adds to its row, then looks whether the handle is still live. The owner ends the
 * handle, then sums the rows. Words are sequentially consistent, so whichever order these four steps take, the thread is
 * refused or the owner sees it counted. An owner that sees no view counted may use the slot and what was lent under it
 * again: what a view wrote happened before its thread discounted it, and so before the owner saw that it is gone.
 *
 * **Rows are found.** A thread raises the row count before it claims, and it claims before it first looks at a handle. An
 * owner that has seen a handle end and then lists the rows sees every thread that could have found it live.
 *
 * **A region is read under a count.** The owner writes a slot's region only while nobody is counted under it, so a thread
 * counts itself, reads, and discounts itself. To read between two looks at the state would not do: nothing orders a plain
 * read before the atomic load that follows it.
 *
 * **Death.** A count that several threads change can't be repaired when one dies between looking and changing. Here a
 * thread that dies between any two operations leaves its own row behind, and nothing else; the owner clears it once the
 * platform has told it that the thread can run no more, and gives the row away last.
 *
 * **Given back by others.** A thread of a pool gives nothing back: its call does, once the thread is out of it. A thread of
 * the program's own discounts its views, ends the handle, and rings the bell, in this order. The owner reads the bell, looks
 * (ended, and no view counted?), and sleeps until the bell is another: the one or the other sees what came last. A count in
 * vain, of a handle that ends meanwhile, is followed by the bell as well. Such a lease lasts until nobody is counted under
 * it, whoever has ended the handle.
 *
 * **No deadlock.** Nobody waits here: every function ends after a bounded number of its own steps; a step that is tried
 * again has failed since another thread's has succeeded.
 *
 * `pnpm explore --scenario leases` runs these functions in every order of a few threads, with deaths.
 *
 * @module
 */
import type { Port } from "./port.ts";

/** The right to use a region: which slot of the table, in which of its generations. Survives structured clone. */
export interface LeaseHandle {
  readonly slot: number;
  readonly generation: number;
}

/** The bytes that were lent under a handle: `[low, high)` of the buffer. */
export interface LeasedRegion {
  readonly low: number;
  readonly high: number;
  readonly writable: boolean;
}

/** Cells without an order of their own, of integers up to 2^53. */
export type PlainCells = Pick<Port, "readPlain" | "writePlain">;

/** Which handles are live, and what was lent under them. */
export interface HandleTable {
  /** One word for each slot. */
  readonly states: Port;
  readonly slotCount: number;
  /** {@link REGION_CELLS} for each slot. */
  readonly regions: PlainCells;
}

/** What all threads of one owner share. */
export interface LeasePorts extends HandleTable {
  /** One word for each row, and behind them the row count. */
  readonly claims: Port;
  readonly rowsMax: number;
  /** One word for each slot. */
  rowAt(index: number): Port;
}

/** One thread's part in the leases of an owner. */
export interface ThreadLeases extends HandleTable {
  /** The thread's own row. */
  readonly row: Port;
}

/** A row that is claimed, and the id of its thread. */
export interface ClaimedRow {
  readonly thread: number;
  readonly row: Port;
}

export const REGION_CELLS = 3;

/** The one word of the bell. */
export const BELL = 0;

/** The state is the lower two bits of a word, the generation the 29 above them, so that no word is negative. */
const FREE = 0;
const LIVE = 1;
const STATE_BITS = 2;
const STATE_MASK = 0b11;
const GENERATION_MASK = 0x1fff_ffff;

/** Not by a shift, which would cut a number too large to be a generation down to one that is. */
function word(generation: number, state: number): number {
  return generation * 2 ** STATE_BITS + state;
}

/** Claims a row for the calling thread. @returns its part in the leases, or null if all rows are taken */
export function claimRow(ports: LeasePorts, thread: number): ThreadLeases | null {
  const index = claimRowIndex(ports, thread);
  if (index === null) return null;
  const { states, slotCount, regions } = ports;
  return { states, slotCount, regions, row: ports.rowAt(index) };
}

/** As {@link claimRow}. @returns the index of the row */
export function claimRowIndex(ports: LeasePorts, thread: number): number | null {
  const { claims, rowsMax } = ports;
  for (let index = 0; index < rowsMax; index++) {
    if (claims.load(index) !== 0) continue;
    // Counted first: a thread that dies in between leaves a row that is looked at in vain, not one that nobody finds.
    raiseRowCount(ports, index + 1);
    // One compare-exchange decides which of two starting threads gets the row. Pairs with the stores in `buryThread` and `leaveRow`.
    if (claims.compareExchange(index, 0, thread) === 0) return index;
  }
  return null;
}

/** Gives the row of the calling thread back. It counts no view there, nor will it. */
export function leaveRow({ claims }: LeasePorts, index: number): void {
  // Its words are zeros by then. Pairs with the compare-exchange in `claimRowIndex`.
  claims.store(index, 0);
}

function raiseRowCount({ claims, rowsMax }: LeasePorts, count: number): void {
  for (let seen = claims.load(rowsMax); seen < count;) {
    // Several threads start at once: the largest count stays, whoever comes first. Pairs with the load in `rowCount`.
    const found = claims.compareExchange(rowsMax, seen, count);
    if (found === seen) return;
    seen = found;
  }
}

function rowCount({ claims, rowsMax }: LeasePorts): number {
  // Threads of the program's own have the words, too: whatever they may have written there, no more rows are looked at.
  return Math.min(claims.load(rowsMax), rowsMax);
}

/** All rows that are claimed. */
export function claimedRows(ports: LeasePorts): ClaimedRow[] {
  const rows: ClaimedRow[] = [];
  const count = rowCount(ports);
  for (let index = 0; index < count; index++) {
    const thread = ports.claims.load(index);
    if (thread !== 0) rows.push({ thread, row: ports.rowAt(index) });
  }
  return rows;
}

/** Forgets a thread that has died, with the views that it still had. The owner calls it, once the thread can run no more. */
export function buryThread(ports: LeasePorts, thread: number): void {
  const count = rowCount(ports);
  for (let index = 0; index < count; index++) {
    if (ports.claims.load(index) !== thread) continue;
    const row = ports.rowAt(index);
    for (let slot = 0; slot < ports.slotCount; slot++) if (row.load(slot) !== 0) row.store(slot, 0);
    // Clear first, give away then: the next thread starts from zeros. Pairs with the compare-exchange in `claimRowIndex`.
    ports.claims.store(index, 0);
  }
}

/**
 * Says what is lent under a slot that is free, and under which no view is counted. Only the owner calls it, before
 * {@link openHandle}.
 */
export function setRegion({ regions }: HandleTable, slot: number, { low, high, writable }: LeasedRegion): void {
  const cell = slot * REGION_CELLS;
  regions.writePlain(cell, low);
  regions.writePlain(cell + 1, high);
  regions.writePlain(cell + 2, writable ? 1 : 0);
}

/** The bytes that were lent under a handle, or null if it is not live. */
export function leasedRegion(thread: ThreadLeases, handle: LeaseHandle): LeasedRegion | null {
  // Pairs with `viewsUnder`, after which the owner may write the region anew.
  if (!attach(thread, handle)) return null;
  const { regions } = thread;
  const cell = handle.slot * REGION_CELLS;
  const region: LeasedRegion = {
    low: regions.readPlain(cell),
    high: regions.readPlain(cell + 1),
    writable: regions.readPlain(cell + 2) === 1,
  };
  detach(thread, handle);
  return region;
}

/** Makes a free slot live under its next generation. Only the owner calls it. */
export function openHandle({ states }: HandleTable, slot: number): LeaseHandle {
  const generation = ((states.load(slot) >>> STATE_BITS) + 1) & GENERATION_MASK;
  // Pairs with the load in `isLive`: a thread that sees the word sees the grant that came before it.
  states.store(slot, word(generation, LIVE));
  return { slot, generation };
}

/**
 * Ends a handle.
 *
 * @returns true for the one caller, of however many on however many threads, that ended it
 */
export function closeHandle(table: HandleTable, handle: LeaseHandle): boolean {
  if (!isLive(table, handle)) return false;
  const { slot, generation } = handle;
  const live = word(generation, LIVE);
  // One compare-exchange decides: two releases that race can't both win, and a stale handle can't win at all.
  return table.states.compareExchange(slot, live, word(generation, FREE)) === live;
}

/** True while the handle has not been ended. False for numbers that are no handle. */
export function isLive({ states, slotCount }: HandleTable, { slot, generation }: LeaseHandle): boolean {
  const isSlot = Number.isInteger(slot) && slot >= 0 && slot < slotCount;
  if (!isSlot) return false;
  const state = states.load(slot);
  return (state & STATE_MASK) === LIVE && state >>> STATE_BITS === generation;
}

/**
 * Counts one more view of this thread under a handle.
 *
 * @returns false, with nothing counted, if the handle is not live
 */
export function attach(thread: ThreadLeases, handle: LeaseHandle): boolean {
  if (!isLive(thread, handle)) return false;
  thread.row.add(handle.slot, 1);
  // Count first, then look again. Pairs with `closeHandle` followed by `viewsUnder` on the owner: one of the two sees
  // the other, so no thread goes on under a handle whose end the owner took for unused.
  if (isLive(thread, handle)) return true;
  thread.row.sub(handle.slot, 1);
  return false;
}

/**
 * Has the owner look at what has come back. A thread that is not of a pool calls it after it has discounted a view under a
 * handle that has ended: also one that it counted in vain, since the owner may have seen that count.
 */
export function ringBell(bell: Port): void {
  // The number is another before anybody is woken, so an owner that looked before it does not sleep after it. Pairs with
  // the load and the wait of who looks: `return-watch.ts`.
  bell.add(BELL, 1);
  bell.notify(BELL, Number.POSITIVE_INFINITY);
}

/** Counts one view of this thread less. The caller attached it, and detaches it once. */
export function detach({ row }: ThreadLeases, { slot }: LeaseHandle): void {
  // Pairs with the load in `viewsUnder`: what the view wrote happened before the owner saw it gone.
  row.sub(slot, 1);
}

/**
 * Views that the threads of some rows have under a slot.
 *
 * 0 for {@link claimedRows} listed after the slot's handle has ended says that no thread has one, nor ever will.
 */
export function viewsUnder(rows: readonly ClaimedRow[], slot: number): number {
  let count = 0;
  for (const { row } of rows) count += row.load(slot);
  return count;
}
