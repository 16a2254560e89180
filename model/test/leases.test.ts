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
