import { explore, sample } from "@instride/explorer";
import { expect, test } from "vitest";
import { LANES } from "../src/suite.ts";

/** Random schedules of each scenario that is too large to be searched here. `pnpm explore` goes on. */
const SAMPLES = 3000;

let searched = 0;

test.each(LANES.small.map((scenario) => [scenario.name, scenario] as const))(
  "%s: no order breaks it",
  (_, scenario) => {
    const { violations, statistics } = explore(scenario);
    expect(violations.map(({ report }) => report)).toEqual([]);
    expect(statistics.isComplete).toBe(true);
    searched += statistics.schedules;
  },
);

test.each(LANES.large.map((scenario) => [scenario.name, scenario] as const))(
  "%s: no random order breaks it",
  (_, scenario) => {
    const { violations } = sample(scenario, { seed: 1, schedules: SAMPLES });
    expect(violations.map(({ report }) => report)).toEqual([]);
  },
);

test("lanes: more than 50,000 orders were searched, and none left out", () => {
  expect(searched).toBeGreaterThan(50_000);
});
