/**
 * How a group of cases is timed: by tinybench, in rounds.
 *
 * Cases take turns, round after round, so that a machine that slows down for a while slows all of them, and their
 * ratios hold. Statistics are those of the samples of all rounds.
 *
 * Units: budgets are milliseconds, results microseconds.
 *
 * @module
 */
import { Bench } from "tinybench";
import { type Batch, batchOf, type BatchEffort } from "./batch.ts";
import type { CaseResult, Group, Latency } from "./report.ts";

/** One way of doing a group's work. */
export interface Case {
  readonly name: string;
  /** Does the work once. A promise that it returns is waited for. */
  readonly run: () => unknown;
  readonly isAsync: boolean;
  /** Runs whenever the case has its turn, before its first sample: makes ready what the work finds there. */
  readonly beforeAll?: () => void | Promise<void>;
}

export interface GroupPlan extends Omit<Group, "cases"> {
  readonly cases: readonly Case[];
  readonly effort: Effort;
  /** Runs before each run, outside of its time. */
  readonly beforeEach?: () => void | Promise<void>;
  /** A sample is the mean of as many runs as take so long together: for clocks that step. Default: of one run. */
  readonly batch?: BatchEffort;
}

/** How much is spent on each case. */
export interface Effort {
  readonly rounds: number;
  /** In each round samples are taken for at least this long, time between samples not counted... */
  readonly timeMs: number;
  /** ...and at least so many. */
  readonly samplesMin: number;
  /** Before the first round, and not timed. */
  readonly warmupMs: number;
}

const FULL: Effort = { rounds: 3, timeMs: 150, samplesMin: 10, warmupMs: 100 };
const QUICK: Effort = { rounds: 2, timeMs: 1, samplesMin: 3, warmupMs: 1 };

export function effortOf(quick: boolean): Effort {
  return quick ? QUICK : FULL;
}

/**
 * Times every case of a group.
 *
 * @throws what a case throws
 */
export async function measureGroup({ cases, effort, beforeEach, batch, ...group }: GroupPlan): Promise<Group> {
  const batches = new Map<string, Batch>();
  if (batch !== undefined) for (const timed of cases) batches.set(timed.name, await batchOf(timed, batch, beforeEach));
  const samples = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    const bench = new Bench({
      time: effort.timeMs,
      iterations: effort.samplesMin,
      warmup: round === 0,
      warmupTime: effort.warmupMs,
      warmupIterations: effort.samplesMin,
      retainSamples: true,
      throws: true,
    });
    for (const { name, run, isAsync, beforeAll } of cases) {
      const inBatches = batches.get(name);
      bench.add(name, inBatches?.run ?? run, {
        async: inBatches?.isAsync ?? isAsync,
        ...(beforeAll === undefined ? {} : { beforeAll }),
        // A batch has it before each of its runs.
        ...(beforeEach === undefined || inBatches !== undefined ? {} : { beforeEach }),
      });
    }
    for (const { name, result } of await bench.run()) {
      if (!("latency" in result)) throw new Error(`cannot time "${name}": its state is ${result.state}`);
      const runs = batches.get(name)?.runs ?? 1;
      for (const ms of result.latency.samples ?? []) samples.get(name)!.push((ms * 1000) / runs);
    }
  }
  return { ...group, cases: resultsOf(samples, group.reference) };
}

/** What the samples of each case amount to, in microseconds. @param reference - the case that ratios refer to */
export function resultsOf(samples: ReadonlyMap<string, readonly number[]>, reference: string): CaseResult[] {
  const results = Array.from(samples, ([name, us]) => ({ name, samples: us.length, latencyUs: latencyOf(us) }));
  const base = results.find(({ name }) => name === reference);
  if (base === undefined) throw new Error(`internal: no case has the name of the reference, "${reference}"`);
  return results.map((result) => ({ ...result, ratio: result.latencyUs.p50 / base.latencyUs.p50 }));
}

/** Quantiles of samples, interpolated between neighbours. */
export function latencyOf(samples: readonly number[]): Latency {
  const sorted = Float64Array.from(samples).sort();
  const quantile = (q: number): number => {
    const position = q * (sorted.length - 1);
    const below = sorted[Math.floor(position)]!;
    const above = sorted[Math.ceil(position)]!;
    return below + (above - below) * (position % 1);
  };
  return {
    min: quantile(0),
    p25: quantile(0.25),
    p50: quantile(0.5),
    p75: quantile(0.75),
    p99: quantile(0.99),
    max: quantile(1),
  };
}
