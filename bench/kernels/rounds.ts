/**
 * How a row is measured: every way gives the right result, then all take turns, round after round.
 *
 * So a machine that slows down for a while slows all of them, and their ratios hold.
 *
 * @module
 */
import { resultsOf } from "../support/measure.ts";
import type { CaseResult, Group } from "../support/report.ts";
import { rest } from "../support/turns.ts";
import { operandsOf } from "./inputs.ts";
import { PLAIN_LOOP } from "./columns.ts";
import { expectedOf, verify } from "./verify.ts";
import type { Rival, SampleEffort, Way } from "./way.ts";
import { boundOf, type Row, rowName, touchedBytes, WORKLOADS } from "./workloads.ts";

export interface RoundsEffort extends SampleEffort {
  readonly rounds: number;
}

const FULL: RoundsEffort = { rounds: 3, timeMs: 30, warmupMs: 20 };
const QUICK: RoundsEffort = { rounds: 1, timeMs: 1, warmupMs: 0 };

/** After the first round V8 has nothing left to optimise, but caches hold what others have computed. */
const LATER_WARMUP_MS = 1;

/** For threads of others to fall asleep, which spin for a while after a loop. */
const REST_MS = 2;

export function roundsEffort(quick: boolean): RoundsEffort {
  return quick ? QUICK : FULL;
}

/**
 * Measures a row.
 *
 * @param rivals - one of them gives the plain loop, which ratios refer to
 * @throws a `WrongResultError` if a way gives a wrong result; nothing is timed then
 */
export async function measureRow(
  row: Row,
  rivals: readonly Rival[],
  effort: RoundsEffort,
  threads: number,
): Promise<Group> {
  const operands = operandsOf(row);
  using held = new DisposableStack();
  const ways: Way[] = [];
  for (const rival of rivals)
    ways.push(...held.adopt(await rival.load(row, operands), (loaded) => loaded.dispose()).ways);
  const expected = expectedOf(row, operands);
  for (const way of ways) verify(row, way.name, await way.result(), expected, way.leeway);
  const cases = await measureWays(ways, effort, PLAIN_LOOP);
  const { workload, dtype, rows, columns } = row;
  return {
    name: `${rowName(row)}: ${WORKLOADS[workload].formula}`,
    parameters: { row: rowName(row), workload, dtype, rows, columns, bound: boundOf(row), threads },
    work: workload === "Mandelbrot" ? null : { amount: touchedBytes(row), unit: "B" },
    reference: PLAIN_LOOP,
    cases,
  };
}

/** Times ways in rounds. @param reference - the way that ratios refer to */
export async function measureWays(
  ways: readonly Way[],
  effort: RoundsEffort,
  reference: string,
): Promise<CaseResult[]> {
  const samples = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    const turn = round === 0 ? effort : { ...effort, warmupMs: Math.min(effort.warmupMs, LATER_WARMUP_MS) };
    for (const way of ways) {
      for (const us of await way.sample(turn)) samples.get(way.name)!.push(us);
      await rest(REST_MS);
    }
  }
  return resultsOf(samples, reference);
}
