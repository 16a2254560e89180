/**
 * What became of a case, and what many came to.
 *
 * @module
 */

/** What became of one case. */
export interface CaseResult {
  /** What cases are counted by: `accepted`, `heap`, ... */
  readonly kind: string;
  /** What is wrong, or null. */
  readonly fault: string | null;
  /** The input, for a reader. */
  readonly input: () => string;
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
