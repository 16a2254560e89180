import { UsageError } from "@instride/cases";
import { expect, test } from "vitest";
import { COUNT, parseArguments } from "../src/faults/arguments.ts";
import { FAULT_KINDS, MODES } from "../src/faults/draw.ts";
import { runCommand } from "./run-command.ts";

const faults = (...args: string[]): ReturnType<typeof runCommand> => runCommand("faults", args);

test("parseArguments: without any, all kinds in all modes, and a seed of its own", () => {
  const { seed, processes, ...others } = parseArguments([]);
  expect(others).toEqual({
    kinds: FAULT_KINDS,
    areNamed: false,
    modes: MODES,
    count: COUNT,
    onlyCase: null,
    help: false,
  });
  expect(Number.isSafeInteger(seed)).toBe(true);
  expect(processes).toBeGreaterThan(0);
});

test("parseArguments: takes kinds, a mode, and one case any number of times", () => {
  expect(parseArguments(["throw", "abort", "--mode", "inline", "--count", "1,000", "--seed", "7"])).toMatchObject({
    kinds: ["throw", "abort"],
    areNamed: true,
    modes: ["inline"],
    count: 1000,
    seed: 7,
  });
  expect(parseArguments(["--seed", "7", "--case", "3"])).toMatchObject({ seed: 7, onlyCase: 3, count: 1 });
});

test("parseArguments: refuses kinds, modes, options and numbers that are none", () => {
  for (const argv of [
    ["explode"],
    ["--mode", "fast"],
    ["--fast"],
    ["--count", "0"],
    ["--seed", "x"],
    ["--case", "3"],
  ]) {
    expect(() => parseArguments(argv)).toThrow(UsageError);
  }
});

test("pnpm faults: runs cases, counts them by kind, and ends with how many passed", async () => {
  const { exitCode, stdout } = await faults("progress", "join", "--count", "6", "--seed", "5");
  expect(stdout).toMatch(/^seed 5\n6 cases in .*\n {2}join .*\n {2}progress .*\n6 passed, 0 failed\n$/s);
  expect(exitCode).toBe(0);
});

test("pnpm faults --case: runs one case, and shows it with the command that does", async () => {
  const { exitCode, stdout } = await faults("progress", "join", "--seed", "5", "--case", "3");
  expect(stdout).toMatch(
    /\ncase 3 passed \(.*\n {2}plan: \{"runtime":.*\n {2}again: pnpm faults progress join --seed 5 --case 3\n/,
  );
  expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
  expect(exitCode).toBe(0);
});

test("pnpm faults: --help says what there is, and what can't be followed exits with 2", async () => {
  const [help, stranger] = await Promise.all([faults("--help"), faults("explode")]);
  expect(help.exitCode).toBe(0);
  for (const text of [...FAULT_KINDS, "--count", "--seed", "--case", "--mode"]) expect(help.stdout).toContain(text);
  expect(stranger).toMatchObject({ exitCode: 2, stdout: "" });
  expect(stranger.stderr).toContain('there is no kind of fault "explode"');
});
