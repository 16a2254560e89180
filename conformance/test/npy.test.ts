import { expect, test } from "vitest";
import { kindsOf, mismatches, readCases } from "../src/cases.ts";
import { replays } from "../src/replay-npy.ts";
import { WORLDS } from "../src/world.ts";

const cases = readCases("npy");

test("npy.jsonl: every kind has a replay, and every replay has cases", () => {
  expect(kindsOf(cases).toSorted()).toEqual(Object.keys(replays).toSorted());
});

for (const world of WORLDS) {
  for (const kind of Object.keys(replays)) {
    test(`npy.jsonl: every ${kind} case holds over ${world.name}`, () => {
      expect(mismatches(cases, kind, replays, world)).toEqual([]);
    });
  }
}
