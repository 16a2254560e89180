/**
 * Some cases of a part, one after the other, and what they came to.
 *
 * @module
 */
import { type CaseResult, emptyTally, Random, SHOWN_MAX, type Tally } from "@instride/cases";
import type { Part } from "./part.ts";

/** Cases `start` up to, not including, `stop`. */
export interface CaseRange {
  readonly start: number;
  readonly stop: number;
}

export interface RangeOptions {
  /** Shows every case, also those that pass. */
  readonly showsAll?: boolean;
  /** Is told each case before it is made. */
  readonly begin?: (caseNumber: number) => void;
}

/** Runs cases. A part that throws has failed that case. */
export async function runCases(
  part: Part,
  seed: number,
  { start, stop }: CaseRange,
  { showsAll = false, begin }: RangeOptions = {},
): Promise<Tally> {
  const tally = emptyTally();
  const random = new Random(seed, start);
  for (let caseNumber = start; caseNumber < stop; caseNumber++) {
    random.restart(seed, caseNumber);
    begin?.(caseNumber);
    let result: CaseResult;
    try {
      const checked = part.check(random);
      // Most cases wait for nothing, and should not wait for that.
      result = checked instanceof Promise ? await checked : checked;
    } catch (error) {
      const fault = `it threw: ${error instanceof Error ? (error.stack ?? String(error)) : String(error)}`;
      result = { kind: "not checked", fault, input: () => "none" };
    }
    count(tally, caseNumber, result, showsAll);
  }
  return tally;
}

function count(tally: Tally, caseNumber: number, { kind, fault, input }: CaseResult, showsAll: boolean): void {
  tally.kinds.set(kind, (tally.kinds.get(kind) ?? 0) + 1);
  if (fault === null) tally.passed++;
  else tally.failed++;
  const isShown = (fault !== null && tally.shown.length < SHOWN_MAX) || showsAll;
  if (isShown) tally.shown.push({ caseNumber, kind, fault, input: input() });
}
