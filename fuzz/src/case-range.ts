/**
 * Some cases of a part, one after the other, and what they came to.
 *
 * @module
 */
import type { CaseResult, Part } from "./part.ts";
import { Random } from "./random.ts";

/** Cases `start` up to, not including, `stop`. */
export interface CaseRange {
  readonly start: number;
  readonly stop: number;
}

/** A case that failed, or that was to be shown. */
export interface ShownCase {
  readonly caseNumber: number;
  readonly kind: string;
  /** What is wrong, or null. */
  readonly fault: string | null;
  readonly input: string;
}

/** What cases came to. Survives structured clone. */
export interface Tally {
  passed: number;
  failed: number;
  /** Cases of each kind. */
  readonly kinds: Map<string, number>;
  readonly shown: ShownCase[];
}

export interface RangeOptions {
  /** Shows every case, also those that pass. */
  readonly showsAll?: boolean;
  /** Is told each case before it is made. */
  readonly begin?: (caseNumber: number) => void;
}

/** Failed cases that are kept, of those that one tally is of. */
export const SHOWN_MAX = 20;

export function emptyTally(): Tally {
  return { passed: 0, failed: 0, kinds: new Map(), shown: [] };
}

/** Adds one tally to another. */
export function addTally(sum: Tally, { passed, failed, kinds, shown }: Tally): void {
  sum.passed += passed;
  sum.failed += failed;
  for (const [kind, cases] of kinds) sum.kinds.set(kind, (sum.kinds.get(kind) ?? 0) + cases);
  sum.shown.push(...shown.slice(0, SHOWN_MAX - sum.shown.length));
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
