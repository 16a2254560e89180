import { expect, test } from "vitest";
import { runCrew } from "../src/processes/case-crew.ts";

const main = new URL("./fixtures/failing-process.ts", import.meta.url);

test("runCrew: what hangs, ends its process, or keeps it from ending has failed, by its number; all others are run", async () => {
  const { tally, kinds } = await runCrew({
    main,
    seed: 1,
    kinds: [],
    modes: [],
    withinMs: 1000,
    processes: 2,
    start: 0,
    stop: 9,
    stallMs: 4000,
    describe: (caseNumber) => ({ kind: caseNumber < 4 ? "low" : "high", input: `plan ${caseNumber}` }),
  });
  const found = tally.shown.map(({ caseNumber, fault, input }) => [caseNumber, fault, input]);
  expect(found).toContainEqual([1, "it is wrong", "plan 1"]);
  expect(found).toContainEqual([2, expect.stringContaining("its process did not answer in 4000 ms"), "plan 2"]);
  expect(found).toContainEqual([4, expect.stringMatching(/ended with 3; it said: these are my last words$/), "plan 4"]);
  // The process that didn't end had other cases after it, perhaps.
  const kept = found.find(([, fault]) => String(fault).includes("did not end by itself"));
  expect(kept?.[0]).toBeGreaterThanOrEqual(7);
  expect(found).toHaveLength(4);
  expect(tally).toMatchObject({ passed: 5, failed: 4 });
  expect(kinds.get("low")).toMatchObject({ cases: 4, failed: 2 });
  expect(kinds.get("high")).toMatchObject({ cases: 5, failed: 2 });
});
