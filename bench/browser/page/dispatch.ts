/**
 * What it costs to have the workers of a page run a job that computes nothing: `dispatch`, in a page.
 *
 * Where the caller helps, an empty job is most often done by the page before a worker has come, and a rendezvous takes the
 * page and one worker less; where it waits, workers do all of it.
 *
 * @module
 */
import { open } from "instride";
import {
  emptyJob,
  inline,
  type Job,
  parallelFor,
  prepared,
  preparedSync,
  rendezvousJob,
  verified,
} from "../../dispatch/fork-join.ts";
import { type Case, effortOf, measureGroup } from "../../support/measure.ts";
import type { Group } from "../../support/report.ts";
import type { SuiteContext } from "../../support/suite.ts";
import { computeFor, rest } from "../../support/turns.ts";
import { sampleUs, WARMUP_MS_MIN } from "./clock.ts";
import { messageWorkers } from "./message-workers.ts";
import { comlinkCalls, comlinkWorkers, POST_MESSAGE, postMessages } from "./rivals.ts";

/** What comes before each call, outside of its time. */
interface Gap {
  readonly name: string;
  readonly gapUs: number;
  readonly beforeEach?: () => void | Promise<void>;
}

const GAPS: readonly Gap[] = [
  { name: "back to back", gapUs: 0 },
  { name: "300 µs after the last", gapUs: 300, beforeEach: () => computeFor(0.3) },
  { name: "4 ms after the last", gapUs: 4000, beforeEach: () => rest(4) },
];

/** Of calls that are apart: samples in each round, and calls in each sample. */
const APART = { full: { samples: 20, runsMax: 8 }, quick: { samples: 1, runsMax: 1 } };

export async function* measureDispatch({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  for (const workers of new Set([1, threads])) yield* measureWith(workers, quick);
}

async function* measureWith(workers: number, quick: boolean): AsyncGenerator<Group> {
  await using runtime = await open({ threads: workers, mode: "threads" });
  await using alone = await open({ mode: "inline" });
  using held = new DisposableStack();
  const bare = messageWorkers(workers, held);
  const wrapped = comlinkWorkers(workers, held);
  // Nobody meets alone.
  const jobs = [emptyJob(workers), ...(workers > 1 ? [rendezvousJob(workers)] : [])];
  for (const job of jobs) {
    const cases = await verified(job, [
      postMessages(bare, job),
      comlinkCalls(wrapped, job),
      await prepared(runtime, job, "helps"),
      // It does all of the job on the page, which may not wait for others.
      ...(job.takesAll ? [] : [await preparedSync(runtime, job)]),
      await prepared(runtime, job, "waits"),
      parallelFor(runtime, job, "helps"),
      parallelFor(runtime, job, "waits"),
      ...(job.takesAll ? [] : [inline(alone, job)]),
    ]);
    for (const gap of GAPS) yield await measureGap(job, gap, workers, cases, quick);
  }
}

function measureGap(
  job: Job,
  { name, gapUs, ...hooks }: Gap,
  workers: number,
  cases: readonly Case[],
  quick: boolean,
): Promise<Group> {
  const effort = effortOf(quick);
  const apart = APART[quick ? "quick" : "full"];
  const isApart = gapUs > 0;
  return measureGroup({
    name: `fork-join of ${job.name}, ${workers === 1 ? "1 worker" : `${workers} workers`}, ${name}`,
    parameters: { operation: "fork-join", job: job.name, iterations: job.iterations, workers, gapUs },
    work: null,
    reference: POST_MESSAGE,
    cases,
    effort: isApart ? { ...effort, timeMs: 0, warmupMs: 0, samplesMin: apart.samples } : effort,
    batch: {
      timeUs: sampleUs(),
      runsMax: isApart ? apart.runsMax : Infinity,
      warmupMs: isApart ? 0 : Math.max(WARMUP_MS_MIN, effort.warmupMs),
    },
    ...hooks,
  });
}
