/**
 * The shared words of leases: which handles are live, and how many views each thread has under each.
 *
 * Three arrays, all words 32 bits wide and touched by Atomics alone:
 *
 * - `states`, one word for each slot: the state in the lower two bits, the generation in the 29 above them, so that no
 *   word is negative. The owner writes it to grant; whoever holds the handle may end it, and one compare-exchange
 *   decides who does.
 * - `rows`, for each thread one word for each slot: how many views that thread has under the handle. Only that thread
 *   writes it, so a thread that dies between any two operations leaves exactly its own row behind, and the owner
 *   clears it. There is no shared counter that could be off by one.
 * - `claims`, one word for each row: the id of the thread that has it, or 0; and one for how many rows may have
 *   been claimed, so that nobody looks through those that have not.
 *
 * Beside them lie the `regions`, plain numbers that the owner writes before it makes a handle live: the bytes that were
 * lent under it, so that a thread can tell a descriptor that claims more.
 *
 * A slot is used again under the next generation, so a handle kept too long is refused, not mistaken for another.
 *
 * @module
 */
import { describe, MemoryError, ValueError } from "./errors.ts";

/** Handles that can be live at once. A row takes four bytes for each. */
export const HANDLES_MAX = 16_384;

/** Threads that can have views at once, the owner among them. Untouched rows take no memory. */
export const WORKERS_MAX = 256;

/** Ids are words. */
const THREAD_MAX = 0x7fff_ffff;

const FREE = 0;
const LIVE = 1;
const STATE_BITS = 2;
const GENERATION_MASK = 0x1fff_ffff;

/** The right to use a region: which slot of the table, in which of its generations. Survives structured clone. */
export interface LeaseHandle {
  readonly slot: number;
  readonly generation: number;
}

/** Not by a shift, which would cut a number too large to be a generation down to one that is. */
function word(generation: number, state: number): number {
  return generation * 2 ** STATE_BITS + state;
}

/** The shared words of one owner. They survive structured clone, as the same memory. */
export interface LeaseWords {
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly claims: Int32Array<SharedArrayBuffer>;
  readonly rows: Int32Array<SharedArrayBuffer>;
  readonly regions: Float64Array<SharedArrayBuffer>;
}

/** The bytes that were lent under a handle: `[low, high)` of the buffer. */
export interface LeasedRegion {
  readonly low: number;
  readonly high: number;
  readonly writable: boolean;
}

const REGION_FIELDS = 3;

/** Makes the shared words of one owner: all handles free, all rows unclaimed. */
export function createWords(): LeaseWords {
  return {
    states: sharedWords(HANDLES_MAX),
    claims: sharedWords(WORKERS_MAX + 1),
    rows: sharedWords(WORKERS_MAX * HANDLES_MAX),
    regions: new Float64Array(new SharedArrayBuffer(HANDLES_MAX * REGION_FIELDS * Float64Array.BYTES_PER_ELEMENT)),
  };
}

function sharedWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

/** One thread's part in the leases of an owner. */
export interface ThreadLeases {
  readonly states: Int32Array<SharedArrayBuffer>;
  /** The thread's own row. */
  readonly row: Int32Array<SharedArrayBuffer>;
  readonly regions: Float64Array<SharedArrayBuffer>;
}

/**
 * Claims a row for the calling thread.
 *
 * @param thread - its id: from 1 to 2^31 - 1, and of no other living thread
 * @throws {@link MemoryError} if {@link WORKERS_MAX} threads have one
 * @throws {@link ValueError} for an id out of range: 0 stands for no thread
 */
export function claimRow(words: LeaseWords, thread: number): ThreadLeases {
  if (!Number.isInteger(thread) || thread < 1 || thread > THREAD_MAX) {
    throw new ValueError(
      `cannot claim a row of leases for thread ${describe(thread)}: expected an integer from 1 to 2^31 - 1`,
    );
  }
  for (let index = 0; index < WORKERS_MAX; index++) {
    if (Atomics.load(words.claims, index) !== 0) continue;
    // Counted first: a thread that dies in between leaves a row that is looked at in vain, not one that nobody finds.
    raiseRowCount(words.claims, index + 1);
    // One compare-exchange decides which of two starting threads gets the row.
    if (Atomics.compareExchange(words.claims, index, 0, thread) !== 0) continue;
    return { states: words.states, row: rowAt(words, index), regions: words.regions };
  }
  throw new MemoryError(`cannot give thread ${thread} a row of leases: WORKERS_MAX = ${WORKERS_MAX} threads have one`);
}

/** The word of `claims` that counts the rows which may have been claimed. */
const ROW_COUNT: number = WORKERS_MAX;

