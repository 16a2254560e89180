/**
 * The tests of one file of vectors: a test for each kind and memory, and one for each divergence.
 *
 * @module
 */
import { expect, test } from "vitest";
import { kindsOf, mismatches, readCases } from "../src/cases.ts";
import { type Divergence, DIVERGENCES } from "../src/divergences.ts";
import { FILE_REPLAYS } from "../src/replays.ts";
import { WORLDS } from "../src/world.ts";

/** Defines them. @param file - its name without `.jsonl` */
export function testVectors(file: string): void {
  const cases = readCases(file);
  const { replays, divergenceOf } = FILE_REPLAYS[file]!;

  test(`${file}.jsonl: every kind has a replay, and every replay has cases`, () => {
    expect(kindsOf(cases).toSorted()).toEqual(Object.keys(replays).toSorted());
  });

  for (const world of WORLDS) {
    for (const kind of Object.keys(replays)) {
      test(`${file}.jsonl: every ${kind} case holds over ${world.name}`, () => {
        expect(mismatches(cases, kind, replays, world)).toEqual([]);
      });
    }
  }

  for (const [name, { cases: counts }] of Object.entries<Divergence>(DIVERGENCES)) {
    const count = counts[file];
    if (count === undefined) continue;
    test(`${file}.jsonl: the divergence ${name} touches ${count}`, () => {
      expect(cases.filter((c) => divergenceOf(c) === name)).toHaveLength(count);
    });
  }
}
