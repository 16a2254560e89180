/**
 * What a run reports, as data (the file of `--json`) and as text (the terminal).
 *
 * The data's types are its schema, described for readers in `README.md`. A change that an old reader would
 * misunderstand raises {@link SCHEMA}.
 *
 * Units: times are microseconds, sizes bytes.
 *
 * @module
 */
import type { Machine } from "./machine.ts";

export const SCHEMA = 1;

/** All that `--json` writes. */
export interface Results {
  readonly schema: typeof SCHEMA;
  readonly machine: Machine;
  /** Threads that shared a job. */
  readonly threads: number;
  /** True for a run that shows that the suites work; its times are not to be used. */
  readonly quick: boolean;
  readonly suites: readonly SuiteResult[];
}

export interface SuiteResult {
  readonly name: string;
  readonly decides: string;
  readonly groups: readonly Group[];
  readonly findings: readonly Finding[];
}

/** The same work, done in several ways. */
export interface Group {
  /** Operation, dtype, size, layout, as far as they apply. */
  readonly name: string;
  /** What the name says, for programs. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** How much the work is, done once; null where that is not the point. */
  readonly work: Work | null;
  /** The case that the ratios refer to. */
  readonly reference: string;
  readonly cases: readonly CaseResult[];
}

/** From which the rate follows: bytes that are read and written, or floating-point operations. */
export interface Work {
  readonly amount: number;
  readonly unit: "B" | "flop";
}

export interface CaseResult {
  /** The way in which the work was done. */
  readonly name: string;
  /** How many times it was timed. */
  readonly samples: number;
  readonly latencyUs: Latency;
  /** Its median divided by the reference's: below 1 is faster. */
  readonly ratio: number;
}

/** Quantiles of the time that the work takes once. */
export interface Latency {
  readonly min: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p99: number;
  readonly max: number;
}

/** A conclusion from all groups of a suite, or a figure that is no time. */
export interface Finding {
  readonly name: string;
  /** Null where there is no such value. */
  readonly value: number | null;
  readonly unit: string;
  /** The same as a sentence. */
  readonly text: string;
}

export function formatSuite({ name, decides }: Pick<SuiteResult, "name" | "decides">): string {
  return `${name}: ${decides}`;
}

/** The table of a group; the reference is marked with `*`. */
export function formatGroup({ name, work, reference, cases }: Group): string {
  const head = [name, "median µs", "p25..p75", "p99", "ratio", ...(work === null ? [] : [`G${work.unit}/s`])];
  const rows = cases.map(({ name: caseName, latencyUs: { p25, p50, p75, p99 }, ratio }) => [
    `  ${caseName}${caseName === reference ? " *" : ""}`,
    formatUs(p50),
    formatSpread({ p25, p75 }),
    formatUs(p99),
    ratio.toFixed(2),
    ...(work === null ? [] : [(work.amount / p50 / 1000).toFixed(2)]),
  ]);
  return alignColumns([head, ...rows]);
}

export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(({ text }) => `=> ${text}`).join("\n");
}

/** A size in the largest unit that is not too large for it: `16 B`, `4 KiB`, `1 GiB`. */
export function sizeName(nbytes: number): string {
  const power = Math.floor(Math.log2(nbytes) / 10);
  return `${nbytes / 1024 ** power} ${["B", "KiB", "MiB", "GiB"][power]}`;
}

/** Three significant digits, more above 1000, and no exponent. */
export function formatUs(us: number): string {
  return us < 999.5 ? us.toPrecision(3) : us.toFixed(0);
}

/** The middle half. */
export function formatSpread({ p25, p75 }: Pick<Latency, "p25" | "p75">): string {
  return `${formatUs(p25)}..${formatUs(p75)}`;
}

/** The first column to the left, with room for the longest name of any suite; the others to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = [48, 11, 17, 9, 8, 9];
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join("").trimEnd()).join("\n");
}
