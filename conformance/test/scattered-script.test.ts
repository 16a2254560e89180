import { expect, test } from "vitest";
import { readCases } from "../src/cases.ts";
import { scatterScripts } from "../src/replay-thread.ts";

const scripts = readCases("lifecycle").filter(({ kind }) => kind === "script");

for (const seed of [1, 2, 3]) {
  test(`lifecycle.jsonl: every script holds with its views on threads drawn from seed ${seed}`, async () => {
    expect(scripts.length).toBeGreaterThan(0);
    expect(await scatterScripts(scripts, seed)).toEqual([]);
  });
}
