import { expect, test } from "vitest";
import { type Replays, mismatches, readCases } from "../src/cases.ts";
import { replays as layoutReplays } from "../src/replay-layout.ts";
import { replays as overlapReplays } from "../src/replay-overlap.ts";
import { replays as sliceReplays } from "../src/replay-slice.ts";
import { WORLDS } from "../src/world.ts";

/** The kinds whose vectors need shapes, strides and offsets only. */
const KINDS: readonly (readonly [file: string, kinds: readonly string[], replays: Replays])[] = [
  ["layout", ["layout", "contig-edge"], layoutReplays],
  ["flags", ["FillContiguousStrides"], layoutReplays],
  ["slice", ["slice-indices", "slice-indices-error", "nd-slice", "np-chain", "broadcast-shapes"], sliceReplays],
  ["assign", ["shares-memory", "self-overlap"], overlapReplays],
];

for (const [file, kinds, replays] of KINDS) {
  const cases = readCases(file);
  for (const kind of kinds) {
    const count = cases.filter((c) => c.kind === kind).length;
    test(`${file} ${kind}: ${count} layouts are those of CPython and NumPy`, () => {
      expect(count).toBeGreaterThan(0);
      expect(mismatches(cases, kind, replays, WORLDS[0]!)).toEqual([]);
    });
  }
}
