import { expect, test, vi } from "vitest";
import { MemoryError, ValueError } from "../src/errors.ts";
import {
  attach,
  buryThread,
  claimedRows,
  claimRow,
  closeHandle,
  countViews,
  createWords,
  detach,
  HANDLES_MAX,
  isLive,
  leasedRegion,
  type LeaseHandle,
  openHandle,
  setRegion,
  WORKERS_MAX,
} from "../src/lease-words.ts";
import { raceOf, TestThread } from "./test-thread.ts";

const GENERATIONS = 2 ** 29;

test("lease words: survive structured clone as the same memory", () => {
  const words = createWords();
  const clone = structuredClone(words);
  const handle = openHandle(words.states, 5);
  expect(isLive(clone.states, structuredClone(handle))).toBe(true);
  closeHandle(clone.states, handle);
  expect(isLive(words.states, handle)).toBe(false);
});

test("lease words: a slot opened again is another generation, and the older handle stays dead", () => {
  const { states } = createWords();
  const first = openHandle(states, 0);
  expect(isLive(states, first)).toBe(true);
  expect(closeHandle(states, first)).toBe(true);
  const second = openHandle(states, 0);
  expect(second).toEqual({ slot: 0, generation: first.generation + 1 });
  expect([isLive(states, first), isLive(states, second)]).toEqual([false, true]);
  expect(closeHandle(states, first)).toBe(false);
  expect(isLive(states, second)).toBe(true);
});

test("lease words: generations count up to 2^29 and begin again, with words that are never negative", () => {
  const { states } = createWords();
  states[3] = (GENERATIONS - 1) * 4;
  const handle = openHandle(states, 3);
  expect(handle.generation).toBe(0);
  expect(isLive(states, handle)).toBe(true);
  expect(closeHandle(states, handle)).toBe(true);
  states[3] = (GENERATIONS - 2) * 4;
  const last = openHandle(states, 3);
  expect(last.generation).toBe(GENERATIONS - 1);
  expect(states[3]).toBeGreaterThan(0);
  expect(isLive(states, last)).toBe(true);
});

test("closeHandle: is true once", () => {
  const { states } = createWords();
  const handle = openHandle(states, 1);
  expect([1, 2, 3].map(() => closeHandle(states, handle))).toEqual([true, false, false]);
});

test("isLive, closeHandle, attach: what is no handle is not live, is not closed, and counts nothing", () => {
  const words = createWords();
  const thread = claimRow(words, 1);
  const { slot, generation } = openHandle(words.states, 1);
  const forged: LeaseHandle[] = [
    { slot: -1, generation },
    { slot: HANDLES_MAX, generation },
    { slot: 1.5, generation },
    { slot: Number.NaN, generation },
    { slot, generation: generation + 1 },
    { slot, generation: generation + 0.25 },
    // Cut to 32 bits these would be the live word.
    { slot, generation: generation + 2 ** 30 },
    { slot, generation: generation - 2 ** 30 },
    { slot, generation: generation + 2 ** 32 },
    { slot, generation: Number.NaN },
    { slot: 2, generation: 0 },
  ];
  for (const handle of forged) {
    expect([isLive(words.states, handle), closeHandle(words.states, handle), attach(thread, handle)]).toEqual([
      false,
      false,
      false,
    ]);
  }
  expect(isLive(words.states, { slot, generation })).toBe(true);
  expect(thread.row.every((count) => count === 0)).toBe(true);
});

test("attach, detach: count the views of a thread under each slot", () => {
  const words = createWords();
  const thread = claimRow(words, 1);
  const [a, b] = [openHandle(words.states, 0), openHandle(words.states, 7)];
  for (const handle of [a, a, b]) expect(attach(thread, handle)).toBe(true);
  expect([countViews(thread.row, 0), countViews(thread.row, 7)]).toEqual([2, 1]);
  detach(thread, a);
  expect([countViews(thread.row, 0), countViews(thread.row, 7)]).toEqual([1, 1]);
});

test("attach: is refused after the handle was closed, and counts nothing", () => {
  const words = createWords();
  const thread = claimRow(words, 1);
  const handle = openHandle(words.states, 0);
  expect(attach(thread, handle)).toBe(true);
  closeHandle(words.states, handle);
  expect(attach(thread, handle)).toBe(false);
  expect(countViews(thread.row, 0)).toBe(1);
});

test("leasedRegion: tells the bytes of a live handle to any thread, and nothing of a dead one", () => {
  const words = createWords();
  const thread = claimRow(structuredClone(words), 1);
  const region = { low: 64, high: 2 ** 33 + 1, writable: true };
  setRegion(words, HANDLES_MAX - 1, region);
  const handle = openHandle(words.states, HANDLES_MAX - 1);
  expect(leasedRegion(thread, handle)).toEqual(region);
  expect(leasedRegion(thread, { ...handle, generation: 9 })).toBe(null);
  closeHandle(words.states, handle);
  expect(leasedRegion(thread, handle)).toBe(null);
  setRegion(words, HANDLES_MAX - 1, { low: 0, high: 1, writable: false });
  expect(leasedRegion(thread, handle)).toBe(null);
  const next = openHandle(words.states, HANDLES_MAX - 1);
  expect(leasedRegion(thread, next)).toEqual({ low: 0, high: 1, writable: false });
});

