/**
 * Which accesses happen before which, by ECMA-262, and which two plain ones nothing orders.
 *
 * Each thread has a vector clock: for every thread, how many of its operations happened before. What hands a clock on:
 *
 * - an atomic read, from the atomic write whose value it reads (a store replaces the clock of a word; a read-modify-
 *   write has read the word, so it keeps what was there);
 * - a wait and a notify, from whoever was last in the critical section of that word's list of waiters: all waits,
 *   notifies, wakes and time-outs of one word are in one order;
 * - a thread's end or death, to whoever observes it.
 *
 * Two accesses to one cell race if neither happens before the other, one writes, and they are not both atomic.
 *
 * Source: ECMA-262, "Memory Model" (happens-before, data races), `EnterCriticalSection` and `LeaveCriticalSection`.
 *
 * @module
 */
import type { ReversibleCells } from "./reversible-cells.ts";

/** The earlier access of a race. `epoch` counts the operations of its thread, from 1. */
export interface EarlierAccess {
  readonly thread: number;
  readonly epoch: number;
}

/** The tables for each location: two clocks, and the last accesses of each thread. */
const TABLES = 6;

export class HappensBefore {
  readonly #cells: ReversibleCells;
  readonly #threads: number;
  /** Where the tables of clocks begin: for each thread, then for each location one row of a number for each thread. */
  readonly #clocks: number;
  readonly #wordClocks: number;
  readonly #listClocks: number;
  readonly #plainWrites: number;
  readonly #plainReads: number;
  readonly #atomicWrites: number;
  readonly #atomicReads: number;

  /** How many cells are used. */
  static size(threads: number, locations: number): number {
    return threads * (threads + TABLES * locations);
  }

  constructor(cells: ReversibleCells, start: number, threads: number, locations: number) {
    this.#cells = cells;
    this.#threads = threads;
    this.#clocks = start;
    const table = threads * locations;
    const tables = start + threads * threads;
    this.#wordClocks = tables;
    this.#listClocks = tables + table;
    this.#plainWrites = tables + 2 * table;
    this.#plainReads = tables + 3 * table;
    this.#atomicWrites = tables + 4 * table;
    this.#atomicReads = tables + 5 * table;
  }

  /** A thread begins its operation number `epoch`, from 1. */
  begin(thread: number, epoch: number): void {
    this.#cells.set(this.#clocks + thread * this.#threads + thread, epoch);
  }

  readWord(thread: number, location: number): EarlierAccess | null {
    this.#join(this.#clockOf(thread), this.#wordClocks + location * this.#threads);
    this.#record(this.#atomicReads, thread, location);
    return this.#unordered(this.#plainWrites, thread, location);
  }

  writeWord(thread: number, location: number): EarlierAccess | null {
    this.#copy(this.#wordClocks + location * this.#threads, this.#clockOf(thread));
    this.#record(this.#atomicWrites, thread, location);
    return this.#unordered(this.#plainWrites, thread, location) ?? this.#unordered(this.#plainReads, thread, location);
  }

  readPlain(thread: number, location: number): EarlierAccess | null {
    this.#record(this.#plainReads, thread, location);
    return (
      this.#unordered(this.#plainWrites, thread, location) ?? this.#unordered(this.#atomicWrites, thread, location)
    );
  }

  writePlain(thread: number, location: number): EarlierAccess | null {
    this.#record(this.#plainWrites, thread, location);
    return (
      this.#unordered(this.#plainWrites, thread, location) ??
      this.#unordered(this.#plainReads, thread, location) ??
      this.#unordered(this.#atomicWrites, thread, location) ??
      this.#unordered(this.#atomicReads, thread, location)
    );
  }

  /** A thread enters the critical section of a word's waiters. */
  enterList(thread: number, location: number): void {
    this.#join(this.#clockOf(thread), this.#listClocks + location * this.#threads);
  }

  leaveList(thread: number, location: number): void {
    this.#copy(this.#listClocks + location * this.#threads, this.#clockOf(thread));
  }

  /** What an exited thread did happened before what the observer does next. */
  observeExit(observer: number, exited: number): void {
    this.#join(this.#clockOf(observer), this.#clockOf(exited));
  }

  #clockOf(thread: number): number {
    return this.#clocks + thread * this.#threads;
  }

  #join(into: number, from: number): void {
    const { values } = this.#cells;
    for (let thread = 0; thread < this.#threads; thread++) {
      const seen = values[from + thread]!;
      if (seen > values[into + thread]!) this.#cells.set(into + thread, seen);
    }
  }

  #copy(into: number, from: number): void {
    const { values } = this.#cells;
    for (let thread = 0; thread < this.#threads; thread++) this.#cells.set(into + thread, values[from + thread]!);
  }

  #record(table: number, thread: number, location: number): void {
    const epoch = this.#cells.values[this.#clockOf(thread) + thread]!;
    this.#cells.set(table + location * this.#threads + thread, epoch);
  }

  /** The last access of another thread in a table that did not happen before what `thread` does. */
  #unordered(table: number, thread: number, location: number): EarlierAccess | null {
    const { values } = this.#cells;
    const row = table + location * this.#threads;
    const clock = this.#clockOf(thread);
    for (let other = 0; other < this.#threads; other++) {
      const epoch = values[row + other]!;
      if (epoch > values[clock + other]!) return { thread: other, epoch };
    }
    return null;
  }
}
