import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, type Exploration } from "../src/index.ts";
import { oracle, outcomeOf, randomProgram, scenarioOf, type RandomProgram } from "./random-program.ts";

/** Programs with more schedules than this are left out: the rest is enough, and quick. */
const SCHEDULES_MAX = 5000;

function findingsOf({ violations }: Exploration): string[] {
  return violations.map(({ kind, subject }) => `${kind} ${subject}`).sort();
}

function exploreProgram(program: RandomProgram, reduction: boolean): Exploration {
  return explore(scenarioOf(program), {
    reduction,
    all: true,
    schedulesMax: SCHEDULES_MAX,
    outcome: (end) => outcomeOf(program, end),
  });
}

test("explore: with reduction a random program has the same ends and violations as without", () => {
  let compared = 0;
  fc.assert(
    fc.property(randomProgram(false, 4), (program) => {
      const every = exploreProgram(program, false);
      if (!every.statistics.isComplete) return;
      compared++;
      const reduced = exploreProgram(program, true);
      expect(reduced.statistics.isComplete).toBe(true);
      expect(reduced.statistics.schedules).toBeLessThanOrEqual(every.statistics.schedules);
      expect([...reduced.outcomes].sort()).toEqual([...every.outcomes].sort());
      expect(findingsOf(reduced)).toEqual(findingsOf(every));
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(200);
});

test("explore: a random program has the ends that an independent search of its states finds", () => {
  let compared = 0;
  fc.assert(
    fc.property(randomProgram(true, 5), (program) => {
      const explored = exploreProgram(program, true);
      if (!explored.statistics.isComplete) return;
      compared++;
      const { outcomes, hasDeadlock } = oracle(program);
      expect([...explored.outcomes].sort()).toEqual([...outcomes].sort());
      expect(explored.violations.length > 0).toBe(hasDeadlock);
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(200);
});
