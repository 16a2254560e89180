/**
 * Runs timed in batches, for clocks that step: those of pages step by 5 µs, and more, so that a single short run is read as
 * none or as a whole step.
 *
 * Where something comes before each run, the times of the runs alone are added up. Each is then off by a part of a step, to
 * either side alike, and the mean is off by less.
 *
 * @module
 */
import type { Case } from "./measure.ts";

export interface BatchEffort {
  /** What the runs of a batch take together, at least, in microseconds. */
  readonly timeUs: number;
  /** No more runs than these: where they are apart, a batch takes far longer than its runs. */
  readonly runsMax: number;
  /** How long runs are repeated before they are counted out, in milliseconds: until V8 has optimised them. */
  readonly warmupMs: number;
}

/** What a batch gives to tinybench: the time of all its runs, in milliseconds. */
interface Timed {
  readonly overriddenDuration: number;
}

/** One sample: so many runs. */
export interface Batch {
  readonly runs: number;
  readonly run: () => Timed | Promise<Timed>;
  readonly isAsync: boolean;
}

/** Batches in a row that have to be long enough: one may have waited for a core. */
const LONG_ONES = 3;

type Before = (() => void | Promise<void>) | undefined;

/** Finds out how many runs make a batch. @param beforeEach - comes before each run, outside of its time */
export async function batchOf(timed: Case, effort: BatchEffort, beforeEach: Before): Promise<Batch> {
  const { run, beforeAll } = timed;
  const isAsync = timed.isAsync || beforeEach !== undefined;
  const time = (runs: number): number | Promise<number> => {
    if (beforeEach !== undefined) return timeApart(run, runs, beforeEach);
    return timed.isAsync ? timeAsync(run, runs) : timeSync(run, runs);
  };
  await beforeAll?.();
  const warm = performance.now() + effort.warmupMs;
  let runs = 1;
  for (let longOnes = 0; (longOnes < LONG_ONES && runs < effort.runsMax) || performance.now() < warm;) {
    if ((await time(runs)) * 1000 >= effort.timeUs) {
      longOnes++;
    } else {
      longOnes = 0;
      runs = Math.min(2 * runs, effort.runsMax);
    }
  }
  const inTurn = (): Timed | Promise<Timed> => {
    const ms = time(runs);
    return typeof ms === "number" ? { overriddenDuration: ms } : ms.then((all) => ({ overriddenDuration: all }));
  };
  return { runs, run: inTurn, isAsync };
}

function timeSync(run: () => unknown, runs: number): number {
  const start = performance.now();
  for (let i = 0; i < runs; i++) run();
  return performance.now() - start;
}

async function timeAsync(run: () => unknown, runs: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < runs; i++) await run();
  return performance.now() - start;
}

async function timeApart(run: () => unknown, runs: number, beforeEach: () => void | Promise<void>): Promise<number> {
  let ms = 0;
  for (let i = 0; i < runs; i++) {
    await beforeEach();
    const start = performance.now();
    await run();
    ms += performance.now() - start;
  }
  return ms;
}
