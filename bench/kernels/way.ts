/**
 * A way of computing a row, and how it is timed: in batches, so that a call of nanoseconds is timed as well as one of
 * seconds. Programs in other processes do the same with themselves (`child.ts`).
 *
 * Units: budgets are milliseconds, samples microseconds.
 *
 * @module
 */
import { nextTurn } from "../support/turns.ts";
import type { Numbers } from "./inputs.ts";
import type { Row } from "./workloads.ts";

export interface Way {
  readonly name: string;
  /** How many times the tolerance its result is allowed: 1 unless it is known to compute less exactly. */
  readonly leeway?: number;
  /** Computes the row once, over whatever an earlier run has left. @returns the elements of the result, in C order */
  result(): Promise<ArrayLike<number>>;
  /** Times it. @returns the time of one run for each batch */
  sample(effort: SampleEffort): Promise<number[]>;
}

/** A program that knows how to compute rows. */
export interface Rival extends AsyncDisposable {
  readonly name: string;
  /** What of it is measured, with versions; or why it isn't. */
  readonly remark: string;
  /** Takes the operands of a row to where they are at home. @param operands - they stay as they are */
  load(row: Row, operands: readonly Numbers[]): Promise<Loaded>;
}

/** A row that is ready to be computed, until it is disposed of. */
export interface Loaded {
  /** None where the program can't say it. */
  readonly ways: readonly Way[];
  readonly dispose: () => void;
}

/** A row that a program can't say. */
export const CANNOT: Loaded = { ways: [], dispose: () => {} };

export interface SampleEffort {
  /** For so long at least, or until there is one sample. */
  readonly timeMs: number;
  /** Before that, untimed. */
  readonly warmupMs: number;
  /** What a batch takes at least. Default {@link BATCH_US}. */
  readonly batchUs?: number;
}

/** What a batch takes at least: long enough for clocks, and for a turn of the event loop to cost nothing beside it. */
export const BATCH_US = 50;

/** What a way of this process consists of. */
export interface LocalWay {
  readonly name: string;
  readonly leeway?: number;
  /** Computes the row once. A promise that it returns is waited for. */
  readonly run: () => unknown;
  readonly isAsync: boolean;
  /** Overwrites the place of the result, where there is one. */
  readonly spoil?: () => void;
  /** Comes before its samples of a round, untimed. */
  readonly beforeTurn?: () => Promise<void>;
  /** What the last run has computed. */
  readonly read: () => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** Makes a way of what runs in this process. */
export function localWay({ run, isAsync, spoil, beforeTurn, read, ...names }: LocalWay): Way {
  return {
    ...names,
    async result() {
      await beforeTurn?.();
      spoil?.();
      await run();
      return read();
    },
    async sample(effort) {
      await beforeTurn?.();
      return isAsync ? sampleAsync(run, effort) : sampleSync(run, effort);
    },
  };
}

async function sampleSync(run: () => unknown, effort: SampleEffort): Promise<number[]> {
  return inBatches(effort, (runs) => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    return performance.now() - start;
  });
}

async function sampleAsync(run: () => unknown, effort: SampleEffort): Promise<number[]> {
  return inBatches(effort, async (runs) => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) await run();
    return performance.now() - start;
  });
}

/** @param batch - runs so often. @returns the milliseconds that it took */
async function inBatches(
  { timeMs, warmupMs, batchUs = BATCH_US }: SampleEffort,
  batch: (runs: number) => number | Promise<number>,
): Promise<number[]> {
  let runs = 1;
  // A run that is repeated often enough for V8 to optimise it, and the length of a batch.
  const warm = performance.now() + warmupMs;
  let isLong = false;
  do {
    const ms = await batch(runs);
    isLong = ms * 1000 >= batchUs;
    if (!isLong) runs *= 2;
  } while (performance.now() < warm || !isLong);
  const samples: number[] = [];
  for (let spent = 0; spent < timeMs || samples.length === 0;) {
    const ms = await batch(runs);
    samples.push((ms * 1000) / runs);
    spent += ms;
    // The caller of a parallel loop has a budget for each turn of the event loop, as in programs.
    await nextTurn();
  }
  return samples;
}
