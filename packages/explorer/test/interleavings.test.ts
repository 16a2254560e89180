import fc from "fast-check";
import { expect, test } from "vitest";
import { explore, scenario, type ThreadEnv } from "../src/index.ts";
import { contending, independent } from "./classics.ts";

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** In how many orders threads with so many operations can run. */
function multinomial(operations: readonly number[]): number {
  const total = operations.reduce((sum, count) => sum + count, 0);
  return operations.reduce((orders, count) => orders / factorial(count), factorial(total));
}

/** Operations of each thread. */
const THREADS = [[3], [1, 1], [2, 3], [4, 4], [1, 1, 1], [2, 2, 2], [3, 2, 1], [1, 1, 1, 1], [2, 2, 1, 1]];

for (const counts of THREADS) {
  const operations = counts.join(" + ");

  test(`explore: without reduction threads of ${operations} operations run in all orders`, () => {
    const { statistics } = explore(independent(counts), { reduction: false });
    expect(statistics).toMatchObject({ schedules: Math.round(multinomial(counts)), redundant: 0, isComplete: true });
  });

  test(`explore: independent threads of ${operations} operations need one schedule`, () => {
    const { statistics } = explore(independent(counts));
    const steps = counts.reduce((sum, count) => sum + count, 0);
    expect(statistics).toMatchObject({ schedules: 1, redundant: 0, steps, isComplete: true });
  });

  test(`explore: reduction leaves out no order of ${operations} contending operations`, () => {
    const { statistics, outcomes } = explore(contending(counts), {
      outcome: ({ resultOf }) => counts.map((_, thread) => String(resultOf(`t${thread}`))).join(" "),
    });
    expect(statistics).toMatchObject({ schedules: Math.round(multinomial(counts)), redundant: 0, isComplete: true });
    expect(outcomes.size).toBe(statistics.schedules);
  });
}

test("explore: two threads of k operations run in 2 schedules without an interruption, in 2k with one", () => {
  for (const k of [1, 2, 3, 5, 8]) {
    const schedules = [0, 1].map(
      (preemptionsMax) => explore(contending([k, k]), { preemptionsMax }).statistics.schedules,
    );
    expect(schedules).toEqual([2, 2 * k]);
  }
});

test("explore: enough interruptions give all schedules", () => {
  const { statistics } = explore(contending([3, 3]), { preemptionsMax: 5 });
  expect(statistics.schedules).toBe(multinomial([3, 3]));
});

test("explore: a mortal thread of k operations dies in k + 1 places, or not", () => {
  fc.assert(
    fc.property(fc.nat(6), fc.boolean(), (k, reduction) => {
      const mortal = scenario({
        name: "mortal",
        memories: { shared: { words: 1 } },
        threads: [
          {
            name: "t",
            mortal: true,
            run: ({ ports: { shared } }) => {
              for (let i = 0; i < k; i++) shared.add(0, 1);
            },
          },
        ],
      });
      const { statistics, outcomes } = explore(mortal, {
        reduction,
        outcome: ({ exitOf, memory }) => `${exitOf("t")} after ${memory["shared"]!.get(0)}`,
      });
      const deaths = Array.from({ length: k + 1 }, (_, done) => `died after ${done}`);
      expect(statistics.schedules).toBe(k + 2);
      expect([...outcomes].sort()).toEqual([...deaths, `ended after ${k}`].sort());
    }),
    { numRuns: 14 },
  );
});

test("explore: a notify that may choose 2 of 4 waiters wakes each pair", () => {
  const waiters = ["a", "b", "c", "d"];
  const pairs = scenario({
    name: "pairs",
    memories: { shared: { words: 2, names: { GATE: 0, WAITING: 1 } } },
    options: { wakeOrder: "any" },
    threads: [
      ...waiters.map((name) => ({
        name,
        daemon: true,
        run: ({ ports: { shared } }: ThreadEnv<"shared">) => {
          shared.add(1, 1);
          return shared.wait(0, 0, Infinity);
        },
      })),
      {
        name: "notifier",
        run: ({ ports: { shared }, pause }) => {
          while (shared.load(1) < 4) pause();
          return shared.notify(0, 2);
        },
      },
    ],
  });
  const { outcomes } = explore(pairs, {
    outcome: ({ resultOf }) => waiters.filter((name) => resultOf(name) === "ok").join(""),
  });
  // The notifier may come before the last ones have begun to wait: then fewer are woken.
  expect([...outcomes].filter((woken) => woken.length === 2).sort()).toEqual(["ab", "ac", "ad", "bc", "bd", "cd"]);
});

test("explore: a budget of schedules ends the search, and says so", () => {
  expect(explore(contending([3, 3]), { schedulesMax: 7 }).statistics).toMatchObject({
    schedules: 7,
    isComplete: false,
  });
  expect(explore(contending([2, 2]), { schedulesMax: 6 }).statistics).toMatchObject({ schedules: 6, isComplete: true });
});
