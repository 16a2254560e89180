/**
 * The state of the model, and where each part of it lies: memory, threads, counts, clocks.
 *
 * All of it is in one array that can go back in time. Nothing here decides anything.
 *
 * @module
 */
import { HappensBefore } from "./happens-before.ts";
import type { Program } from "./program.ts";
import { ReversibleCells } from "./reversible-cells.ts";

/** What a thread is doing. From `ENDED` on it has exited. */
export const RUNNING = 0;
export const WAITING = 1;
export const ENDED = 2;
export const DEAD = 3;

/** What is counted, per schedule. */
export const STEPS = 0;
export const DEATHS = 1;
export const TIMEOUTS = 2;
export const SPURIOUS_WAKES = 3;
const COUNTERS = 4;

/** Cells of each thread: what it is doing, its history, and the step at which it began to wait. */
const STATUS = 0;
const HISTORY = 1;
const TICKET = 2;
const THREAD_CELLS = 3;

export class ModelState {
  /** The location that stands for the deaths of threads: it has a version like a word, and no value. */
  readonly deathsLocation: number;
  readonly happensBefore: HappensBefore;
  readonly #cells: ReversibleCells;
  /** Where the parts begin. Values are at 0. */
  readonly #versions: number;
  readonly #seen: number;
  readonly #threads: number;
  readonly #counters: number;

  constructor(program: Program) {
    const { locationCount, threadCount } = program;
    this.deathsLocation = locationCount;
    this.#versions = locationCount;
    this.#seen = this.#versions + locationCount + 1;
    this.#threads = this.#seen + (locationCount + 1) * threadCount;
    this.#counters = this.#threads + THREAD_CELLS * threadCount;
    const clocks = this.#counters + COUNTERS;
    this.#cells = new ReversibleCells(clocks + HappensBefore.size(threadCount, locationCount));
    this.#cells.values.set(program.initialValues);
    this.happensBefore = new HappensBefore(this.#cells, clocks, threadCount, locationCount);
  }

  /** Names this moment, for {@link rollback}. */
  mark(): number {
    return this.#cells.mark();
  }

  rollback(mark: number): void {
    this.#cells.rollback(mark);
  }

  valueAt(location: number): number {
    return this.#cells.values[location]!;
  }

  /** A thread learns the value of a location. */
  see(thread: number, location: number): void {
    this.#cells.set(this.#seenBy(thread, location), this.#cells.values[this.#versions + location]!);
  }

  /** Whether another thread has written to a location since this one saw it. */
  hasChanged(thread: number, location: number): boolean {
    const { values } = this.#cells;
    return values[this.#seenBy(thread, location)]! !== values[this.#versions + location]!;
  }

  /** A thread writes a value. To itself that is no change. */
  change(thread: number, location: number, value: number): void {
    const hasChanged = this.hasChanged(thread, location);
    this.#cells.set(location, value);
    this.touch(location);
    if (!hasChanged) this.see(thread, location);
  }

  /** Makes a location one that has changed, for all who saw it. */
  touch(location: number): void {
    const version = this.#versions + location;
    this.#cells.set(version, this.#cells.values[version]! + 1);
  }

  statusOf(thread: number): number {
    return this.#cells.values[this.#threads + THREAD_CELLS * thread + STATUS]!;
  }

  setStatus(thread: number, status: number): void {
    this.#cells.set(this.#threads + THREAD_CELLS * thread + STATUS, status);
  }

  /** The id of a thread's history. */
  historyOf(thread: number): number {
    return this.#cells.values[this.#threads + THREAD_CELLS * thread + HISTORY]!;
  }

  setHistory(thread: number, id: number): void {
    this.#cells.set(this.#threads + THREAD_CELLS * thread + HISTORY, id);
  }

  /** Who has the lower ticket waits longer. */
  ticketOf(thread: number): number {
    return this.#cells.values[this.#threads + THREAD_CELLS * thread + TICKET]!;
  }

  setTicket(thread: number, ticket: number): void {
    this.#cells.set(this.#threads + THREAD_CELLS * thread + TICKET, ticket);
  }

  countOf(counter: number): number {
    return this.#cells.values[this.#counters + counter]!;
  }

  count(counter: number): void {
    this.#cells.set(this.#counters + counter, this.countOf(counter) + 1);
  }

  #seenBy(thread: number, location: number): number {
    return this.#seen + thread * (this.deathsLocation + 1) + location;
  }
}
