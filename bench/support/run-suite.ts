/**
 * Runs a suite, and shows what it measures as soon as it is there.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import {
  type Finding,
  formatFindings,
  formatGroup,
  formatSuite,
  type Group,
  type Results,
  type SuiteResult,
} from "./report.ts";
import type { Suite, SuiteContext } from "./suite.ts";

export async function runSuite(suite: Suite, context: SuiteContext): Promise<SuiteResult> {
  const { name, decides } = suite;
  console.log(`\n${formatSuite(suite)}`);
  const groups: Group[] = [];
  const findings: Finding[] = [];
  for await (const measured of suite.measure(context)) {
    if ("cases" in measured) {
      groups.push(measured);
      console.log(`\n${formatGroup(measured)}`);
    } else {
      findings.push(measured);
    }
  }
  findings.push(...(suite.findings?.(groups) ?? []));
  if (findings.length > 0) console.log(`\n${formatFindings(findings)}`);
  return { name, decides, groups, findings };
}

/** Writes the file of `--json`, and says so. */
export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nwritten to ${file}`);
}
