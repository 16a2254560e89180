import { existsSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFindings } from "../start.bench.ts";
import { Install } from "../start/install.ts";
import { resultsOf } from "../support/measure.ts";
import type { Group } from "../support/report.ts";

const HELPS = "parallelFor, caller helps";

let install: Install;
beforeAll(async () => {
  install = await Install.make();
}, 60_000);
afterAll(() => {
  install[Symbol.dispose]();
  expect(existsSync(install.folder)).toBe(false);
});

function firstResult(way: string): unknown {
  const program = join(install.folder, "first-result.js");
  return JSON.parse(execFileSync(process.execPath, [program, way, "2"], { encoding: "utf8", timeout: 20_000 }));
}

test.each([HELPS, "prepare, run, caller helps", "parallelFor, inline", "parallelFor", "Piscina"])(
  "start: a process tells how long its first result took by %s, the import first",
  (way) => {
    const { sinceImportUs, sinceOpenUs } = firstResult(way) as Record<string, number>;
    expect(sinceOpenUs).toBeGreaterThan(0);
    expect(sinceImportUs).toBeGreaterThan(sinceOpenUs!);
  },
);

test("start: a conclusion holds the median of the caller that helps against the reference, and the bar for open()", () => {
  const group = (from: string, helps: number[]): Group => ({
    name: `from ${from}`,
    parameters: { from, threads: 2 },
    work: null,
    reference: "Piscina",
    cases: resultsOf(
      new Map([
        ["Piscina", [50_000, 60_000, 70_000]],
        [HELPS, helps],
      ]),
      "Piscina",
    ),
  });
  const findings = startFindings([group("open", [3000, 4000, 5000]), group("import", [20_000, 21_000, 22_000])]);
  expect(findings.map(({ value, unit }) => ({ value, unit }))).toEqual([
    { value: 4000, unit: "µs" },
    { value: 21_000, unit: "µs" },
  ]);
  expect(findings[0]!.text).toBe(
    "from open: parallelFor, caller helps: 4000 (3500..4500) µs (bar: 5000), against 60000 (55000..65000) of Piscina",
  );
  expect(findings[1]!.text).not.toContain("bar");
});
