/**
 * Cases of `pnpm faults` as a test: some kinds, by a seed that stays, so that the plans are the same in every run.
 *
 * @module
 */
import { Random } from "@instride/cases";
import type { Mode } from "instride";
import { expect } from "vitest";
import { drawCase, MODES } from "../src/faults/draw.ts";
import type { FaultKind } from "../src/faults/plan.ts";
import { type CrewSummary, runCrew } from "../src/processes/case-crew.ts";

const MAIN = new URL("../src/faults/fault-process-main.ts", import.meta.url);

/** Nine files have so many each: 270 together. */
const CASES = 30;

/** The time that a file may take on a busy machine. What hangs is seen by the cases themselves. */
export const TIMEOUT_MS = 180_000;

/** A call must settle soon after what was done to it; on a machine that does much else, this soon. */
const WITHIN_MS = 10_000;

/** Runs so many cases of some kinds, and expects that none fails. */
export async function checkFaults(
  kinds: readonly FaultKind[],
  seed: number,
  modes: readonly Mode[] = MODES,
): Promise<CrewSummary> {
  const describe = (caseNumber: number): { kind: string; input: string } => {
    const plan = drawCase(new Random(seed, caseNumber), { kinds, modes });
    return { kind: plan.fault.kind, input: JSON.stringify(plan) };
  };
  const options = { main: MAIN, seed, kinds, modes, withinMs: WITHIN_MS, processes: 2, describe };
  const summary = await runCrew({ ...options, start: 0, stop: CASES });
  const mode = modes.length === 1 ? ` --mode ${modes[0]}` : "";
  const again = `pnpm faults ${kinds.join(" ")}${mode} --seed ${seed} --case`;
  expect(summary.tally.shown.map(({ caseNumber, fault }) => `${again} ${caseNumber}: ${fault}`)).toEqual([]);
  expect(summary.tally).toMatchObject({ passed: CASES, failed: 0 });
  expect(new Set(summary.kinds.keys())).toEqual(new Set(kinds));
  return summary;
}
