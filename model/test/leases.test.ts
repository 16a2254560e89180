import { readFileSync } from "node:fs";
import { explore } from "@instride/explorer";
import { expect, test } from "vitest";
import { LEASES } from "../src/suite.ts";

test.each([...LEASES.small, ...LEASES.large].map((scenario) => [scenario.name, scenario] as const))(
  "%s: no order breaks it",
  (_, scenario) => {
    const { violations, statistics } = explore(scenario);
    expect(violations.map(({ report }) => report)).toEqual([]);
    expect(statistics.isComplete).toBe(true);
  },
);

test("leases: docs/cpython-races.md names scenarios that are there, and all of them that have a report's number", () => {
  const page = readFileSync(new URL("../../docs/cpython-races.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| ["));
  const named = rows.flatMap((row) => row.split("|").at(-2)!.split(";")).map((name) => name.trim());
  const names = [...LEASES.small, ...LEASES.large].map(({ name }) => name);
  expect(named.length).toBeGreaterThan(rows.length);
  expect(named.filter((name) => name !== "as above" && !names.some((other) => other.includes(name)))).toEqual([]);
  const numbered = names.filter((name) => name.includes("python/cpython#"));
  expect(numbered.filter((name) => !named.some((part) => name.includes(part)))).toEqual([]);
});
