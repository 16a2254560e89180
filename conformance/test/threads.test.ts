import { afterAll, beforeAll, expect, test } from "vitest";
import { readCases, VECTORS } from "../src/cases.ts";
import { ReplayThread } from "../src/replay-thread.ts";
import { FILE_REPLAYS } from "../src/replays.ts";

let thread: ReplayThread;
beforeAll(() => {
  thread = new ReplayThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

for (const file of Object.keys(FILE_REPLAYS)) {
  test(`${file}.jsonl: every case holds in a thread, over memory of another`, async () => {
    const before = thread.buffersGiven;
    const results = await thread.replay(file, VECTORS);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.reduce((sum, { cases }) => sum + cases, 0)).toBe(readCases(file).length);
    expect(thread.buffersGiven).toBeGreaterThan(before);
  });
}
