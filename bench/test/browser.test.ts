import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSERS } from "../browser/browsers.ts";
import { Pages } from "../browser/bundle.ts";
import { PageServer } from "../browser/server.ts";
import { dispatchFindings, kernelFindings } from "../browser/suites.ts";
import { JAX_JS, PLAIN_LOOP, preparedName } from "../kernels/columns.ts";
import type { Group, Results, SuiteResult } from "../support/report.ts";

const MAIN = join(import.meta.dirname, "../browser/main.ts");
const folder = mkdtempSync(join(tmpdir(), "instride-bench-browser-"));
const THREADS = availableParallelism();

function bench(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, INIT_CWD: folder };
  return spawnSync(process.execPath, ["-C", "@instride/source", MAIN, ...args], { encoding: "utf8", env });
}

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("bench:browser: a quick run", () => {
  let outcome: ReturnType<typeof bench>;
  let results: Results;
  const suiteOf = (name: string): SuiteResult => results.suites.find((suite) => suite.name === name)!;
  const groups = (): Group[] => results.suites.flatMap((suite) => suite.groups);

  beforeAll(() => {
    outcome = bench("--quick", "--json", "results.json");
    if (outcome.status === 0) results = JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as Results;
  }, 60_000);

  test("runs all suites in Chromium, and exits by itself", () => {
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(results.suites.map(({ name }) => name)).toEqual(["dispatch", "crossover", "kernels", "start"]);
    expect(results).toMatchObject({ schema: 1, threads: THREADS, quick: true });
    expect(results.machine.versions["chromium"]).toMatch(/^\d+\./);
  });

  test("every case has samples, with quantiles in order", () => {
    for (const { cases } of groups()) {
      for (const { samples, latencyUs, ratio } of cases) {
        const { min, p25, p50, p75, p99, max } = latencyUs;
        expect(samples).toBeGreaterThan(0);
        expect([min, p25, p50, p75, p99, max]).toEqual([min, p25, p50, p75, p99, max].toSorted((a, b) => a - b));
        expect(ratio).toEqual(expect.any(Number));
      }
    }
  });

  test("has each job on one worker and on all, after each gap, beside bare messages and Comlink", () => {
    const found = suiteOf("dispatch").groups;
    const seen = found.map(({ parameters: { job, workers, gapUs } }) => `${job}, ${workers}, ${gapUs}`);
    const jobs = [...new Set([1, THREADS])].flatMap((workers) =>
      (workers > 1 ? ["an empty job", "a rendezvous"] : ["an empty job"]).flatMap((job) =>
        [0, 300, 4000].map((gapUs) => `${job}, ${workers}, ${gapUs}`),
      ),
    );
    expect(seen).toEqual(jobs);
    for (const { reference, cases } of found) {
      expect(reference).toBe("postMessage, each and back");
      expect(cases.map(({ name }) => name)).toContain("a Comlink call each");
    }
  });

  test("has the crossover of every way beside a plain loop", () => {
    const { groups: sizes, findings } = suiteOf("crossover");
    for (const { cases } of sizes) {
      expect(cases.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          PLAIN_LOOP,
          `prepared, caller helps, threads=${THREADS}`,
          `parallelFor, caller waits, threads=${THREADS}`,
          `a message each, shared memory, threads=${THREADS}`,
          `a message each, cloned arrays, threads=${THREADS}`,
        ]),
      );
    }
    expect(findings.filter(({ name }) => name.startsWith("size from which on")).length).toBeGreaterThan(0);
  });

  test("has kernels beside a plain loop, and jax-js on its threads where it can say them", () => {
    const rows = suiteOf("kernels").groups;
    expect(rows.map(({ parameters }) => parameters["workload"])).toEqual(
      expect.arrayContaining(["add", "fused", "sum", "add transposed", "gray", "Mandelbrot", "Black-Scholes"]),
    );
    for (const { parameters, cases } of rows) {
      const names = cases.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([PLAIN_LOOP, preparedName(1), preparedName(THREADS)]));
      const isSaid = !["uint8 to float32", "gray", "Mandelbrot"].includes(String(parameters["workload"]));
      expect(names.includes(JAX_JS)).toBe(isSaid);
    }
    const jax = suiteOf("kernels").findings.find(({ name }) => name.startsWith(JAX_JS));
    expect(jax!.text).toContain(`${THREADS} threads`);
  });

  test("has the first result from open() and from the navigation, which takes longer", () => {
    const [open, navigation] = suiteOf("start").groups as [Group, Group];
    expect(open.cases.map(({ name }) => name)).toContain("rt.map, threads");
    for (const [i, { latencyUs }] of open.cases.entries())
      expect(navigation.cases[i]!.latencyUs.p50).toBeGreaterThan(latencyUs.p50);
  });
});

test("bench:browser: refuses in one line what it can't follow, with exit code 2", () => {
  expect(bench("--browser", "lynx")).toEqual(
    expect.objectContaining({
      status: 2,
      stderr: 'bench:browser: there is no browser "lynx": expected chromium or firefox; --help shows what there is\n',
    }),
  );
});

test("bench:browser: a page that fails ends its visit with what it says", async () => {
  using pages = await Pages.bundle();
  await using server = await PageServer.start(pages.folder);
  await using browser = await BROWSERS["chromium"]!();
  const visit = server.visit("start", { way: "no such way", threads: 1 });
  await using opened = new AsyncDisposableStack();
  opened.use(await browser.open(visit));
  const read = async (): Promise<void> => {
    for await (const measured of visit.measured) throw new Error(`measured ${JSON.stringify(measured)}`);
  };
  await expect(read()).rejects.toThrow("the page failed: TypeError");
});

/** A group whose cases take these times; the first is the reference. */
function groupOf(parameters: Group["parameters"], medians: Readonly<Record<string, number>>): Group {
  const [reference] = Object.keys(medians) as [string];
  const cases = Object.entries(medians).map(([name, p50]) => {
    const latencyUs = { min: p50, p25: p50, p50, p75: p50, p99: p50, max: p50 };
    return { name, samples: 1, latencyUs, ratio: p50 / medians[reference]! };
  });
  return { name: "group", parameters, work: null, reference, cases };
}

test("bench:browser: says how many times a prepared loop is under messages", () => {
  const medians = { "postMessage, each and back": 50, "prepared, caller helps": 0.5 };
  const [finding] = dispatchFindings([groupOf({}, medians)]);
  expect(finding).toMatchObject({ value: 100, unit: "times" });
});

test("bench:browser: names the rows on which instride is behind, worst first", () => {
  const rows = [2, 5, 4].map((ours, i) =>
    groupOf({ row: `row ${i}` }, { [PLAIN_LOOP]: 4, "instride, threads=2": 9, [preparedName(2)]: ours }),
  );
  const [plain, jax] = kernelFindings(rows);
  expect(plain).toMatchObject({
    value: 0.8,
    text: "times ahead of plain loop: behind on 1 of 3 rows; least: row 1 0.80",
  });
  expect(jax).toMatchObject({ value: null, text: "times ahead of jax-js: not measured" });
});
