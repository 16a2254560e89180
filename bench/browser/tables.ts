/**
 * The figures of a run of `pnpm bench:browser`, as the tables of a page of documentation.
 *
 * @module
 */
import { loopName } from "../dispatch/fork-join.ts";
import {
  type CaseResult,
  formatSpread,
  formatUs,
  type Group,
  type Latency,
  type Results,
  sizeName,
} from "../support/report.ts";

/** Where the tables lie in the page. */
export const BEGIN = "<!-- figures of browsers: written by bench/browser/write-tables.ts -->";
export const END = "<!-- end of the figures of browsers -->";

/**
 * Puts tables into a page, in place of those that it has.
 *
 * @throws Error if the page has no place for them
 */
export function withTables(page: string, runs: readonly Results[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`cannot place the tables: expected ${BEGIN} and ${END} in the page`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${runs.map(tablesOf).join("\n\n")}\n\n${page.slice(end)}`;
}

/** A chapter of tables: one of each suite that was run. */
export function tablesOf({ machine, quick, suites }: Results): string {
  const browser = Object.entries(machine.versions).find(([name]) => name in BROWSER_NAMES);
  if (browser === undefined) throw new Error("cannot make tables: the run was in no browser");
  if (quick) throw new Error("cannot make tables: the run was quick, its times mean nothing");
  const [name, version] = browser;
  const groupsOf = (suite: string): readonly Group[] => suites.find((result) => result.name === suite)?.groups ?? [];
  const day = machine.date.slice(0, 10);
  return [
    `### ${BROWSER_NAMES[name]} ${version.split(".", 1)[0]}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, ${day}, load ${machine.load.toFixed(2)}; jax-js ${machine.versions["@jax-js/jax"]}.`,
    ...dispatchTables(groupsOf("dispatch")),
    ...crossoverTable(groupsOf("crossover")),
    ...kernelTable(groupsOf("kernels")),
    ...startTable(groupsOf("start")),
  ].join("\n\n");
}

const BROWSER_NAMES: Readonly<Record<string, string>> = { chromium: "Chromium", firefox: "Firefox" };

/** The times that a table has: by the names of rows and columns. */
interface Table {
  readonly corner: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cell: (row: number, column: number) => string;
}

function tableText({ corner, rows, columns, cell }: Table): string {
  const lines = rows.map((name, row) => [name, ...columns.map((_name, column) => cell(row, column))]);
  const rule = columns.map(() => "---:");
  return [[corner, ...columns], ["---", ...rule], ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The names of all cases of groups, each once. */
function caseNames(groups: readonly Group[]): string[] {
  return [...new Set(groups.flatMap(({ cases }) => cases.map(({ name }) => name)))];
}

function caseOf({ cases }: Group, name: string): CaseResult | undefined {
  return cases.find((result) => result.name === name);
}

/** One for each number of workers: what is done in rows, when in columns. */
function dispatchTables(groups: readonly Group[]): string[] {
  const workers = [...new Set(groups.map(({ parameters }) => parameters["workers"] as number))];
  return workers.map((count) => {
    const columns = groups.filter(({ parameters }) => parameters["workers"] === count);
    const ways = caseNames(columns);
    const nameOf = ({ parameters: { job, gapUs } }: Group): string =>
      `${String(job).replace(/^an? /, "")}, ${gapUs === 0 ? "back to back" : `${formatTime(gapUs as number)} apart`}`;
    return tableText({
      corner: `fork-join, ${count === 1 ? "1 worker" : `${count} workers`}: µs, p50 (p25..p75)`,
      rows: ways.map((way) => (way === loopName("prepared", "helps") ? `**${way}**` : way)),
      columns: columns.map(nameOf),
      cell: (row, column) => spreadOf(caseOf(columns[column]!, ways[row]!)),
    });
  });
}

/** Sizes in rows, ways in columns. */
function crossoverTable(groups: readonly Group[]): string[] {
  if (groups.length === 0) return [];
  const sizes = groups.map(({ parameters }) => sizeName(parameters["touchedBytes"] as number));
  return [rowsByGroup("float64 `out = a + b`, touched", groups, sizes)];
}

function kernelTable(groups: readonly Group[]): string[] {
  if (groups.length === 0) return [];
  return [
    rowsByGroup(
      "kernel",
      groups,
      groups.map(({ parameters }) => String(parameters["row"])),
    ),
  ];
}

function rowsByGroup(corner: string, groups: readonly Group[], rows: readonly string[]): string {
  const ways = caseNames(groups);
  return tableText({
    corner,
    rows,
    columns: ways,
    cell: (row, column) => medianOf(caseOf(groups[row]!, ways[column]!)),
  });
}

/** Ways in rows, from when in columns. */
function startTable(groups: readonly Group[]): string[] {
  if (groups.length === 0) return [];
  const ways = caseNames(groups);
  const table: Table = {
    corner: "first result: ms, p50 (p25..p75)",
    rows: ways,
    columns: groups.map(({ name }) => name.replace(/ to the first result$/, "")),
    cell: (row, column) => spreadOf(caseOf(groups[column]!, ways[row]!), 1000),
  };
  return [tableText(table)];
}

/** @param unit - microseconds of what it is told in */
function spreadOf(result: CaseResult | undefined, unit: number = 1): string {
  if (result === undefined) return "";
  const { p25, p50, p75 }: Latency = result.latencyUs;
  return `${formatUs(p50 / unit)} (${formatSpread({ p25: p25 / unit, p75: p75 / unit })})`;
}

function medianOf(result: CaseResult | undefined): string {
  return result === undefined ? "" : formatTime(result.latencyUs.p50);
}

/** In the largest unit that is not too large. */
function formatTime(us: number): string {
  return us < 999.5 ? `${formatUs(us)} µs` : `${formatUs(us / 1000)} ms`;
}
