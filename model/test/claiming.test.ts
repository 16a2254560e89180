import { explore, sample } from "@instride/explorer";
import { expect, test } from "vitest";
import { CLAIMING } from "../src/suite.ts";

/** Random schedules of each scenario that is too large to be searched here. `pnpm explore` goes on. */
const SAMPLES = 3000;

test.each(CLAIMING.small.map((scenario) => [scenario.name, scenario] as const))(
  "%s: no order breaks it",
  (_, scenario) => {
    const { violations, statistics } = explore(scenario);
    expect(violations.map(({ report }) => report)).toEqual([]);
    expect(statistics.isComplete).toBe(true);
  },
);

test.each(CLAIMING.large.map((scenario) => [scenario.name, scenario] as const))(
  "%s: no random order breaks it",
  (_, scenario) => {
    const { violations } = sample(scenario, { seed: 1, schedules: SAMPLES });
    expect(violations.map(({ report }) => report)).toEqual([]);
  },
);