test("claimRow: threads have rows of their own", () => {
  const words = createWords();
  const handle = openHandle(words.states, 4);
  const [one, two] = [claimRow(words, 11), claimRow(words, 12)];
  attach(one, handle);
  attach(two, handle);
  attach(two, handle);
  const counts = claimedRows(words).map(({ thread, row }) => [thread, countViews(row, 4)]);
  expect(counts).toEqual([
    [11, 1],
    [12, 2],
  ]);
});

test("claimRow: WORKERS_MAX threads have a row, one more is refused until one was buried", () => {
  const words = createWords();
  for (let thread = 1; thread <= WORKERS_MAX; thread++) claimRow(words, thread);
  expect(claimedRows(words)).toHaveLength(WORKERS_MAX);
  expect(() => claimRow(words, 1000)).toThrow(MemoryError);
  expect(() => claimRow(words, 1000)).toThrow(
    `cannot give thread 1000 a row of leases: WORKERS_MAX = ${WORKERS_MAX} threads have one`,
  );
  buryThread(words, 17);
  claimRow(words, 1000);
  expect(claimedRows(words).map(({ thread }) => thread)).toContain(1000);
});

test("claimRow: refuses ids that are no thread's", () => {
  for (const thread of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    expect(() => claimRow(createWords(), thread)).toThrow(ValueError);
  }
});

test("buryThread: clears the row of one thread, all of it, and gives the row away", () => {
  const words = createWords();
  const [dead, alive] = [claimRow(words, 1), claimRow(words, 2)];
  for (const slot of [0, 1, HANDLES_MAX - 1]) {
    const handle = openHandle(words.states, slot);
    attach(dead, handle);
    attach(alive, handle);
  }
  buryThread(words, 1);
  expect(claimedRows(words).map(({ thread }) => thread)).toEqual([2]);
  expect(alive.row.reduce((sum, count) => sum + count)).toBe(3);
  expect(claimRow(words, 3).row.every((count) => count === 0)).toBe(true);
  buryThread(words, 99);
  expect(claimedRows(words).map(({ thread }) => thread)).toEqual([3, 2]);
});

test("closeHandle: race — of threads that close the same handles, exactly one wins each", async () => {
  await using one = new TestThread();
  await using two = new TestThread();
  const words = createWords();
  const handles = Array.from({ length: 4096 }, (_, slot) => openHandle(words.states, slot));
  const race = raceOf(handles, 2);
  const outcomes = await Promise.all([one, two].map((thread) => thread.ask<boolean[]>({ kind: "close", words, race })));
  const winners = handles.map((_, i) => outcomes.filter((won) => won[i]).length);
  expect(winners.every((count) => count === 1)).toBe(true);
  expect(handles.some((handle) => isLive(words.states, handle))).toBe(false);
});

test("attach: looks again after it has counted: a handle that ended in between is refused", () => {
  const words = createWords();
  const thread = claimRow(words, 1);
  const handle = openHandle(words.states, 0);
  const { add } = Atomics;
  const between = vi.spyOn(Atomics, "add").mockImplementationOnce((...args: Parameters<typeof add>) => {
    closeHandle(words.states, handle);
    return add(...args);
  });
  expect(attach(thread, handle)).toBe(false);
  expect([between.mock.calls.length, countViews(thread.row, 0)]).toEqual([1, 0]);
  between.mockRestore();
});

test("attach: race — a thread that got in before the end is seen by whoever ended the handle", async () => {
  await using closer = new TestThread();
  await using user = new TestThread();
  const words = createWords();
  await user.ask({ kind: "join", words, thread: 1 });
  const handles = Array.from({ length: 4096 }, (_, slot) => openHandle(words.states, slot));
  const race = raceOf(handles, 2);
  const [seen, attached] = await Promise.all([
    closer.ask<number[]>({ kind: "closeAndCount", words, race }),
    user.ask<boolean[]>({ kind: "attach", words, race }),
  ]);
  const { row } = claimedRows(words)[0]!;
  for (const [slot, isIn] of attached.entries()) {
    if (isIn) expect(seen[slot]).toBe(1);
    expect(countViews(row, slot)).toBe(isIn ? 1 : 0);
  }
});

test("buryThread: clears what a thread left that was ended in the middle of its work", async () => {
  const words = createWords();
  const handle = openHandle(words.states, 0);
  {
    await using thread = new TestThread();
    await thread.ask({ kind: "join", words, thread: 5 });
    await thread.ask({ kind: "attach", words, race: raceOf([handle, handle, handle], 1) });
  }
  expect(claimedRows(words).map(({ thread, row }) => [thread, countViews(row, 0)])).toEqual([[5, 3]]);
  buryThread(words, 5);
  expect(claimedRows(words)).toEqual([]);
});
