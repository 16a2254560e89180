/**
 * Two jobs that compute nothing, and the ways of having the threads run them.
 *
 * @module
 */
import type { Runtime } from "instride";
import { EMPTY_KERNEL, RENDEZVOUS_KERNEL } from "../jobs/kernels.ts";
import { arrivalsAt, meetingPoint } from "../jobs/rendezvous.ts";
import { runCounts } from "../jobs/run-counts.ts";
import { check } from "../support/check.ts";
import { gather } from "../support/gather.ts";
import type { Case } from "../support/measure.ts";
import { verifyRuns } from "../support/verify-runs.ts";

type Args = Int32Array<SharedArrayBuffer>;

/** A job of as many iterations as there are threads. */
export interface Job {
  /** As the names of groups have it. */
  readonly name: string;
  /** Whether every thread has to come. */
  readonly takesAll: boolean;
  readonly iterations: number;
  readonly kernel: URL;
  /** The name of the same job as a task. */
  readonly task: string;
  /** What the kernel may be given. */
  readonly args: Args;
  /** What it is given by calls that are timed, where each gives it anew. */
  readonly timedArgs: Args | undefined;
  /** @throws a `WrongResultError` unless `run` runs the job */
  readonly verify: (name: string, run: () => Promise<unknown> | void) => Promise<void>;
}

/** A way of having one job run. */
export interface ForkJoin {
  readonly name: string;
  /** @param args - for the job; a prepared loop has had its own before */
  readonly run: (args: Args | undefined) => Promise<unknown> | void;
  /** Default: true. */
  readonly isAsync?: boolean;
  readonly beforeAll?: () => Promise<void>;
}

type Caller = "helps" | "waits";

/** Each way runs a job so often before it is timed. */
const VERIFIED_RUNS = 5;

/** Nothing to do: one thread may run all of it. */
export function emptyJob(iterations: number): Job {
  const args = runCounts(iterations);
  return {
    name: "an empty job",
    takesAll: false,
    iterations,
    kernel: EMPTY_KERNEL,
    task: "empty",
    args,
    timedArgs: undefined,
    verify: (name, run) => verifyRuns(name, args, () => repeat(run)),
  };
}

/** Each participant waits for all others: every one of them has to come. */
export function rendezvousJob(iterations: number): Job {
  const args = meetingPoint(iterations);
  return {
    name: "a rendezvous",
    takesAll: true,
    iterations,
    kernel: RENDEZVOUS_KERNEL,
    task: "rendezvous",
    args,
    timedArgs: args,
    async verify(name, run): Promise<void> {
      const before = arrivalsAt(args);
      const times = await repeat(run);
      const came = arrivalsAt(args) - before;
      check(
        came === times * iterations,
        `${name}: ${came} participants came to ${times} meetings, expected ${iterations} to each`,
      );
    },
  };
}

async function repeat(run: () => Promise<unknown> | void): Promise<number> {
  for (let times = 0; times < VERIFIED_RUNS; times++) await run();
  return VERIFIED_RUNS;
}

/** As {@link prepared}, without a promise. */
export const PREPARED_SYNC = "prepared, runSync";

/** The name of a loop's way: what is timed in several ways is one job each time. */
export function loopName(call: "prepared" | "parallelFor", caller: Caller): string {
  return `${call}, caller ${caller}`;
}

export async function prepared(runtime: Runtime, { kernel, iterations, args }: Job, caller: Caller): Promise<ForkJoin> {
  const loop = await runtime.prepare(kernel, { over: iterations, args, caller, inlineBelowUs: 0 });
  return { name: loopName("prepared", caller), run: () => loop.run(), beforeAll: () => gather(runtime) };
}

export async function preparedSync(runtime: Runtime, { kernel, iterations, args }: Job): Promise<ForkJoin> {
  const loop = await runtime.prepare(kernel, { over: iterations, args, caller: "helps", inlineBelowUs: 0 });
  const beforeAll = (): Promise<void> => gather(runtime);
  return { name: PREPARED_SYNC, run: () => loop.runSync(), isAsync: false, beforeAll };
}

export function parallelFor(runtime: Runtime, { kernel, iterations }: Job, caller: Caller): ForkJoin {
  return {
    name: loopName("parallelFor", caller),
    run: (args) => runtime.parallelFor(kernel, { over: iterations, args, caller }),
    beforeAll: () => gather(runtime),
  };
}

/** On the calling thread alone. @param runtime - of mode `inline` */
export function inline(runtime: Runtime, { kernel, iterations }: Job): ForkJoin {
  return { name: "inline", run: (args) => runtime.parallelFor(kernel, { over: iterations, args }) };
}

/** The ways as cases, once each has been seen to run the job. */
export async function verified(job: Job, ways: readonly ForkJoin[]): Promise<Case[]> {
  for (const { name, run, beforeAll } of ways) {
    await beforeAll?.();
    await job.verify(`${job.name}, ${name}`, () => run(job.args));
  }
  const { timedArgs } = job;
  return ways.map(({ name, run, isAsync = true, beforeAll }) => ({
    name,
    run: () => run(timedArgs),
    isAsync,
    ...(beforeAll === undefined ? {} : { beforeAll }),
  }));
}
