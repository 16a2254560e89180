import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { feed, highestRate, keepsUp, type Look } from "../queue/feed.ts";
import { queueFindings, rateFinding } from "../queue.bench.ts";

const RATE = { perSecond: 1000, seconds: 1 };

/** Looks at each of 100 moments of a second. */
function looksOf(behindAt: (ms: number) => number): Look[] {
  return Array.from({ length: 100 }, (_, i) => ({ ms: 10 * i, behind: behindAt(10 * i) }));
}

test("feed: begins every job, and waits until all have settled", async () => {
  let [begun, settled] = [0, 0];
  const fed = await feed(
    async () => {
      begun++;
      await setTimeout(1);
      settled++;
    },
    { perSecond: 2000, seconds: 0.05 },
  );
  expect([begun, settled, fed.jobs, fed.latenciesUs.length]).toEqual([100, 100, 100, 100]);
  expect(Math.min(...fed.latenciesUs)).toBeGreaterThan(0);
  expect(fed.looks.length).toBeGreaterThan(0);
});

test("feed: a job that is done when its call returns leaves none pending", async () => {
  const fed = await feed(() => Promise.resolve(), { perSecond: 10_000, seconds: 0.02 });
  expect(fed).toMatchObject({ jobs: 200, pendingMax: 1, pendingAtEnd: 0 });
});

test("feed: counts what is under way, if nothing settles before the end", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const fed = await feed(
    () => {
      if (++begun === 50) void setTimeout(20).then(resolve);
      return promise;
    },
    { perSecond: 5000, seconds: 0.01 },
  );
  expect(fed).toMatchObject({ jobs: 50, pendingMax: 50, pendingAtEnd: 50 });
});

test("feed: stops at the first job that fails, and rejects with what it has thrown", async () => {
  let begun = 0;
  const failing = feed(
    () => {
      begun++;
      return Promise.reject(new RangeError(`job ${begun}`));
    },
    { perSecond: 1000, seconds: 60 },
  );
  await expect(failing).rejects.toThrow(new RangeError("job 1"));
  expect(begun).toBeLessThan(60_000);
});

test.each<[string, (ms: number) => number, boolean]>([
  ["that is empty all the time", () => 0, true],
  ["of what becomes due between two looks", () => 3, true],
  ["that was held up for a moment, and is empty again", (ms) => (ms < 800 ? 500 : 0), true],
  ["that is held up when the time is over", (ms) => (ms < 900 ? 0 : 500), true],
  ["that grows by one in a hundred", (ms) => ms / 100, false],
  ["that stays as long as it has become", () => 50, false],
])("keepsUp: a queue %s: %#", (_fact, behindAt, verdict) => {
  expect(keepsUp(looksOf(behindAt), RATE)).toBe(verdict);
});

test("keepsUp: whoever had no time to look didn't", () => {
  expect(keepsUp([{ ms: 10, behind: 0 }], RATE)).toBe(false);
});

test.each([
  [4000, 100_000, 4000],
  [4000, 2000, 2000],
  [900, 100_000, null],
])("highestRate: of a way that manages %i jobs a second, tried up to %i: %s", async (manages, highest, expected) => {
  const tried: number[] = [];
  const found = await highestRate(
    async ({ perSecond }) => {
      tried.push(perSecond);
      return { looks: looksOf((ms) => Math.max(0, perSecond - manages) * (ms / 1000)) };
    },
    RATE,
    highest,
  );
  expect(found).toBe(expected);
  expect(tried).toEqual([1000, 2000, 4000, 8000].slice(0, tried.length));
});

test("queueFindings: the most that were pending, what is left, and whether it grows", () => {
  const fed = { jobs: 1000, latenciesUs: [], pendingMax: 14, pendingAtEnd: 3 };
  expect(queueFindings("way", RATE, { ...fed, looks: looksOf(() => 0) })).toEqual([
    {
      name: "1000 jobs a second, way: greatest number pending",
      value: 14,
      unit: "jobs",
      text: "1000 jobs a second, way: at most 14 pending",
    },
    {
      name: "1000 jobs a second, way: pending at the end",
      value: 3,
      unit: "jobs",
      text: "1000 jobs a second, way: 3 pending at the end: the queue doesn't grow, it runs empty to the end",
    },
  ]);
  expect(queueFindings("way", RATE, { ...fed, looks: looksOf((ms) => ms) })[1]!.text).toMatch(/: the queue grows$/);
});

test.each([
  [null, "less than 1000 jobs a second"],
  [2000, "keeps up with: 2000 jobs a second"],
  [8000, "8000 or more jobs a second"],
])("rateFinding: %s says how far it was looked for", (value, text) => {
  const finding = rateFinding("way", value, 1000, 8000);
  expect(finding).toMatchObject({ value, unit: "jobs/s" });
  expect(finding.text).toContain(text);
});
