import { expect, test } from "vitest";
import { runChecks, type Check, type RunOptions, type Tally } from "../scripts/run-checks.ts";
import { tallyOf } from "../scripts/vitest-report.ts";

const PASS: Check = { name: "pass", command: ["node", "-e", ""] };
const FAIL: Check = { name: "fail", command: ["node", "-e", "process.exit(3)"] };
const HANG: Check = { name: "hang", command: ["node", "-e", "setInterval(() => {}, 1000)"] };

async function run(checks: readonly Check[], options: Partial<RunOptions> = {}): Promise<Tally & { log: string }> {
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
  };
  const tally = await runChecks(checks, { log, signal: new AbortController().signal, ...options });
  return { ...tally, log: lines.join("\n") };
}

test("runChecks: a check passes by exiting with 0, and counts as one", async () => {
  expect(await run([PASS, PASS])).toMatchObject({ passed: 2, failed: 0 });
});

test("runChecks: a check has environment variables of its own", async () => {
  const command = ["node", "-e", "process.exit(process.env.OF_A_CHECK === '1' ? 0 : 3)"] as const;
  const { passed, failed } = await run([
    { name: "with", command, env: { OF_A_CHECK: "1" } },
    { name: "without", command },
  ]);
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
});

test("runChecks: what follows a failed check still runs, and the failed one is named at the end", async () => {
  const { passed, failed, log } = await run([FAIL, PASS]);
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
  expect(log).toMatch(/fail: FAILED[^]*pass: ok[^]*failed: fail /);
});

test("runChecks: a command that does not exist is a failed check", async () => {
  expect(await run([{ name: "absent", command: ["no-such-command"] }, PASS])).toMatchObject({ passed: 1, failed: 1 });
});

test("runChecks: a command that hangs is ended, and has failed", async () => {
  const { failed, log } = await run([HANG], { timeoutMs: 300 });
  expect(failed).toBe(1);
  expect(log).toContain("node: ended by SIGTERM");
});

test("runChecks: after an interruption nothing else begins, and what was left has failed", async () => {
  const signal = AbortSignal.timeout(300);
  expect(await run([HANG, PASS], { signal })).toMatchObject({ passed: 0, failed: 2 });
});

test("runChecks: a count that finds no failure does not hide that the command failed, or counted nothing", async () => {
  const count = (): Tally => ({ passed: 7, failed: 0 });
  expect(await run([{ ...FAIL, count }])).toMatchObject({ passed: 7, failed: 1 });
  expect(await run([{ ...PASS, count }])).toMatchObject({ passed: 7, failed: 0 });
  expect(await run([{ ...PASS, count: () => ({ passed: 0, failed: 0 }) }])).toMatchObject({ passed: 0, failed: 1 });
});

test("tallyOf: counts tests, takes skipped ones for failed, and a file that does not load for one failure", () => {
  const testsOf = (...statuses: string[]): { status: string }[] => statuses.map((status) => ({ status }));
  const testResults = [
    { status: "passed", assertionResults: testsOf("passed", "passed", "skipped") },
    { status: "failed", assertionResults: testsOf("passed", "failed") },
    { status: "failed", assertionResults: [] },
  ];
  expect(tallyOf({ testResults })).toEqual({ passed: 3, failed: 3 });
});
