import { open } from "instride";
import { expect, test } from "vitest";
import { dispatchFindings } from "../dispatch.bench.ts";
import { measureAsyncPath } from "../dispatch/async-path.ts";
import {
  emptyJob,
  type ForkJoin,
  inline,
  type Job,
  parallelFor,
  prepared,
  preparedSync,
  rendezvousJob,
  verified,
} from "../dispatch/fork-join.ts";
import { effortOf } from "../support/measure.ts";
import type { CaseResult, Group } from "../support/report.ts";

const THREADS = 2;

/** A group whose cases take these times, in microseconds, by a tenth more or less. The first is the reference. */
function groupOf(name: string, parameters: Group["parameters"], medians: Readonly<Record<string, number>>): Group {
  const [reference] = Object.keys(medians);
  const cases = Object.entries(medians).map(([way, p50]): CaseResult => {
    const latencyUs = { min: 0, p25: 0.9 * p50, p50, p75: 1.1 * p50, p99: 2 * p50, max: 2 * p50 };
    return { name: way, samples: 1, latencyUs, ratio: p50 / medians[reference!]! };
  });
  return { name, parameters, work: null, reference: reference!, cases };
}

test("dispatch: how many times a prepared loop is under Piscina, with the bar back to back", () => {
  const medians = { "Promise.all of pool.run": 70, "prepared, caller helps": 0.5, "parallelFor, caller waits": 35 };
  const groups = [0, 300].map((gapUs) =>
    groupOf(`gap ${gapUs}`, { operation: "fork-join", job: "an empty job", gapUs }, medians),
  );
  const [first, second] = dispatchFindings(groups);
  expect(first).toMatchObject({ value: 140, unit: "times" });
  expect(first!.text).toBe(
    "gap 0: prepared, caller helps is 140 times under Promise.all of pool.run (bar: 100): " +
      "0.500 (0.450..0.550) against 70.0 (63.0..77.0) µs",
  );
  expect(second!.text).not.toContain("bar");
});

test("dispatch: a rendezvous has a bar of its own", () => {
  const medians = { "Promise.all of pool.run": 60, "prepared, caller helps": 2 };
  const group = groupOf("meet", { operation: "fork-join", job: "a rendezvous", gapUs: 0 }, medians);
  expect(dispatchFindings([group])[0]!.text).toContain("30.0 times under Promise.all of pool.run (bar: 50)");
});

test("dispatch: what the async path adds is the difference of the medians", () => {
  const group = groupOf("loop", { operation: "async path" }, { "loop.runSync()": 0.25, "await loop.run()": 0.75 });
  expect(dispatchFindings([group])).toEqual([
    {
      name: "loop: what the async path adds",
      value: 0.5,
      unit: "µs",
      text: "loop: the async path adds 0.50 µs (bar: under 2)",
    },
  ]);
});

test.each([
  ["empty job", emptyJob],
  ["rendezvous", rendezvousJob],
] as const)("%s: every way of running it passes the check before it is timed", async (_name, jobOf) => {
  await using runtime = await open({ threads: THREADS });
  await using alone = await open({ mode: "inline" });
  const job = jobOf(THREADS);
  const ways = [
    await prepared(runtime, job, "helps"),
    await preparedSync(runtime, job),
    await prepared(runtime, job, "waits"),
    parallelFor(runtime, job, "helps"),
    parallelFor(runtime, job, "waits"),
    ...(job.takesAll ? [] : [inline(alone, job)]),
  ];
  const cases = await verified(job, ways);
  expect(cases.map(({ name }) => name)).toEqual(ways.map(({ name }) => name));
});

test.each<[string, (job: Job) => ForkJoin["run"]]>([
  ["does nothing", () => async () => {}],
  ["runs it twice", (job) => (args) => runTwice(job, args)],
])("verified: refuses a way that %s, and names it", async (_fact, runOf) => {
  for (const job of [emptyJob(1), rendezvousJob(1)]) {
    await expect(verified(job, [{ name: "the culprit", run: runOf(job) }])).rejects.toThrow(`${job.name}, the culprit`);
  }
});

async function runTwice(job: Job, args: Int32Array<SharedArrayBuffer> | undefined): Promise<void> {
  await using alone = await open({ mode: "inline" });
  const { run } = inline(alone, job);
  await run(args);
  await run(args);
}

test("measureAsyncPath: a group for each number of views, with and without the threshold", async () => {
  await using runtime = await open({ threads: THREADS });
  const groups: Group[] = [];
  for await (const group of measureAsyncPath(runtime, effortOf(true))) groups.push(group);
  expect(groups.map(({ parameters }) => [parameters["viewCount"], parameters["threshold"]])).toEqual([
    [0, "off"],
    [0, "on"],
    [3, "off"],
    [3, "on"],
  ]);
});
