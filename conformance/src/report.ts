/**
 * What came of a replay, as text.
 *
 * @module
 */
import { type Divergence, DIVERGENCES, type DivergenceName } from "./divergences.ts";
import type { KindResult } from "./replay-file.ts";

/** How many cases hold, and how many don't. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export function tallyOf(results: readonly KindResult[]): Tally {
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  return { passed: cases - failed, failed };
}

/** A row for each kind; `by our rule` counts the cases that hold by a rule of ours. */
export function formatTable(results: readonly KindResult[]): string {
  const head = ["file", "kind", "passed", "failed", "by our rule"];
  const rows = results.map((result): string[] => {
    const { passed, failed } = tallyOf([result]);
    const diverging = [...result.divergences.values()].reduce((sum, count) => sum + count, 0);
    return [result.file, result.kind, String(passed), String(failed), diverging === 0 ? "" : String(diverging)];
  });
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)]
    .map((row) => row.trimEnd())
    .join("\n");
}

/** Each rule of ours that was met, with how often and why. */
export function formatDivergences(results: readonly KindResult[]): string {
  const counts = new Map<DivergenceName, number>();
  for (const { divergences } of results) {
    for (const [name, count] of divergences) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const rules: Readonly<Record<DivergenceName, Divergence>> = DIVERGENCES;
  return [...counts].map(([name, count]) => `${name} (${count}): ${rules[name].why}`).join("\n");
}

/** Each case that doesn't hold, with what was expected and what came. */
export function formatFailures(results: readonly KindResult[]): string {
  return results.flatMap(({ failures }) => failures.map((failure) => `FAILED ${failure}`)).join("\n");
}
