import { UsageError } from "@instride/cases";
import { expect, test } from "vitest";
import { parseArguments, SECONDS } from "../src/soak/arguments.ts";
import { runSoak } from "../src/soak/run-soak.ts";
import { runCommand } from "./run-command.ts";

/** What a soak may take on a busy machine. */
const TIMEOUT_MS = 120_000;

test("parseArguments: seconds and a seed, and nothing else", () => {
  expect(parseArguments([])).toMatchObject({ seconds: SECONDS, help: false });
  expect(parseArguments(["--seconds", "3,600", "--seed", "7"])).toEqual({ seconds: 3600, seed: 7, help: false });
  for (const argv of [["--seconds", "0"], ["--minutes", "1"], ["longer"]]) {
    expect(() => parseArguments(argv)).toThrow(UsageError);
  }
});

test(
  "pnpm soak: some seconds of it pass, and it tells what was done and watched",
  { timeout: TIMEOUT_MS },
  async () => {
    const { exitCode, stdout } = await runCommand("soak", ["--seconds", "5", "--seed", "1"]);
    expect(stdout).toMatch(
      /^seed 1\n[\d,]+ done in .*\n {2}call, none .*\n {2}live leases .*\n\d+ passed, 0 failed\n$/s,
    );
    expect(exitCode).toBe(0);
  },
);

test("pnpm soak: what a runtime keeps is noticed", { timeout: TIMEOUT_MS }, async () => {
  const leaking = new URL("./fixtures/leaking-soak.ts", import.meta.url);
  const { failed, summary, fault } = await runSoak({ seconds: 8, seed: 2, help: false }, () => {}, leaking);
  expect(fault).toBe(null);
  expect(failed).toBeGreaterThanOrEqual(2);
  const faults = summary!.watched.filter((watched) => watched.fault !== null).map(({ name }) => name);
  expect(faults).toEqual(expect.arrayContaining(["live leases", "listeners on the process"]));
});

test("pnpm soak: --help says what there is, and what can't be followed exits with 2", async () => {
  const [help, stranger] = await Promise.all([runCommand("soak", ["--help"]), runCommand("soak", ["longer"])]);
  expect(help.exitCode).toBe(0);
  for (const text of ["--seconds", "--seed"]) expect(help.stdout).toContain(text);
  expect(stranger).toMatchObject({ exitCode: 2, stdout: "" });
  expect(stranger.stderr).toContain('cannot make anything of "longer"');
});
