import { assertKilled } from "@instride/explorer";
import { expect, test } from "vitest";
import { LANE_MUTANTS } from "../src/mutants/lane-mutants.ts";
import { LEASE_MUTANTS } from "../src/mutants/lease-mutants.ts";

const MUTANTS = [...LEASE_MUTANTS, ...LANE_MUTANTS];

test("mutants: there are 25 at least of each protocol, all different", () => {
  expect(LEASE_MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(LANE_MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))("%s: is noticed", (_, mutant) => {
  expect(assertKilled(mutant).kind).not.toBe("");
});
