/**
 * Decides how small a job may be before handing it to threads costs more than it gains.
 *
 * The fork-join latency of an empty job: from the call to its promise being settled, with nothing to compute. It is
 * compared with what a Piscina user writes, `Promise.all` over one `pool.run` for each thread.
 *
 * Threads that have nothing to do fall asleep, and waking them is most of the price, hence three gaps before each call:
 * none; 300 µs in which the calling thread computes; 2 ms in which the whole process waits.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { open, type Runtime } from "instride";
import type { Piscina } from "piscina";
import { type Effort, effortOf, measureGroup } from "./support/measure.ts";
import { equalParts, plainPiscina } from "./support/plain-piscina.ts";
import type { Group } from "./support/report.ts";
import type { Suite, SuiteContext } from "./support/suite.ts";

/** A way to have an empty job of so many iterations run. */
interface ForkJoin {
  readonly name: string;
  /** @param runs - counts how often each iteration ran */
  readonly run: (runs?: Int32Array<SharedArrayBuffer>) => Promise<void>;
}

interface Gap {
  readonly name: string;
  readonly gapUs: number;
  readonly beforeEach?: () => void | Promise<void>;
}

const EMPTY_KERNEL = new URL("./jobs/empty.kernel.ts", import.meta.url);

const GAPS: readonly Gap[] = [
  { name: "back to back", gapUs: 0 },
  { name: "300 µs after the last", gapUs: 300, beforeEach: () => computeFor(0.3) },
  { name: "2 ms after the last", gapUs: 2000, beforeEach: () => setTimeout(2) },
];

/** Where calls are apart, samples are counted: the time between them would make a budget of time last for ever. */
const APART_SAMPLES = { full: 150, quick: 3 };

export const dispatch: Suite = {
  name: "dispatch",
  decides: "how small a job may be before handing it to threads costs more than it gains",
  groups: measureDispatch,
};

async function* measureDispatch({ threads, quick }: SuiteContext): AsyncGenerator<Group> {
  await using all = await open({ threads });
  await using one = await open({ threads: 1 });
  await using inline = await open({ mode: "inline" });
  await using pool = plainPiscina(threads);
  const piscina = piscinaForkJoin(pool, threads);
  const ways = [
    piscina,
    instrideForkJoin(`instride threads=${threads}`, all, threads),
    ...(threads === 1 ? [] : [instrideForkJoin("instride threads=1", one, threads)]),
    instrideForkJoin("instride inline", inline, threads),
  ];
  for (const way of ways) await verify(way, threads);

  const cases = ways.map(({ name, run }) => ({ name, run: () => run(), isAsync: true }));
  for (const { name, gapUs, ...hooks } of GAPS) {
    yield await measureGroup({
      name: `fork-join of an empty job, ${name}`,
      parameters: { iterations: threads, gapUs },
      work: null,
      reference: piscina.name,
      cases,
      effort: effortWithGap(gapUs, quick),
      ...hooks,
    });
  }
}

function instrideForkJoin(name: string, runtime: Runtime, iterations: number): ForkJoin {
  return { name, run: (runs) => runtime.parallelFor(EMPTY_KERNEL, { over: iterations, args: runs }) };
}

function piscinaForkJoin(pool: Piscina, threads: number): ForkJoin {
  const parts = equalParts(threads, threads);
  return {
    name: `Piscina tasks threads=${threads}`,
    async run(runs): Promise<void> {
      await Promise.all(parts.map((part) => pool.run({ ...part, runs }, { name: "empty" })));
    },
  };
}

/** @throws an `AssertionError` unless every iteration runs exactly once */
async function verify({ name, run }: ForkJoin, iterations: number): Promise<void> {
  const runs = new Int32Array(new SharedArrayBuffer(iterations * Int32Array.BYTES_PER_ELEMENT));
  await run(runs);
  deepStrictEqual([...runs], new Array<number>(iterations).fill(1), `${name}: an iteration didn't run exactly once`);
}

function effortWithGap(gapUs: number, quick: boolean): Effort {
  const effort = effortOf(quick);
  if (gapUs === 0) return effort;
  return { ...effort, timeMs: 0, warmupMs: 0, samplesMin: quick ? APART_SAMPLES.quick : APART_SAMPLES.full };
}

function computeFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
