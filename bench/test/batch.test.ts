import { expect, test } from "vitest";
import { type BatchEffort, batchOf } from "../support/batch.ts";
import { type Case, measureGroup } from "../support/measure.ts";
import { computeFor } from "../support/turns.ts";

const EFFORT: BatchEffort = { timeUs: 2000, runsMax: Infinity, warmupMs: 0 };

/** Takes this long, in milliseconds, and counts. */
class Work {
  runs = 0;
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  asCase(isAsync: boolean): Case {
    const run = (): void => {
      this.runs++;
      computeFor(this.#ms);
    };
    return { name: "first", isAsync, run: isAsync ? async () => run() : run };
  }
}

test.each([false, true])("batchOf: as many runs as take long enough together, async: %s", async (isAsync) => {
  const work = new Work(0.1);
  const batch = await batchOf(work.asCase(isAsync), EFFORT, undefined);
  // At least 0.1 ms each, whatever else the machine does.
  expect(batch.runs).toBeLessThanOrEqual(32);
  const before = work.runs;
  const { overriddenDuration } = await batch.run();
  expect(work.runs - before).toBe(batch.runs);
  expect(overriddenDuration).toBeGreaterThanOrEqual(0.1 * batch.runs);
});

test("batchOf: no more runs than the most", async () => {
  const batch = await batchOf(new Work(0).asCase(false), { ...EFFORT, timeUs: 1e9, runsMax: 5 }, undefined);
  expect(batch.runs).toBe(5);
});

test("batchOf: what comes before each run comes before each, and is no part of its time", async () => {
  const work = new Work(0);
  let hooks = 0;
  const batch = await batchOf(work.asCase(false), { ...EFFORT, timeUs: 1e9, runsMax: 4 }, () => {
    hooks++;
    computeFor(5);
  });
  expect(hooks).toBe(work.runs);
  const { overriddenDuration } = await batch.run();
  expect(overriddenDuration).toBeLessThan(20);
});

test("measureGroup: a sample of a batch is the mean of its runs", async () => {
  const { cases } = await measureGroup({
    name: "group",
    parameters: {},
    work: null,
    reference: "first",
    cases: [new Work(0.1).asCase(false)],
    effort: { rounds: 2, timeMs: 0, samplesMin: 3, warmupMs: 0 },
    batch: EFFORT,
  });
  const [{ samples, latencyUs }] = cases as [(typeof cases)[number]];
  expect(samples).toBe(6);
  expect(latencyUs.min).toBeGreaterThanOrEqual(100);
  // A run on its own: a batch of them would take 2 ms.
  expect(latencyUs.min).toBeLessThan(1500);
});
