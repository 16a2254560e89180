/**
 * How long a program waits for its first compiled result, as a user has it: a process of its own for each sample, on
 * plain Node, with the packages as they are published.
 *
 * @module
 */
import { join } from "node:path";
import type { FirstResult } from "../start/first-result.ts";
import { Install } from "../start/install.ts";
import { runProgram } from "../start/run-program.ts";
import { resultsOf } from "../support/measure.ts";
import { type Finding, formatSpread, formatUs, type Group } from "../support/report.ts";

/** The operation, as the parameters of the group say it. */
export const FIRST_RESULT = "first compiled result";

const SINCE_OPEN = "from before open()";
const SINCE_IMPORT = "from before the import";

const PROCESSES = { full: 15, quick: 1 };

/** From `open()`, in microseconds. */
const BAR_US = 15_000;

/** Measures it. @throws Error with what a process wrote, if its result was wrong */
export async function measureFirstResult(threads: number, quick: boolean): Promise<Group> {
  using install = await Install.make([join(import.meta.dirname, "first-compiled.ts")]);
  const samples: FirstResult[] = [];
  for (let i = 0; i < (quick ? PROCESSES.quick : PROCESSES.full); i++) {
    const line = await runProgram(install.folder, "first-compiled.js", [`${threads}`]);
    samples.push(JSON.parse(line) as FirstResult);
  }
  const times = new Map([
    [SINCE_OPEN, samples.map(({ sinceOpenUs }) => sinceOpenUs)],
    [SINCE_IMPORT, samples.map(({ sinceImportUs }) => sinceImportUs)],
  ]);
  return {
    name: "to the first compiled result",
    parameters: { operation: FIRST_RESULT, threads },
    work: null,
    reference: SINCE_OPEN,
    cases: resultsOf(times, SINCE_OPEN),
  };
}

export function firstResultFinding({ name, cases }: Group): Finding {
  const { latencyUs } = cases.find((result) => result.name === SINCE_OPEN)!;
  const value = latencyUs.p50;
  const subject = `${SINCE_OPEN} ${name}`;
  const verdict = value <= BAR_US ? "holds" : "fails";
  const text = `${subject} (bar: at most ${BAR_US} µs): ${verdict}: ${formatUs(value)} (${formatSpread(latencyUs)}) µs`;
  return { name: subject, value, unit: "µs", text };
}
