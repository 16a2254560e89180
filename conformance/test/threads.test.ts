import { expect, test } from "vitest";
import { readCases, VECTORS } from "../src/cases.ts";
import { replayInThread } from "../src/replay-thread.ts";
import { FILE_REPLAYS } from "../src/replays.ts";

for (const file of Object.keys(FILE_REPLAYS)) {
  test(`${file}.jsonl: every case holds in a thread, over memory of another`, async () => {
    const { results, buffersGiven } = await replayInThread(file, VECTORS);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.reduce((sum, { cases }) => sum + cases, 0)).toBe(readCases(file).length);
    expect(buffersGiven).toBeGreaterThan(0);
  });
}
