/**
 * Begins jobs at a steady rate, without waiting for any, and tells how many are under way meanwhile.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";

/** How many jobs, and how fast. */
export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
}

/** The queue, as the feeder saw it at some time. */
export interface Look {
  /** Since the first job could have been begun. */
  readonly ms: number;
  /** Jobs that should have been begun by then, and are not settled: a feeder that comes late counts as well. */
  readonly behind: number;
}

export interface Fed {
  readonly jobs: number;
  /** From the call to its promise being settled, of each job. */
  readonly latenciesUs: readonly number[];
  readonly looks: readonly Look[];
  /** Jobs that were begun and not settled: the most at any time, and when the last had been begun. */
  readonly pendingMax: number;
  readonly pendingAtEnd: number;
}

/** Jobs become due all the time, and are begun about so often: a program is told of them by its event loop. */
const TICK_MS = 1;

/** The part of the time in which a queue that doesn't grow has been empty once. */
const LAST_PART = 1 / 4;

/** Work of less than so many milliseconds counts as an empty queue: it is what becomes due between a few ticks. */
const EMPTY_MS = 5;

/**
 * Begins jobs for a while, and waits until all have settled.
 *
 * @throws what the first job that failed has thrown
 */
export async function feed(begin: () => Promise<unknown>, { perSecond, seconds }: Rate): Promise<Fed> {
  const jobs = Math.round(perSecond * seconds);
  const looks: Look[] = [];
  const line = new Line(begin);
  const start = performance.now();
  while (line.begun < jobs && !line.hasFailed) {
    const ms = performance.now() - start;
    const due = Math.min(jobs, Math.floor((ms / 1000) * perSecond));
    looks.push({ ms, behind: due - line.settled });
    while (line.begun < due) {
      line.beginOne();
      // What settled at once is counted before the next is begun.
      await Promise.resolve();
    }
    await setTimeout(TICK_MS);
  }
  const pendingAtEnd = line.pending;
  while (line.pending > 0) await setTimeout(TICK_MS);
  line.throwFirst();
  return { jobs, looks, latenciesUs: line.latenciesUs, pendingMax: line.pendingMax, pendingAtEnd };
}

/** The jobs that were begun. */
class Line {
  begun = 0;
  settled = 0;
  pendingMax = 0;
  readonly latenciesUs: number[] = [];
  readonly #begin: () => Promise<unknown>;
  readonly #errors: unknown[] = [];

  constructor(begin: () => Promise<unknown>) {
    this.#begin = begin;
  }

  get pending(): number {
    return this.begun - this.settled;
  }

  get hasFailed(): boolean {
    return this.#errors.length > 0;
  }

  beginOne(): void {
    const start = performance.now();
    const settle = (): void => {
      this.settled++;
      this.latenciesUs.push((performance.now() - start) * 1000);
    };
    this.begun++;
    this.#begin().then(settle, (error: unknown) => {
      this.#errors.push(error);
      settle();
    });
    this.pendingMax = Math.max(this.pendingMax, this.pending);
  }

  /** @throws what the first job that failed has thrown */
  throwFirst(): void {
    if (this.hasFailed) throw this.#errors[0];
  }
}

/**
 * Whether the jobs were done as fast as they came: then the queue was empty now and then, to the end. One that grows is
 * not, however slowly; one that has been held up for a moment is again.
 */
export function keepsUp(looks: readonly Look[], { perSecond, seconds }: Rate): boolean {
  const from = 1000 * seconds * (1 - LAST_PART);
  const behindMs = looks.filter(({ ms }) => ms >= from).map(({ behind }) => (1000 * behind) / perSecond);
  return Math.min(...behindMs) < EMPTY_MS;
}

/** The highest of some rates, each twice the one before, at which `feedAt` keeps up; null if the lowest is too high. */
export async function highestRate(
  feedAt: (rate: Rate) => Promise<Pick<Fed, "looks">>,
  lowest: Rate,
  highestPerSecond: number,
): Promise<number | null> {
  let highest: number | null = null;
  for (let rate = lowest; rate.perSecond <= highestPerSecond; rate = { ...rate, perSecond: 2 * rate.perSecond }) {
    const { looks } = await feedAt(rate);
    if (!keepsUp(looks, rate)) break;
    highest = rate.perSecond;
  }
  return highest;
}
