import { expect, test } from "vitest";
import { kindsOf, mismatches, readCases } from "../src/cases.ts";
import { type Divergence, DIVERGENCES } from "../src/divergences.ts";
import { divergenceOf, replays } from "../src/replay-oldbuffer.ts";
import { WORLDS } from "../src/world.ts";

const cases = readCases("oldbuffer");

test("oldbuffer.jsonl: every kind has a replay, and every replay has cases", () => {
  expect(kindsOf(cases).toSorted()).toEqual(Object.keys(replays).toSorted());
});

for (const world of WORLDS) {
  for (const kind of Object.keys(replays)) {
    test(`oldbuffer.jsonl: every ${kind} case holds over ${world.name}`, () => {
      expect(mismatches(cases, kind, replays, world)).toEqual([]);
    });
  }
}

const divergences: Readonly<Record<string, Divergence>> = DIVERGENCES;
for (const [name, { cases: counts }] of Object.entries(divergences)) {
  const count = counts["oldbuffer"];
  if (count === undefined) continue;
  test(`oldbuffer.jsonl: the divergence ${name} touches ${count}`, () => {
    expect(cases.filter((c) => divergenceOf(c) === name)).toHaveLength(count);
  });
}
