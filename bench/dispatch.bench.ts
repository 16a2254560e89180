/**
 * Decides how small a job may be before handing it to threads costs more than it gains.
 *
 * The fork-join latency of jobs that compute nothing: from the call to its promise being settled. An empty job may be
 * done before a second thread has come; a rendezvous takes all of them. Both are compared with what a Piscina user
 * writes, `Promise.all` over one `pool.run` for each thread.
 *
 * Threads that have nothing to do fall asleep, and waking them is most of the price, hence three gaps before each call:
 * none; 300 µs in which the calling thread computes; 2 ms in which the whole process waits.
 *
 * Then what the promise adds, for loops that the caller could do at once.
 *
 * @module
 */
import { open } from "instride";
import { ASYNC_PATH, asyncPathFinding, measureAsyncPath } from "./dispatch/async-path.ts";
import {
  emptyJob,
  inline,
  type Job,
  loopName,
  parallelFor,
  PREPARED_SYNC,
  prepared,
  preparedSync,
  rendezvousJob,
  verified,
} from "./dispatch/fork-join.ts";
import { piscina } from "./dispatch/piscina.ts";
import { type Effort, effortOf, type GroupPlan, measureGroup } from "./support/measure.ts";
import { plainPiscina } from "./support/plain-piscina.ts";
import { type CaseResult, type Finding, formatSpread, formatUs, type Group } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";
import { computeFor, rest } from "./support/turns.ts";

interface Gap {
  readonly name: string;
  readonly gapUs: number;
  readonly beforeEach?: () => void | Promise<void>;
}

const FORK_JOIN = "fork-join";

const GAPS: readonly Gap[] = [
  { name: "back to back", gapUs: 0 },
  { name: "300 µs after the last", gapUs: 300, beforeEach: () => computeFor(0.3) },
  { name: "2 ms after the last", gapUs: 2000, beforeEach: () => rest(2) },
];

/** Where calls are apart, samples are counted: the time between them would make a budget of time last for ever. */
const APART_SAMPLES = { full: 150, quick: 3 };

/** The ways that findings compare with the reference. */
const HEADLINES = [loopName("prepared", "helps"), PREPARED_SYNC];

/** How many times the reference's time a job is to be under, back to back. */
const BARS: Readonly<Record<string, number>> = { "an empty job": 100, "a rendezvous": 50 };

export const dispatch: Suite = {
  name: "dispatch",
  decides: "how small a job may be before handing it to threads costs more than it gains",
  measure: measureDispatch,
  findings: dispatchFindings,
};

async function* measureDispatch({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  await using runtime = await open({ threads });
  await using alone = await open({ mode: "inline" });
  await using pool = plainPiscina(threads);
  for (const job of [emptyJob(threads), rendezvousJob(threads)]) {
    const reference = piscina(pool, job);
    const ways = [
      reference,
      await prepared(runtime, job, "helps"),
      await preparedSync(runtime, job),
      await prepared(runtime, job, "waits"),
      parallelFor(runtime, job, "helps"),
      parallelFor(runtime, job, "waits"),
      ...(job.takesAll ? [] : [inline(alone, job)]),
    ];
    const cases = await verified(job, ways);
    for (const gap of GAPS) yield await measureGroup(planOf(job, gap, reference.name, cases, quick));
  }
  yield* measureAsyncPath(runtime, effortOf(quick));
}

function planOf(
  job: Job,
  { name, gapUs, ...hooks }: Gap,
  reference: string,
  cases: GroupPlan["cases"],
  quick: boolean,
): GroupPlan {
  return {
    name: `${FORK_JOIN} of ${job.name}, ${name}`,
    parameters: { operation: FORK_JOIN, job: job.name, iterations: job.iterations, gapUs },
    work: null,
    reference,
    cases,
    effort: effortWithGap(gapUs, quick),
    ...hooks,
  };
}

function effortWithGap(gapUs: number, quick: boolean): Effort {
  const effort = effortOf(quick);
  if (gapUs === 0) return effort;
  return { ...effort, timeMs: 0, warmupMs: 0, samplesMin: quick ? APART_SAMPLES.quick : APART_SAMPLES.full };
}

/** How far a prepared loop is below the reference, and what its promise adds. */
export function dispatchFindings(groups: readonly Group[]): Finding[] {
  const of = (operation: string): Group[] => groups.filter(({ parameters }) => parameters["operation"] === operation);
  return [...of(FORK_JOIN).flatMap(forkJoinFindings), ...of(ASYNC_PATH).map(asyncPathFinding)];
}

function forkJoinFindings({ name, parameters, reference, cases }: Group): Finding[] {
  const base = cases.find((result) => result.name === reference)!;
  const bar = parameters["gapUs"] === 0 ? ` (bar: ${BARS[parameters["job"]!]})` : "";
  return cases
    .filter((result) => HEADLINES.includes(result.name))
    .map((loop) => {
      const value = 1 / loop.ratio;
      const times = `${value.toPrecision(3)} times under ${reference}${bar}`;
      return {
        name: `${name}: how many times ${loop.name} is under ${reference}`,
        value,
        unit: "times",
        text: `${name}: ${loop.name} is ${times}: ${timeOf(loop)} against ${timeOf(base)} µs`,
      };
    });
}

function timeOf({ latencyUs }: CaseResult): string {
  return `${formatUs(latencyUs.p50)} (${formatSpread(latencyUs)})`;
}
