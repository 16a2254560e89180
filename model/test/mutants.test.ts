import { readFileSync } from "node:fs";
import { assertKilled } from "@instride/explorer";
import { expect, test } from "vitest";
import { LANE_MUTANTS } from "../src/mutants/lane-mutants.ts";
import { LEASE_MUTANTS } from "../src/mutants/lease-mutants.ts";
import { SUITE } from "../src/suite.ts";

/** Schedules of each that are searched, before random ones are tried. */
const SEARCHED = 10_000;

const MUTANTS = SUITE.mutants!;

test("mutants: there are 25 at least of each protocol, all different", () => {
  expect(LEASE_MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(LANE_MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))("%s: is noticed", (_, mutant) => {
  expect(assertKilled(mutant, { schedulesMax: SEARCHED }).report).toContain(mutant.name);
});

test("mutants: README.md lists them all, each with its scenario", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8").replace(/ +/g, " ");
  const missing = MUTANTS.map(({ name }) => {
    const [, fault, scenario] = /^mutant: (.*); in \w+: (.*?)( \[[^\]]*\])?$/.exec(name)!;
    return `| ${fault} | ${scenario} |`;
  }).filter((row) => !readme.includes(row));
  expect(missing).toEqual([]);
});
