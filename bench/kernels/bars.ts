/**
 * What the kernels are to reach, and whether a run shows that they do.
 *
 * instride's time of a row is that of its prepared call on all threads, or of the call itself for what can't be prepared.
 * A bar holds if it holds on every row that it is
 * about; the finding names those on which it doesn't, worst first.
 *
 * @module
 */
import type { Finding, Group } from "../support/report.ts";
import { callName, cName, JAX_JS, NUMPY, NUMPY_TS, preparedName } from "./columns.ts";
import type { Bound } from "./workloads.ts";

interface Bar {
  readonly name: string;
  /** The value is to be at most, or at least, this. */
  readonly limit: number;
  readonly holdsBelow: boolean;
  /** Of a row: null where the bar isn't about it, or a column is missing. */
  readonly value: (row: Group) => number | null;
}

/** Rows on which numpy-ts is to be far behind: transposed, strided, broadcast operands, and bytes. */
const WEAK_ROWS: readonly string[] = [
  "add transposed",
  "every other",
  "add broadcast",
  "uint8 to float32",
  "gray",
  "gray to uint8",
];

/** A package is slow where it needs more than so many times what C needs. */
const SLOW = 4;

const PACKAGES: readonly string[] = [NUMPY_TS, JAX_JS];

const BARS: readonly Bar[] = [
  {
    name: "bound by memory: times C on all threads",
    limit: 1.15,
    holdsBelow: true,
    value: (row) => (boundOf(row) === "memory" ? ratioTo(row, cOn(row)) : null),
  },
  {
    name: "bound by the width of vectors: times C on all threads",
    limit: 2.3,
    holdsBelow: true,
    value: (row) => (boundOf(row) === "width" ? ratioTo(row, cOn(row)) : null),
  },
  {
    name: "but for exp and float32 sin: times NumPy",
    limit: 1,
    holdsBelow: true,
    value: (row) => (isFunctionOfNumpy(row) ? null : ratioTo(row, NUMPY)),
  },
  {
    name: "exp and float32 sin: times NumPy",
    limit: 2.2,
    holdsBelow: true,
    value: (row) => (isFunctionOfNumpy(row) ? ratioTo(row, NUMPY) : null),
  },
  {
    name: "transposed, strided, broadcast, uint8: times ahead of numpy-ts",
    limit: 10,
    holdsBelow: false,
    value: (row) => (WEAK_ROWS.includes(workloadOf(row)) ? aheadOf(row, NUMPY_TS) : null),
  },
  ...PACKAGES.flatMap((name): Bar[] => [
    { name: `times ahead of ${name}`, limit: 1, holdsBelow: false, value: (row) => aheadOf(row, name) },
    {
      name: `where it needs more than ${SLOW} times what C needs: times ahead of ${name}`,
      limit: 3,
      holdsBelow: false,
      value: (row) => (isSlow(row, name) ? aheadOf(row, name) : null),
    },
  ]),
];

/** A finding for each bar. @param rows - the groups of workloads */
export function barFindings(rows: readonly Group[]): Finding[] {
  return BARS.map((bar) => findingOf(bar, rows));
}

function findingOf(bar: Bar, rows: readonly Group[]): Finding {
  const { name, limit, holdsBelow } = bar;
  const values = rows.flatMap((row) => {
    const value = bar.value(row);
    return value === null ? [] : [{ row: String(row.parameters["row"]), value }];
  });
  const worstFirst = values.toSorted((a, b) => (holdsBelow ? b.value - a.value : a.value - b.value));
  const [worst] = worstFirst;
  const wanted = `bar: ${holdsBelow ? "at most" : "at least"} ${limit}`;
  if (worst === undefined) return { name, value: null, unit: "times", text: `${name}: not measured (${wanted})` };
  const failing = worstFirst.filter(({ value }) => (holdsBelow ? value > limit : value < limit));
  const verdict = failing.length === 0 ? "holds" : `fails on ${failing.length} of ${values.length} rows`;
  const shown = failing.length === 0 ? [worst] : failing;
  const list = shown.map(({ row, value }) => `${row} ${value.toFixed(2)}`).join(", ");
  return { name, value: worst.value, unit: "times", text: `${name} (${wanted}): ${verdict}: ${list}` };
}

function boundOf({ parameters }: Group): Bound {
  return parameters["bound"] as Bound;
}

function workloadOf({ parameters }: Group): string {
  return String(parameters["workload"]);
}

function isFunctionOfNumpy(row: Group): boolean {
  const workload = workloadOf(row);
  return workload === "exp" || (workload === "sin" && row.parameters["dtype"] === "float32");
}

function cOn({ parameters }: Group): string {
  return cName(parameters["threads"] as number);
}

function isSlow(row: Group, name: string): boolean {
  const [theirs, c] = [medianOf(row, name), medianOf(row, cOn(row))];
  return theirs !== null && c !== null && theirs > SLOW * c;
}

/** What instride takes, in the time of another column. */
function ratioTo(row: Group, name: string): number | null {
  const threads = row.parameters["threads"] as number;
  const ours = medianOf(row, preparedName(threads)) ?? medianOf(row, callName(threads));
  const theirs = medianOf(row, name);
  return ours === null || theirs === null ? null : ours / theirs;
}

function aheadOf(row: Group, name: string): number | null {
  const ratio = ratioTo(row, name);
  return ratio === null ? null : 1 / ratio;
}

function medianOf({ cases }: Group, name: string): number | null {
  return cases.find((result) => result.name === name)?.latencyUs.p50 ?? null;
}
