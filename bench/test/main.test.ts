import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Group, Results } from "../support/report.ts";

const MAIN = join(import.meta.dirname, "../main.ts");
const folder = mkdtempSync(join(tmpdir(), "instride-bench-"));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...args: readonly string[]): Outcome {
  const env = { ...process.env, INIT_CWD: folder };
  return spawnSync(process.execPath, ["-C", "@instride/source", MAIN, ...args], { encoding: "utf8", env });
}

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let outcome: Outcome;
let results: Results;

beforeAll(() => {
  outcome = bench("--quick", "--json", "results.json");
  if (outcome.status === 0) results = JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as Results;
}, 60_000);

test("bench: runs all suites, and exits by itself", () => {
  expect(outcome).toMatchObject({ status: 0, stderr: "" });
  expect(results.suites.map(({ name }) => name)).toEqual([
    "dispatch",
    "crossover",
    "queue",
    "memory",
    "start",
    "views",
    "kernels",
  ]);
});

test("bench: the file says what ran", () => {
  expect(results).toEqual({
    schema: 1,
    machine: {
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      cpu: expect.stringMatching(/./),
      cores: availableParallelism(),
      memoryBytes: expect.any(Number),
      system: expect.stringContaining(process.arch),
      load: expect.any(Number),
      versions: {
        node: process.versions.node,
        v8: process.versions.v8,
        instride: expect.stringMatching(/^\d+\.\d+\.\d+/),
        piscina: expect.stringMatching(/^\d+\.\d+\.\d+/),
        tinybench: expect.stringMatching(/^\d+\.\d+\.\d+/),
        "numpy-ts": expect.stringMatching(/^\d+\.\d+\.\d+/),
        "@jax-js/jax": expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
    },
    threads: availableParallelism(),
    quick: true,
    suites: expect.any(Array),
  });
});

test("bench: the file holds suites, groups, cases and findings as its schema says", () => {
  const latencyUs = Object.fromEntries(
    ["min", "p25", "p50", "p75", "p99", "max"].map((key) => [key, expect.any(Number)]),
  );
  for (const { groups, findings, ...suite } of results.suites) {
    expect(suite).toEqual({ name: expect.any(String), decides: expect.any(String) });
    expect(groups.length + findings.length).toBeGreaterThan(1);
    for (const { cases, work, parameters, ...group } of groups) {
      expect(group).toEqual({ name: expect.any(String), reference: expect.any(String) });
      expect(Object.values(parameters).every((value) => ["number", "string"].includes(typeof value))).toBe(true);
      if (work !== null)
        expect(work).toEqual({ amount: expect.any(Number), unit: expect.stringMatching(/^(B|flop)$/) });
      for (const result of cases) {
        expect(result).toEqual({
          name: expect.any(String),
          samples: expect.any(Number),
          latencyUs,
          ratio: expect.any(Number),
        });
      }
    }
    for (const { value, ...finding } of findings) {
      expect(finding).toEqual({ name: expect.any(String), unit: expect.any(String), text: expect.any(String) });
      expect(value === null || typeof value === "number").toBe(true);
    }
  }
});

test("bench: quantiles are in order, and ratios are those of the medians", () => {
  for (const { cases, reference } of allGroups()) {
    const base = cases.find(({ name }) => name === reference)!;
    for (const { samples, latencyUs, ratio } of cases) {
      const { min, p25, p50, p75, p99, max } = latencyUs;
      expect(samples).toBeGreaterThan(0);
      expect(min).toBeGreaterThanOrEqual(0);
      expect([min, p25, p50, p75, p99, max]).toEqual([min, p25, p50, p75, p99, max].toSorted((a, b) => a - b));
      expect(ratio).toBeCloseTo(p50 / base.latencyUs.p50, 10);
    }
  }
});

test("bench: tables show every group and case of the file, and every finding follows", () => {
  const names = allGroups().flatMap(({ name, cases }) => [name, ...cases.map((result) => result.name)]);
  const texts = results.suites.flatMap(({ findings }) => findings.map(({ text }) => `\n=> ${text}\n`));
  expect([...names, ...texts].filter((text) => !outcome.stdout.includes(text))).toEqual([]);
});

test.each([
  ["dispatch", /^fork-join of an empty job, back to back: how many times prepared, caller helps is/],
  ["dispatch", /^fork-join of a rendezvous, back to back: how many times prepared, caller helps is/],
  ["dispatch", /^prepared empty job, 3 views, inline threshold off: what the async path adds/],
  ["queue", /^1000 jobs a second, prepared, caller helps: greatest number pending/],
  ["queue", /^highest rate that parallelFor, caller waits keeps up with/],
  ["memory", /^an idle lane: resident memory/],
  ["memory", /^control words/],
])("bench: %s finds %s", (suite, name) => {
  const { findings } = results.suites.find((result) => result.name === suite)!;
  expect(findings.filter((finding) => name.test(finding.name))).toHaveLength(1);
});

test("bench: runs the suites that are named", () => {
  const { status, stdout } = bench("views", "--quick");
  expect(status).toBe(0);
  expect(stdout).toContain("views: when a view");
  expect(stdout).not.toContain("crossover");
});

test("bench: says on request what it takes", () => {
  const { status, stdout } = bench("--help");
  expect(status).toBe(0);
  for (const word of [
    "dispatch",
    "crossover",
    "queue",
    "memory",
    "start",
    "views",
    "kernels",
    "--json FILE",
    "--quick",
  ])
    expect(stdout).toContain(word);
});

test("bench: refuses in one line what it can't follow, with exit code 2", () => {
  const { status, stdout, stderr } = bench("dispach");
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: "",
    stderr:
      'bench: there is no suite "dispach": expected dispatch or crossover or queue or memory or start or views or kernels; --help shows what there is\n',
  });
});

function allGroups(): Group[] {
  return results.suites.flatMap(({ groups }) => groups);
}
