/**
 * Decides whether a program that starts often can afford threads: how long it takes to the first result.
 *
 * Every sample is a process of its own, on plain Node, with the packages as they are published. It is taken twice: from
 * before the import, and from before `open()`, or from before a plain Piscina is made, which stands for what a user would
 * take otherwise. The array is small, so that its work is no part of the time.
 *
 * @module
 */
import { join } from "node:path";
import type { FirstResult } from "./start/first-result.ts";
import { Install } from "./start/install.ts";
import { runProgram } from "./start/run-program.ts";
import { resultsOf } from "./support/measure.ts";
import { type CaseResult, type Finding, formatSpread, formatUs, type Group } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";

/** The names that `start/first-result.ts` has for the ways. */
const REFERENCE = "Piscina";
const HELPS = "parallelFor, caller helps";
const PROGRAM_WAYS: readonly string[] = [
  REFERENCE,
  HELPS,
  "prepare, run, caller helps",
  "parallelFor, inline",
  "parallelFor",
];

/** The first way again, where Node keeps compiled code on disk. */
const CACHED = `${HELPS}, NODE_COMPILE_CACHE`;

const WAYS: readonly string[] = [...PROGRAM_WAYS, CACHED];

/** The times that are taken. */
const FROM: readonly { readonly name: string; readonly from: string; readonly key: keyof FirstResult }[] = [
  { name: "from before open() to the first result", from: "open", key: "sinceOpenUs" },
  { name: "from before the import to the first result", from: "import", key: "sinceImportUs" },
];

const PROCESSES = { full: 15, quick: 1 };

/** From `open()`, in microseconds. */
const BAR_US = 5000;

export const start: Suite = {
  name: "start",
  decides: "whether a program that starts often can afford threads",
  measure: measureStart,
  findings: startFindings,
};

async function* measureStart({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  using install = await Install.make();
  const sample = (way: string): Promise<FirstResult> => firstResult(install.folder, way, threads);
  // Node writes its cache when a process ends.
  await sample(CACHED);
  const samples = new Map<string, FirstResult[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < (quick ? PROCESSES.quick : PROCESSES.full); round++) {
    for (const way of WAYS) samples.get(way)!.push(await sample(way));
  }
  for (const { name, from, key } of FROM) {
    const times = new Map(Array.from(samples, ([way, results]) => [way, results.map((result) => result[key])]));
    const cases = resultsOf(times, REFERENCE);
    yield { name, parameters: { from, threads }, work: null, reference: REFERENCE, cases };
  }
}

/** One process. @throws Error with what it wrote, if its result was wrong */
async function firstResult(folder: string, way: string, threads: number): Promise<FirstResult> {
  const cache = way === CACHED ? { NODE_COMPILE_CACHE: join(folder, "compile-cache") } : undefined;
  const args = [way === CACHED ? HELPS : way, `${threads}`];
  return JSON.parse(await runProgram(folder, "first-result.js", args, cache)) as FirstResult;
}

export function startFindings(groups: readonly Group[]): Finding[] {
  return groups.map(({ name, parameters, cases, reference }) => {
    const [helps, base] = [HELPS, reference].map((way) => cases.find((result) => result.name === way)!);
    const bar = parameters["from"] === "open" ? ` (bar: ${BAR_US})` : "";
    const text = `${name}: ${HELPS}: ${timeOf(helps!)} µs${bar}, against ${timeOf(base!)} of ${reference}`;
    return { name: `${name}: ${HELPS}`, value: helps!.latencyUs.p50, unit: "µs", text };
  });
}

function timeOf({ latencyUs }: CaseResult): string {
  return `${formatUs(latencyUs.p50)} (${formatSpread(latencyUs)})`;
}
