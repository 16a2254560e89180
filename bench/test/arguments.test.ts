import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseArguments, UsageError } from "../support/arguments.ts";

const SUITES = ["dispatch", "crossover"];
const folder = tmpdir();

test("parseArguments: without any, runs every suite in full", () => {
  expect(parseArguments([], SUITES, folder)).toEqual({ suites: SUITES, jsonFile: null, quick: false, help: false });
});

test("parseArguments: suites run once, in their own order, whatever the order of their names", () => {
  expect(parseArguments(["crossover", "--quick"], SUITES, folder)).toMatchObject({
    suites: ["crossover"],
    quick: true,
  });
  expect(parseArguments(["crossover", "dispatch", "crossover"], SUITES, folder).suites).toEqual(SUITES);
});

test("parseArguments: a relative file lies where the user stands", () => {
  expect(parseArguments(["--json", "a.json"], SUITES, folder).jsonFile).toBe(join(folder, "a.json"));
  expect(parseArguments(["--json=/b.json"], SUITES, folder).jsonFile).toBe("/b.json");
});

test.each([
  [["dispach"], 'there is no suite "dispach": expected dispatch or crossover'],
  [["--fast"], "cannot read the command line: Unknown option '--fast'"],
  [["--json"], "cannot read the command line: Option '--json <value>' argument missing"],
  [["--json", "--quick"], "cannot read the command line: Option '--json' argument is ambiguous"],
  [["--quick=1"], "cannot read the command line: Option '--quick' does not take an argument"],
  [["--json", "."], `cannot write ${folder}: it is a folder, expected a file`],
  [
    ["--json", "no/such/a.json"],
    `cannot write ${join(folder, "no/such/a.json")}: there is no folder ${join(folder, "no/such")}`,
  ],
])("parseArguments: refuses %j before anything is measured", (argv, message) => {
  expect(() => parseArguments(argv, SUITES, folder)).toThrow(new UsageError(message));
});

test("parseArguments: the browser is the one that is named, or else the first", () => {
  const browsers = ["chromium", "firefox"];
  expect(parseArguments([], SUITES, folder, browsers).browser).toBe("chromium");
  expect(parseArguments(["--browser", "firefox"], SUITES, folder, browsers).browser).toBe("firefox");
  expect(() => parseArguments(["--browser", "lynx"], SUITES, folder, browsers)).toThrow(
    new UsageError('there is no browser "lynx": expected chromium or firefox'),
  );
});

test("parseArguments: where there are no browsers, none can be named", () => {
  expect(() => parseArguments(["--browser", "chromium"], SUITES, folder)).toThrow(
    new UsageError("cannot read the command line: Unknown option '--browser'"),
  );
});
