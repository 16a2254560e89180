/**
 * What the fuzz prints.
 *
 * @module
 */
import { grouped, perSecond, type ShownCase, type Tally } from "@instride/cases";

/** One part's progress, in one line. */
export function formatProgress(part: string, { passed, failed }: Tally, cases: number, timeMs: number): string {
  const done = passed + failed;
  return `${part}: ${grouped(done)} of ${grouped(cases)}, ${grouped(perSecond(done, timeMs))}/s, ${failed} failed`;
}

/** What a part came to, in one line. */
export function formatPart(part: string, { passed, failed, kinds }: Tally, timeMs: number): string {
  const counts = [...kinds]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => `${kind} ${grouped(count)}`);
  const cases = passed + failed;
  const speed = `${grouped(cases)} cases in ${(timeMs / 1000).toFixed(1)} s, ${grouped(perSecond(cases, timeMs))}/s`;
  return `${part}: ${speed}; ${grouped(failed)} failed\n  ${counts.join(", ")}`;
}

/** A case with its fault, its input, and the command that runs it again. */
export function formatCase(part: string, seed: number, { caseNumber, kind, fault, input }: ShownCase): string {
  const verdict = fault === null ? `passed (${kind})` : `FAILED: ${fault}`;
  return `${part}, case ${caseNumber} ${verdict}\n  input: ${input}\n  again: pnpm fuzz ${part} --seed ${seed} --case ${caseNumber}`;
}
