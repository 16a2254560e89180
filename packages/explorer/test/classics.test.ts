import { expect, test } from "vitest";
import { explore, type Scenario, type ViolationKind } from "../src/index.ts";
import { event, freeList, lostUpdate, messagePassing, peterson, storeBuffering } from "./classics.ts";

const RIGHT: readonly Scenario[] = [
  storeBuffering(),
  peterson(true),
  messagePassing(true),
  event("none"),
  event("none", { spuriousWakesMax: 2 }),
  event("none", { timeoutRescue: "violation" }, 100),
  freeList(true),
];

test.each(RIGHT.map((classic) => [classic.name, classic] as const))(
  "explore: nothing is wrong with %s",
  (_, classic) => {
    const { violations, statistics } = explore(classic);
    expect(violations).toEqual([]);
    expect(statistics.isComplete).toBe(true);
  },
);

const WRONG: readonly (readonly [ViolationKind, Scenario])[] = [
  ["final", lostUpdate()],
  ["race", peterson(false)],
  ["race", messagePassing(false)],
  ["deadlock", event("no notify")],
  ["deadlock", event("notify first")],
  ["deadlock", event("waits for something else")],
  ["lost-wakeup", event("waits for something else", { timeoutRescue: "violation" }, 100)],
  ["final", freeList(false)],
];

test.each(WRONG.map(([kind, classic]) => [kind, classic.name, classic] as const))(
  "explore: finds the %s in %s, with and without reduction",
  (kind, _, classic) => {
    for (const reduction of [true, false]) {
      const { violations } = explore(classic, { reduction });
      expect(violations).toMatchObject([{ kind }]);
    }
  },
);

test("explore: store buffering ends in the three ways of sequential consistency", () => {
  const { outcomes } = explore(storeBuffering(), {
    outcome: ({ resultOf }) => `${String(resultOf("a"))}${String(resultOf("b"))}`,
  });
  expect([...outcomes].sort()).toEqual(["01", "10", "11"]);
});

test("explore: the broken Peterson lock lets both in, seen also where no race is reported", () => {
  const { violations } = explore(peterson(false), { all: true });
  expect(violations.map(({ kind }) => kind).sort()).toEqual(["final", "race"]);
});

test("explore: a race names both places, with the lines of the protocol", () => {
  const [violation] = explore(messagePassing(false)).violations;
  expect(violation!.subject).toBe("shared.FLAG receiver sender");
  expect(violation!.message).toMatch(
    /nothing orders these accesses to shared\.FLAG: writePlain by sender \(its operation 2, .*classics\.ts:\d+:\d+\)?\) and readPlain by receiver \(its operation 1, .*classics\.ts:\d+:\d+\)?\)/,
  );
});
