import { expect, test } from "vitest";
import { kindsOf, mismatches, readCases } from "../src/cases.ts";
import { DIVERGENCES } from "../src/divergences.ts";
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

for (const [name, { file, cases: count }] of Object.entries(DIVERGENCES)) {
  if (file !== "oldbuffer") continue;
  test(`oldbuffer.jsonl: the divergence ${name} touches ${count}`, () => {
    expect(cases.filter((c) => divergenceOf(c) === name)).toHaveLength(count);
  });
}
