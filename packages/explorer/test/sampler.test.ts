import { expect, test } from "vitest";
import { replay, sample, scenario, ScenarioError, type Port, type Scenario, type ThreadEnv } from "../src/index.ts";
import { check, event, lostUpdate, peterson } from "./classics.ts";

const NOISE = 5;

function makeNoise(shared: Port): void {
  for (let k = 0; k < NOISE; k++) shared.add(1, 1);
}

/** Wrong only if the reader's first look falls between the writer's two writes, and its second after them. */
function depthThree(): Scenario {
  const noisy = ["x", "y"].map((name) => ({
    name,
    run: ({ ports: { shared } }: ThreadEnv<"shared">) => makeNoise(shared),
  }));
  return scenario({
    name: "depth three",
    memories: { shared: { words: 2 } },
    threads: [
      ...noisy,
      {
        name: "writer",
        run: ({ ports: { shared } }: ThreadEnv<"shared">) => {
          makeNoise(shared);
          shared.store(0, 1);
          makeNoise(shared);
          shared.store(0, 2);
        },
      },
      {
        name: "reader",
        run: ({ ports: { shared } }: ThreadEnv<"shared">) => {
          makeNoise(shared);
          const first = shared.load(0);
          makeNoise(shared);
          return `${first} ${shared.load(0)}`;
        },
      },
    ],
    final: ({ resultOf }) => check(resultOf("reader") !== "1 2", "seen between the writes"),
  });
}

test("sample: finds a bug of depth 3 with every seed", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { violations, statistics } = sample(depthThree(), { seed, schedules: 20_000, depth: 3 });
    expect(violations).toMatchObject([{ kind: "final" }]);
    expect(replay(depthThree(), violations[0]!.trace)).toEqual(violations[0]);
    expect(statistics.schedules).toBeLessThan(20_000);
  }
});

test("sample: with depth 1 no thread is interrupted, so that the bug can't be found", () => {
  expect(sample(depthThree(), { seed: 1, schedules: 2000, depth: 1 }).violations).toEqual([]);
});

test("sample: a seed decides everything", () => {
  const outcomes = (seed: number): string[] => {
    const ends: string[] = [];
    sample(peterson(true), {
      seed,
      schedules: 20,
      outcome: ({ memory }) => String(ends.push(String(memory["shared"]!.get(2)))),
    });
    return ends;
  };
  expect(outcomes(7)).toEqual(outcomes(7));
  expect(new Set([1, 2, 3, 4].map((seed) => outcomes(seed).join(""))).size).toBeGreaterThan(1);
});

test("sample: finds lost wake-ups, deaths, early time-outs and spurious wakes", () => {
  const options = { seed: 1, schedules: 2000 };
  expect(sample(event("waits for something else"), options).violations).toMatchObject([{ kind: "deadlock" }]);
  expect(sample(lostUpdate(), options).violations).toMatchObject([{ kind: "final" }]);
  const ends = scenario({
    name: "ends",
    memories: { shared: { words: 2 } },
    threads: [
      {
        name: "waiter",
        mortal: true,
        run: ({ ports: { shared } }) => `${shared.wait(0, 0, 50)} ${shared.load(1)}`,
      },
      { name: "writer", run: ({ ports: { shared } }) => shared.store(1, 1) },
    ],
    options: { spuriousWakesMax: 1 },
  });
  const { outcomes } = sample(ends, { ...options, outcome: ({ resultOf }) => String(resultOf("waiter")) });
  expect([...outcomes].sort()).toEqual(["ok 0", "ok 1", "timed-out 0", "timed-out 1", "undefined"]);
});

test("sample: nothing is wrong with what is right", () => {
  const { violations, statistics } = sample(peterson(true), { seed: 3, schedules: 2000 });
  expect(violations).toEqual([]);
  expect(statistics).toMatchObject({ schedules: 2000, isComplete: false });
});

test("sample: refuses a depth or seed that is none", () => {
  expect(() => sample(lostUpdate(), { seed: 1, schedules: 1, depth: 0 })).toThrow(ScenarioError);
  expect(() => sample(lostUpdate(), { seed: 0.5, schedules: 1 })).toThrow("cannot sample with seed 0.5 and depth 3");
});
