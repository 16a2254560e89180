import { expect, test } from "vitest";
import { BEGIN, END, tablesOf, withTables } from "../browser/tables.ts";
import type { Group, Results } from "../support/report.ts";

/** A group whose cases take these times, by a tenth more or less; the first is the reference. */
function groupOf(name: string, parameters: Group["parameters"], medians: Readonly<Record<string, number>>): Group {
  const [reference] = Object.keys(medians) as [string];
  const cases = Object.entries(medians).map(([way, p50]) => {
    const latencyUs = { min: 0, p25: 0.9 * p50, p50, p75: 1.1 * p50, p99: 2 * p50, max: 2 * p50 };
    return { name: way, samples: 1, latencyUs, ratio: p50 / medians[reference]! };
  });
  return { name, parameters, work: null, reference, cases };
}

function suiteOf(name: string, groups: readonly Group[]): Results["suites"][number] {
  return { name, decides: "", groups, findings: [] };
}

const FORK_JOIN = { job: "an empty job", workers: 2 };

const RESULTS: Results = {
  schema: 1,
  machine: {
    date: "2030-01-02T03:04:05.678Z",
    cpu: "A processor",
    cores: 2,
    memoryBytes: 2 ** 34,
    system: "linux",
    load: 0.125,
    versions: { node: "26.10.0", "@jax-js/jax": "0.1.25", firefox: "153.7.0" },
  },
  threads: 2,
  quick: false,
  suites: [
    suiteOf("dispatch", [
      groupOf("", { ...FORK_JOIN, gapUs: 0 }, { message: 50, "prepared, caller helps": 0.5 }),
      groupOf("", { ...FORK_JOIN, gapUs: 4000 }, { message: 100 }),
    ]),
    suiteOf("kernels", [groupOf("", { row: "add float64 n=1000" }, { "plain loop": 1, "jax-js": 2500 })]),
    suiteOf("start", [groupOf("from before open() to the first result", {}, { "rt.map": 20_000 })]),
  ],
};

test("tablesOf: says what the figures are of, and has a table for each suite that was run", () => {
  const [title, machine, ...tables] = tablesOf(RESULTS).split("\n\n");
  expect(title).toBe("### Firefox 153");
  expect(machine).toBe("A processor, 2 cores, linux, 2030-01-02, load 0.13; jax-js 0.1.25.");
  expect(tables).toEqual([
    [
      "| fork-join, 2 workers: µs, p50 (p25..p75) | empty job, back to back | empty job, 4.00 ms apart |",
      "| --- | ---: | ---: |",
      "| message | 50.0 (45.0..55.0) | 100 (90.0..110) |",
      "| **prepared, caller helps** | 0.500 (0.450..0.550) |  |",
    ].join("\n"),
    ["| kernel | plain loop | jax-js |", "| --- | ---: | ---: |", "| add float64 n=1000 | 1.00 µs | 2.50 ms |"].join(
      "\n",
    ),
    [
      "| first result: ms, p50 (p25..p75) | from before open() |",
      "| --- | ---: |",
      "| rt.map | 20.0 (18.0..22.0) |",
    ].join("\n"),
  ]);
});

test("tablesOf: refuses figures that mean nothing, and those of no browser", () => {
  expect(() => tablesOf({ ...RESULTS, quick: true })).toThrow("the run was quick");
  const machine = { ...RESULTS.machine, versions: { node: "26.10.0" } };
  expect(() => tablesOf({ ...RESULTS, machine })).toThrow("the run was in no browser");
});

test("withTables: takes the place of the tables before, and leaves the rest", () => {
  const page = `before\n\n${BEGIN}\n\nold\n\n${END}\n\nafter\n`;
  const written = withTables(page, [RESULTS]);
  expect(written).toBe(`before\n\n${BEGIN}\n\n${tablesOf(RESULTS)}\n\n${END}\n\nafter\n`);
  expect(withTables(written, [RESULTS])).toBe(written);
});

test("withTables: refuses a page that has no place for them", () => {
  expect(() => withTables("before", [RESULTS])).toThrow("cannot place the tables");
});
