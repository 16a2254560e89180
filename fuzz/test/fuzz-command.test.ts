import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "@instride/cases";
import { CASES, parseArguments } from "../src/arguments.ts";
import { asJson } from "../src/as-json.ts";

const KNOWN = ["descriptors", "guard-zones", "parsers"];
const parse = (...argv: string[]): ReturnType<typeof parseArguments> => parseArguments(argv, KNOWN);

test("parseArguments: without any, all parts, some number of cases and a seed of its own", () => {
  const { seed, ...others } = parse();
  expect(others).toEqual({ parts: KNOWN, areNamed: false, cases: CASES, onlyCase: null, help: false });
  expect(Number.isSafeInteger(seed)).toBe(true);
});

test("parseArguments: takes parts in the order in which they run, and numbers with their thousands told apart", () => {
  expect(parse("parsers", "descriptors", "--cases", "10,000,000", "--seed", "1_000")).toEqual({
    parts: ["descriptors", "parsers"],
    areNamed: true,
    cases: 10_000_000,
    seed: 1000,
    onlyCase: null,
    help: false,
  });
  expect(parse("--seed", "0", "--case", "0")).toMatchObject({ seed: 0, onlyCase: 0 });
});

test("parseArguments: refuses parts, options and numbers that are none", () => {
  for (const argv of [
    ["photos"],
    ["--fast"],
    ["--cases"],
    ["--cases", "0"],
    ["--cases", "many"],
    ["--cases", "1.5"],
    ["--cases", "9007199254740992"],
    ["--seed=-1"],
    ["--case", "3"],
  ]) {
    expect(() => parse(...argv)).toThrow(UsageError);
  }
});

test("asJson: tells apart what JSON doesn't", () => {
  const values = [Number.NaN, -0, 0, 3, "3", 3n, undefined, null, Infinity, [3], new ArrayBuffer(3), Uint8Array.of(3)];
  expect(new Set(values.map(asJson)).size).toBe(values.length);
  expect(asJson({ a: [2 ** 53, -0] })).toBe('{"a":[9007199254740992,{"number":"-0"}]}');
  const sparse: number[] = [];
  sparse.length = 2 ** 32 - 1;
  expect(asJson(sparse).length).toBeLessThan(2000);
});

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function fuzz(...args: readonly string[]): Promise<Ended> {
  const main = join(import.meta.dirname, "../src/main.ts");
  const child = spawn(process.execPath, ["-C", "@instride/source", main, ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => (stderr += String(data)));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  return { exitCode: await promise, stdout, stderr };
}

test("pnpm fuzz: runs all parts in proportion, and ends with the count of cases", async () => {
  const { exitCode, stdout } = await fuzz("--cases", "1000", "--seed", "5");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^seed 5\ndescriptors: 1,000 cases .*guard-zones: 40 cases .*parsers: 60 cases /s);
  expect(stdout).toMatch(/\n1100 passed, 0 failed\n$/);
});

test("pnpm fuzz --case: runs one case, and shows it", async () => {
  const { exitCode, stdout } = await fuzz("descriptors", "--seed", "5", "--case", "3");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/descriptors, case 3 passed .*\n {2}input: \{"buffer":.*\n {2}again: pnpm fuzz descriptors/);
  expect(stdout).toMatch(/\n1 passed, 0 failed\n$/);
});

test("pnpm fuzz: --help says what there is, and what can't be followed exits with 2", async () => {
  const [help, stranger] = await Promise.all([fuzz("--help"), fuzz("photos")]);
  expect(help.exitCode).toBe(0);
  for (const text of [...KNOWN, "--cases", "--seed", "--case"]) expect(help.stdout).toContain(text);
  expect(stranger).toMatchObject({ exitCode: 2, stdout: "" });
  expect(stranger.stderr).toContain('there is no part "photos"');
});
