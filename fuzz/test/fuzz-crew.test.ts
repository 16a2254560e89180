import { expect, test } from "vitest";
import { runCrew } from "../src/case-crew.ts";
import { Random } from "@instride/cases";

const SEED = 52;
const CASES = 60;

test("runCrew: what stops its thread has failed, by its number, and every other case is run", async () => {
  const choices = Array.from({ length: CASES }, (_, caseNumber) => new Random(SEED, caseNumber).below(25));
  const failing = choices.flatMap((choice, caseNumber) => (choice <= 3 ? [{ caseNumber, choice }] : []));
  // Each way must be there.
  expect(new Set(failing.map(({ choice }) => choice))).toEqual(new Set([0, 1, 2, 3]));

  const { passed, failed, shown } = await runCrew({
    part: "stopping",
    seed: SEED,
    range: { start: 0, stop: CASES },
    chunk: 20,
    threads: 2,
    worker: new URL("./fixtures/stopping-worker.ts", import.meta.url),
    stallMs: 5000,
    heapMb: 64,
  });
  expect(shown.map(({ caseNumber }) => caseNumber)).toEqual(failing.map(({ caseNumber }) => caseNumber));
  expect({ passed, failed }).toEqual({ passed: CASES - failing.length, failed: failing.length });
  const texts = ["did not end in 5000 ms", "out of memory", "nobody waits", "it is wrong"];
  for (const [i, { choice }] of failing.entries()) expect(shown[i]!.fault).toContain(texts[choice]);
});
