/**
 * Decides how many threads a program can afford to keep: what one takes that has nothing to do.
 *
 * An idle lane is compared with the same thread as Piscina's alone, after both have run a job. Each measurement is a
 * process of its own: memory that others have used and given back would hide what threads take.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { HANDLES_MAX } from "@instride/core";
import { LANE_WORDS, LANES_MAX } from "@instride/scheduler";
import type { Probed } from "./memory/probe.ts";
import { latencyOf } from "./support/measure.ts";
import { type Finding, sizeName } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";

const PROBE = new URL("memory/probe.ts", import.meta.url).pathname;

/** Threads of a process: enough for what only the process takes to count little. */
const THREADS = { full: 4, quick: 1 };

const PROCESSES = { full: 5, quick: 1 };

const TIMEOUT_MS = 60_000;

const MIB = 2 ** 20;

export const memory: Suite = {
  name: "memory",
  decides: "how many threads a program can afford to keep",
  measure: measureMemory,
};

async function* measureMemory({ quick }: SuiteContext): AsyncGenerator<Finding> {
  const probed: Probed[] = [];
  const processes = quick ? PROCESSES.quick : PROCESSES.full;
  for (let i = 0; i < processes; i++) probed.push(await probe(quick ? THREADS.quick : THREADS.full));
  yield* memoryFindings(probed);
  yield* wordFindings();
}

async function probe(threads: number): Promise<Probed> {
  const args = [...process.execArgv, PROBE, `${threads}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT_MS });
  return JSON.parse(stdout) as Probed;
}

/** What the processes have found: the median of each figure. */
export function memoryFindings(probed: readonly Probed[]): Finding[] {
  const threads = [
    ["an idle lane", probed.map(({ lane }) => lane)],
    ["an idle Piscina thread", probed.map(({ piscina }) => piscina)],
  ] as const;
  return threads.flatMap(([thread, found]) => [
    bytesFinding(
      `${thread}: resident memory`,
      found.map(({ rssBytes }) => rssBytes),
    ),
    bytesFinding(
      `${thread}: JavaScript heap`,
      found.flatMap(({ heapBytes }) => heapBytes ?? []),
    ),
  ]);
}

function bytesFinding(name: string, samples: readonly number[]): Finding {
  if (samples.length === 0) return { name, value: null, unit: "B", text: `${name}: this Node can't tell` };
  const { min, p50, max } = latencyOf(samples);
  const inMib = (bytes: number): string => (bytes / MIB).toFixed(2);
  return { name, value: p50, unit: "B", text: `${name}: ${inMib(p50)} MiB (${inMib(min)}..${inMib(max)})` };
}

/** Shared words, in bytes: they are reserved, and take memory once they are touched. */
function wordFindings(): Finding[] {
  const [lanes, row] = [LANE_WORDS, HANDLES_MAX].map((words) => words * Int32Array.BYTES_PER_ELEMENT);
  const name = "control words that the lanes of a runtime share";
  const rowName = "lease words of a thread";
  return [
    { name, value: lanes!, unit: "B", text: `${name}: ${sizeName(lanes!)}, for up to ${LANES_MAX} lanes` },
    {
      name: rowName,
      value: row!,
      unit: "B",
      text: `${rowName}: ${sizeName(row!)} reserved, a page when it has a lease`,
    },
  ];
}
