/**
 * The suites of the browser: each is measured in a page, and told group by group.
 *
 * @module
 */
import { crossovers } from "../crossover.bench.ts";
import { loopName } from "../dispatch/fork-join.ts";
import { PLAIN_LOOP } from "../kernels/columns.ts";
import { versionOf } from "../support/machine.ts";
import { resultsOf } from "../support/measure.ts";
import { type CaseResult, type Finding, formatSpread, formatUs, type Group } from "../support/report.ts";
import type { Suite, SuiteContext } from "../support/suite.ts";
import type { BenchBrowser } from "./browsers.ts";
import type { FirstResult } from "./messages.ts";
import type { PageServer } from "./server.ts";

/** Where pages are opened. */
export interface Place {
  readonly browser: BenchBrowser;
  readonly server: PageServer;
}

/** In the order in which they run. @param place - is asked for once a suite runs */
export function browserSuites(place: () => Place): Suite[] {
  const inPage = (name: string): Suite["measure"] => {
    return (context) => visit(place(), "suite", { suite: name, jax: versionOf("@jax-js/jax"), ...context });
  };
  return [
    {
      name: "dispatch",
      decides: "how small a job of a page may be before handing it to workers costs more than it gains",
      measure: inPage("dispatch"),
      findings: dispatchFindings,
    },
    {
      name: "crossover",
      decides: "from which size on a loop of a page is worth spreading over workers",
      measure: inPage("crossover"),
      findings: (groups) => crossovers(groups, null),
    },
    {
      name: "kernels",
      decides: "whether a compiled kernel is worth writing for a page, beside a loop and jax-js on its own threads",
      measure: inPage("kernels"),
      findings: kernelFindings,
    },
    {
      name: "start",
      decides: "whether a page can afford threads for its first result",
      measure: (context) => measureStart(place(), context),
    },
  ];
}

type Parameters = Readonly<Record<string, string | number | boolean>>;

async function* visit<T>({ browser, server }: Place, page: string, parameters: Parameters): AsyncGenerator<T> {
  const visiting = server.visit(page, parameters);
  await using opened = new AsyncDisposableStack();
  opened.use(await browser.open(visiting));
  yield* visiting.measured as AsyncIterable<T>;
}

/** What a page would do otherwise. */
const REFERENCE = "a message to a worker";

/** The names that `page/first-result.ts` has for the ways. */
const WAYS: readonly string[] = [
  REFERENCE,
  "parallelFor, threads",
  "parallelFor, inline",
  "rt.map, threads",
  "rt.map, inline",
];

const VISITS = { full: 15, quick: 1 };

const FROM: readonly { readonly name: string; readonly from: string; readonly key: keyof FirstResult }[] = [
  { name: "from before open() to the first result", from: "open", key: "sinceOpenUs" },
  { name: "from the navigation to the first result", from: "navigation", key: "sinceNavigationUs" },
];

async function* measureStart(place: Place, { threads, quick }: SuiteContext): AsyncGenerator<Group> {
  const samples = new Map<string, FirstResult[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < (quick ? VISITS.quick : VISITS.full); round++) {
    for (const way of WAYS)
      for await (const result of visit<FirstResult>(place, "start", { way, threads })) samples.get(way)!.push(result);
  }
  for (const { name, from, key } of FROM) {
    const times = new Map(Array.from(samples, ([way, results]) => [way, results.map((result) => result[key])]));
    yield { name, parameters: { from, threads }, work: null, reference: REFERENCE, cases: resultsOf(times, REFERENCE) };
  }
}

const HEADLINE = loopName("prepared", "helps");

/** How far a prepared loop is below a message to each worker and back. */
export function dispatchFindings(groups: readonly Group[]): Finding[] {
  return groups.flatMap(({ name, reference, cases }) => {
    const of = (way: string): CaseResult => cases.find((result) => result.name === way)!;
    const [loop, base] = [of(HEADLINE), of(reference)];
    const value = 1 / loop.ratio;
    const text = `${name}: ${HEADLINE} is ${value.toPrecision(3)} times under ${reference}: ${timeOf(loop)} against ${timeOf(base)} µs`;
    return [{ name: `${name}: how many times ${HEADLINE} is under ${reference}`, value, unit: "times", text }];
  });
}

/** The rows on which instride, in its best way, is behind another column; worst first. */
export function kernelFindings(groups: readonly Group[]): Finding[] {
  return [PLAIN_LOOP, "jax-js"].map((rival) => {
    const rows = groups.flatMap(({ parameters, cases }) => {
      const ours = cases.filter(({ name }) => name.startsWith("instride")).map(({ latencyUs }) => latencyUs.p50);
      const theirs = cases.find(({ name }) => name === rival)?.latencyUs.p50;
      return theirs === undefined ? [] : [{ row: parameters["row"]!, value: theirs / Math.min(...ours) }];
    });
    const name = `times ahead of ${rival}`;
    if (rows.length === 0) return { name, value: null, unit: "times", text: `${name}: not measured` };
    const worstFirst = rows.toSorted((a, b) => a.value - b.value);
    const behind = worstFirst.filter(({ value }) => value < 1);
    const shown = behind.length === 0 ? worstFirst.slice(0, 1) : behind;
    const list = shown.map(({ row, value }) => `${row} ${value.toFixed(2)}`).join(", ");
    const verdict = `behind on ${behind.length} of ${rows.length} rows; least: ${list}`;
    return { name, value: worstFirst[0]!.value, unit: "times", text: `${name}: ${verdict}` };
  });
}

function timeOf({ latencyUs }: CaseResult): string {
  return `${formatUs(latencyUs.p50)} (${formatSpread(latencyUs)})`;
}
