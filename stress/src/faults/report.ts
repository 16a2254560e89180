/**
 * What `pnpm faults` prints.
 *
 * @module
 */
import { grouped, type ShownCase } from "@instride/cases";
import type { CrewSummary } from "../processes/case-crew.ts";
import type { FaultArguments } from "./arguments.ts";

/** How far it has come, in one line. */
export function formatProgress({ tally }: CrewSummary, count: number): string {
  return `${grouped(tally.passed + tally.failed)} of ${grouped(count)} cases, ${tally.failed} failed`;
}

/** A table of all kinds, a line each. */
export function formatKinds({ tally, kinds }: CrewSummary, timeMs: number): string {
  const rows = [...kinds]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, { cases, failed, succeeded, slowestMs }]) =>
      row(kind, grouped(cases), grouped(succeeded), grouped(failed), `${grouped(slowestMs)} ms`),
    );
  const cases = grouped(tally.passed + tally.failed);
  return [
    `${cases} cases in ${(timeMs / 1000).toFixed(1)} s`,
    row("fault", "cases", "calls that", "failed", "settled after its fault,"),
    row("", "", "succeeded", "", "at the longest"),
    ...rows,
  ].join("\n");
}

function row(kind: string, cases: string, succeeded: string, failed: string, slowest: string): string {
  return `  ${kind.padEnd(12)}${cases.padStart(8)}${succeeded.padStart(12)}${failed.padStart(8)}   ${slowest}`.trimEnd();
}

/** A case with what is wrong, its plan, and the command that runs it again. */
export function formatCase({ caseNumber, kind, fault, input }: ShownCase, args: FaultArguments): string {
  const verdict = fault === null ? `passed (${kind})` : `FAILED (${kind}): ${fault}`;
  return `case ${caseNumber} ${verdict}\n  plan: ${input}\n  again: ${replayOf(caseNumber, args)}`;
}

function replayOf(caseNumber: number, { kinds, areNamed, modes, seed }: FaultArguments): string {
  const named = areNamed ? `${kinds.join(" ")} ` : "";
  const mode = modes.length === 1 ? `--mode ${modes[0]} ` : "";
  return `pnpm faults ${named}${mode}--seed ${seed} --case ${caseNumber}`;
}
