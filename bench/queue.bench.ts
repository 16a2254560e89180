/**
 * Decides whether a program may have small jobs run without waiting for each, and how many a second.
 *
 * Jobs become due at a steady rate and are begun every millisecond, as from an event loop, while others are under way:
 * the threads keep up, or a queue grows. A job is one iteration for each thread, and counts that it was run. Piscina's
 * users write a `Promise.all` over one `pool.run` for each thread.
 *
 * @module
 */
import { open } from "instride";
import { EMPTY_KERNEL } from "./jobs/kernels.ts";
import { runCounts } from "./jobs/run-counts.ts";
import { type Fed, feed, highestRate, keepsUp, type Rate } from "./queue/feed.ts";
import { gather } from "./support/gather.ts";
import { resultsOf } from "./support/measure.ts";
import { plainPiscina, PROMISE_ALL, promiseAll } from "./support/plain-piscina.ts";
import type { Finding, Group } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";
import { verifyRuns } from "./support/verify-runs.ts";

/** A way of having the job run once. */
export interface Way {
  readonly name: string;
  readonly begin: () => Promise<unknown>;
  /** Makes ready what the jobs find there. */
  readonly beforeAll: () => Promise<void>;
}

/** At this rate the queue is not to grow. */
const BAR: Rate = { perSecond: 10_000, seconds: 2 };
const QUICK: Rate = { perSecond: 1000, seconds: 0.05 };

/** How long a rate is tried, in seconds, and where the search ends. */
const TRY_SECONDS = 0.5;
const HIGHEST = { full: 1_280_000, quick: 2000 };

export const queue: Suite = {
  name: "queue",
  decides: "whether small jobs may be begun without waiting for each, and how many a second",
  measure: measureQueue,
};

async function* measureQueue({ threads, quick }: SuiteContext): AsyncGenerator<Group | Finding> {
  await using runtime = await open({ threads });
  await using pool = plainPiscina(threads);
  const counts = runCounts(threads);
  const options = { over: threads, args: counts };
  using waits = await runtime.prepare(EMPTY_KERNEL, { ...options, caller: "waits" });
  using helps = await runtime.prepare(EMPTY_KERNEL, { ...options, caller: "helps", inlineBelowUs: 0 });
  const runTasks = promiseAll(pool, threads, "empty");
  const beforeAll = (): Promise<void> => gather(runtime);
  const ways: Way[] = [
    { name: PROMISE_ALL, begin: () => runTasks(counts), beforeAll: async () => {} },
    { name: "parallelFor, caller waits", begin: () => runtime.parallelFor(EMPTY_KERNEL, options), beforeAll },
    { name: "prepared, caller waits", begin: () => waits.run(), beforeAll },
    { name: "prepared, caller helps", begin: () => helps.run(), beforeAll },
  ];
  const rate = quick ? QUICK : BAR;
  const samples = new Map<string, readonly number[]>();
  const findings: Finding[] = [];
  for (const way of ways) await feedVerified(way, counts, { ...rate, seconds: QUICK.seconds });
  for (const way of ways) {
    const fed = await feedVerified(way, counts, rate);
    samples.set(way.name, fed.latenciesUs);
    findings.push(...queueFindings(way.name, rate, fed));
    const lowest = quick ? rate : { ...rate, seconds: TRY_SECONDS };
    const highest = quick ? HIGHEST.quick : HIGHEST.full;
    const found = await highestRate((tried) => feedVerified(way, counts, tried), lowest, highest);
    findings.push(rateFinding(way.name, found, lowest.perSecond, highest));
  }
  yield {
    name: `${rate.perSecond} jobs a second for ${rate.seconds} s, none waited for`,
    parameters: { operation: "queue", iterations: threads, ...rate },
    work: null,
    reference: PROMISE_ALL,
    cases: resultsOf(samples, PROMISE_ALL),
  };
  yield* findings;
}

/** @throws a `WrongResultError` unless each job was run once */
async function feedVerified({ name, begin, beforeAll }: Way, counts: Int32Array, rate: Rate): Promise<Fed> {
  await beforeAll();
  let fed: Fed;
  await verifyRuns(name, counts, async () => {
    fed = await feed(begin, rate);
    return fed.jobs;
  });
  return fed!;
}

/** The greatest queue, and what was left in the end. */
export function queueFindings(way: string, rate: Rate, { looks, pendingMax, pendingAtEnd }: Fed): Finding[] {
  const subject = `${rate.perSecond} jobs a second, ${way}`;
  const verdict = keepsUp(looks, rate) ? "the queue doesn't grow, it runs empty to the end" : "the queue grows";
  return [
    {
      name: `${subject}: greatest number pending`,
      value: pendingMax,
      unit: "jobs",
      text: `${subject}: at most ${pendingMax} pending`,
    },
    {
      name: `${subject}: pending at the end`,
      value: pendingAtEnd,
      unit: "jobs",
      text: `${subject}: ${pendingAtEnd} pending at the end: ${verdict}`,
    },
  ];
}

/** The highest rate at which a way was seen to keep up, of those from `lowest` to `highest`, each twice the one before. */
export function rateFinding(way: string, value: number | null, lowest: number, highest: number): Finding {
  const name = `highest rate that ${way} keeps up with`;
  const rate = value === null ? `less than ${lowest}` : value === highest ? `${value} or more` : `${value}`;
  return { name, value, unit: "jobs/s", text: `${name}: ${rate} jobs a second` };
}
