/**
 * What a promise costs a loop that the caller could do without: `await loop.run()` against `loop.runSync()`.
 *
 * @module
 */
import type { MemoryView, Runtime } from "instride";
import { EMPTY_KERNEL } from "../jobs/kernels.ts";
import { runCounts } from "../jobs/run-counts.ts";
import { gather } from "../support/gather.ts";
import { type Case, type Effort, measureGroup } from "../support/measure.ts";
import type { Finding, Group } from "../support/report.ts";
import { verifyRuns } from "../support/verify-runs.ts";

/** The operation, as the parameters of groups say it. */
export const ASYNC_PATH = "async path";

const RUN = "await loop.run()";
const RUN_SYNC = "loop.runSync()";

/** Microseconds that a promise may cost. */
const BAR_US = 2;

/** Elements of each view. They are lent, and nobody looks at them. */
const VIEW_LENGTH = 1024;

/** One group for each number of views, with and without the inline threshold. */
export async function* measureAsyncPath(runtime: Runtime, effort: Effort): AsyncGenerator<Group> {
  const array = (): MemoryView => runtime.zeros([VIEW_LENGTH], "float64");
  const three = { a: array().toReadonly(), b: array().toReadonly(), out: array() };
  for (const views of [{}, three]) {
    for (const threshold of ["off", "on"] as const) {
      const viewCount = Object.keys(views).length;
      yield await measureGroup({
        name: `prepared empty job, ${viewCount} views, inline threshold ${threshold}`,
        parameters: { operation: ASYNC_PATH, viewCount, threshold },
        work: null,
        reference: RUN_SYNC,
        cases: await casesOf(runtime, views, threshold === "off" ? 0 : undefined),
        effort,
      });
    }
  }
}

async function casesOf(
  runtime: Runtime,
  views: Readonly<Record<string, MemoryView>>,
  inlineBelowUs: number | undefined,
): Promise<Case[]> {
  const iterations = runtime.threads;
  const counts = runCounts(iterations);
  const loop = await runtime.prepare(EMPTY_KERNEL, {
    over: iterations,
    views,
    args: counts,
    caller: "helps",
    inlineBelowUs,
  });
  const beforeAll = (): Promise<void> => gather(runtime);
  const cases: Case[] = [
    { name: RUN_SYNC, run: () => loop.runSync(), isAsync: false, beforeAll },
    { name: RUN, run: () => loop.run(), isAsync: true, beforeAll },
  ];
  for (const { name, run } of cases) {
    await gather(runtime);
    await verifyRuns(`prepared empty job, ${name}`, counts, async () => {
      await run();
      return 1;
    });
  }
  return cases;
}

/** How many microseconds more the promise takes. */
export function asyncPathFinding({ name, cases }: Group): Finding {
  const medianOf = (way: string): number => cases.find((result) => result.name === way)!.latencyUs.p50;
  const value = medianOf(RUN) - medianOf(RUN_SYNC);
  const text = `${name}: the async path adds ${value.toFixed(2)} µs (bar: under ${BAR_US})`;
  return { name: `${name}: what the async path adds`, value, unit: "µs", text };
}