function raiseRowCount(claims: Int32Array, count: number): void {
  for (let seen = Atomics.load(claims, ROW_COUNT); seen < count;) {
    // Several threads start at once: the largest count stays, whoever comes first. Pairs with the load in `rowCount`.
    const found = Atomics.compareExchange(claims, ROW_COUNT, seen, count);
    if (found === seen) return;
    seen = found;
  }
}

function rowCount(words: LeaseWords): number {
  return Atomics.load(words.claims, ROW_COUNT);
}

function rowAt(words: LeaseWords, index: number): Int32Array<SharedArrayBuffer> {
  return words.rows.subarray(index * HANDLES_MAX, (index + 1) * HANDLES_MAX);
}

/** A row that is claimed, and the id of its thread. */
export interface ClaimedRow {
  readonly thread: number;
  readonly row: Int32Array<SharedArrayBuffer>;
}

/** All rows that are claimed. */
export function claimedRows(words: LeaseWords): ClaimedRow[] {
  const rows: ClaimedRow[] = [];
  const count = rowCount(words);
  for (let index = 0; index < count; index++) {
    const thread = Atomics.load(words.claims, index);
    if (thread !== 0) rows.push({ thread, row: rowAt(words, index) });
  }
  return rows;
}

/** Forgets a thread that has died, with the views that it still had. The owner calls it, once the thread can run no more. */
export function buryThread(words: LeaseWords, thread: number): void {
  const count = rowCount(words);
  for (let index = 0; index < count; index++) {
    if (Atomics.load(words.claims, index) !== thread) continue;
    const row = rowAt(words, index);
    for (let slot = 0; slot < row.length; slot++) if (Atomics.load(row, slot) !== 0) Atomics.store(row, slot, 0);
    // Clear first, give away then: the next thread starts from zeros. Pairs with the compare-exchange in `claimRow`.
    Atomics.store(words.claims, index, 0);
  }
}

/** Says what is lent under a slot that is free. Only the owner calls it, before {@link openHandle}. */
export function setRegion({ regions }: LeaseWords, slot: number, { low, high, writable }: LeasedRegion): void {
  regions.set([low, high, writable ? 1 : 0], slot * REGION_FIELDS);
}

/** The bytes that were lent under a handle, or null if it is not live. */
export function leasedRegion({ states, regions }: ThreadLeases, handle: LeaseHandle): LeasedRegion | null {
  if (!isLive(states, handle)) return null;
  const [low, high, writable] = regions.subarray(handle.slot * REGION_FIELDS, (handle.slot + 1) * REGION_FIELDS);
  // The owner writes a region only while its slot is free, so what was read between two looks at a live handle is of it.
  return isLive(states, handle) ? { low: low!, high: high!, writable: writable === 1 } : null;
}

/** Makes a free slot live under its next generation. Only the owner calls it. */
export function openHandle(states: Int32Array, slot: number): LeaseHandle {
  const generation = ((Atomics.load(states, slot) >>> STATE_BITS) + 1) & GENERATION_MASK;
  // Pairs with the load in `isLive`: a thread that sees the word sees the grant that came before it.
  Atomics.store(states, slot, word(generation, LIVE));
  return { slot, generation };
}

/**
 * Ends a handle.
 *
 * @returns true for the one caller, of however many on however many threads, that ended it
 */
export function closeHandle(states: Int32Array, handle: LeaseHandle): boolean {
  if (!isLive(states, handle)) return false;
  const { slot, generation } = handle;
  const live = word(generation, LIVE);
  // One compare-exchange decides: two releases that race can't both win, and a stale handle can't win at all.
  return Atomics.compareExchange(states, slot, live, word(generation, FREE)) === live;
}

/** True while the handle has not been ended. False for numbers that are no handle. */
export function isLive(states: Int32Array, { slot, generation }: LeaseHandle): boolean {
  const isSlot = Number.isInteger(slot) && slot >= 0 && slot < states.length;
  return isSlot && Atomics.load(states, slot) === word(generation, LIVE);
}

/**
 * Counts one more view of this thread under a handle.
 *
 * @returns false, with nothing counted, if the handle is not live
 */
export function attach({ states, row }: ThreadLeases, handle: LeaseHandle): boolean {
  if (!isLive(states, handle)) return false;
  Atomics.add(row, handle.slot, 1);
  // Count first, then look again. Pairs with `closeHandle` followed by `countViews` on the owner: one of the two sees
  // the other, so no thread goes on under a handle whose end the owner took for unused.
  if (isLive(states, handle)) return true;
  Atomics.sub(row, handle.slot, 1);
  return false;
}

/** Counts one view of this thread less. The caller attached it, and detaches it once. */
export function detach({ row }: ThreadLeases, handle: LeaseHandle): void {
  // Pairs with the load in `countViews`: what the view wrote happened before the owner saw it gone.
  Atomics.sub(row, handle.slot, 1);
}

/** Views that one thread has under a slot. */
export function countViews(row: Int32Array, slot: number): number {
  return Atomics.load(row, slot);
}
