/**
 * How many tests passed and failed, from the report that vitest writes with `--reporter=json`.
 *
 * A file that fails before it has a failing test (it does not load, a hook throws) counts as one failure: vitest lists
 * it as failed, with its tests absent or skipped. A skipped test counts as a failure too, so that none goes unseen.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check, Tally } from "./run-checks.ts";

/** The part of the report that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** A check that runs vitest with `args` and environment variables, and counts each test. */
export function vitestCheck(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Check {
  const reportFile = join(tmpdir(), `vitest-${randomUUID()}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  return {
    name,
    env,
    // Only what is written down counts: a missing snapshot or a stray `.only` fails.
    command: ["vitest", "run", "--update=none", "--allowOnly=false", ...reporters, ...args],
    count: () => {
      // Without a report, vitest did not get as far as the tests: its exit code says that.
      if (!existsSync(reportFile)) return { passed: 0, failed: 0 };
      const text = readFileSync(reportFile, "utf8");
      rmSync(reportFile);
      return tallyOf(JSON.parse(text) as Report);
    },
  };
}

export function tallyOf(report: Report): Tally {
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    const passedHere = file.assertionResults.filter(({ status }) => status === "passed").length;
    const failedHere = file.assertionResults.length - passedHere;
    passed += passedHere;
    failed += failedHere === 0 && file.status !== "passed" ? 1 : failedHere;
  }
  return { passed, failed };
}
