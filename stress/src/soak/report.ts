/**
 * What `pnpm soak` prints.
 *
 * @module
 */
import { grouped } from "@instride/cases";
import type { SoakSummary } from "./summary.ts";
import type { WatchedResult } from "./watched.ts";

/** Tables of what was done and what was watched, and what went wrong. */
export function formatSummary({ kinds, watched, quietMoments, timeMs, strays, faults }: SoakSummary): string {
  const rows = kinds
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map(
      ({ kind, count, failed }) => `  ${kind.padEnd(28)}${grouped(count).padStart(10)}${grouped(failed).padStart(10)}`,
    );
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0);
  return [
    `${grouped(count)} done in ${(timeMs / 1000).toFixed(1)} s, with ${quietMoments} quiet moments`,
    `  ${"done".padEnd(28)}${"times".padStart(10)}${"failed".padStart(10)}`,
    ...rows,
    `  ${"watched".padEnd(28)}${"earlier".padStart(10)}${"later".padStart(10)}`,
    ...watched.map(formatWatched),
    ...[...strays, ...faults].map((fault) => `FAILED: ${fault}`),
  ].join("\n");
}

function formatWatched({ name, unit, early, late, fault }: WatchedResult): string {
  const value = (each: number): string => (unit === "bytes" ? megabytes(each) : grouped(each)).padStart(10);
  const line = `  ${name.padEnd(28)}${value(early)}${value(late)}`;
  return fault === null ? line : `${line}   FAILED: ${fault}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
