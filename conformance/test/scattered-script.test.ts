import { expect, inject, test } from "vitest";
import { claimRow } from "../../packages/core/src/leases/lease-words.ts";
import { MemoryOwner } from "../../packages/core/src/memory/owner.ts";
import { readCases } from "../src/cases.ts";
import type { ScriptCase } from "../src/replay-lifecycle.ts";
import { scatterScripts } from "../src/replay-thread.ts";
import { playScattered, type ScriptLane } from "../src/scattered-script.ts";
import { ScriptThread } from "../src/script-thread.ts";

const scripts = readCases("lifecycle").filter((c): c is ScriptCase => c.kind === "script");

for (const seed of inject("modes") === "threads" ? [1] : [1, 2, 3]) {
  test(`lifecycle.jsonl: every script holds with its views on threads drawn from seed ${seed}`, async () => {
    expect(scripts.length).toBeGreaterThan(0);
    expect(await scatterScripts(scripts, seed)).toEqual([]);
  });
}

test("scatterScripts: a script that doesn't hold is named, with the step and what came", async () => {
  const [first] = scripts;
  const steps = first!.steps.map(([step, outcome]) => [step, step[0] === "append" ? "ok" : outcome] as const);
  expect(await scatterScripts([{ ...first!, steps }], 5)).toEqual([
    'lifecycle-1: over threads drawn from 5, step 6 (append b): expected "ok", got BufferError',
  ]);
  expect(await scatterScripts([{ ...first!, final: "00" }], 5)).toEqual([
    'lifecycle-1: over threads drawn from 5, bytes at the end: expected "00", got "000000000000000000"',
  ]);
});

test("playScattered: views live where they were drawn to, and the owner's count is the sum over all", async () => {
  const owner = new MemoryOwner({ maximumBytes: 2 ** 24 });
  const threads = [1, 2, 3].map((thread) => new ScriptThread(claimRow(owner.leases.words, thread)));
  const borrowed = threads.map(() => 0);
  const counts: number[] = [];
  const lanes = threads.map((thread, i): ScriptLane => ({
    do: async (command) => {
      const result = thread.do(structuredClone(command));
      if (command.kind === "borrow") {
        borrowed[i]!++;
        counts.push([...owner.stats().views.values()].reduce((sum, count) => sum + count, 0));
      }
      return result;
    },
  }));
  const views = Array.from({ length: 6 }, (_, i) => [["view", `v${i}`, i === 0 ? "b" : `v${i - 1}`], "ok"] as const);
  const refused = [["append", "b"], { error: "BufferError", msg: "" }] as const;
  const script = {
    id: "own-1",
    kind: "script",
    steps: [...views, refused],
    after_releasing_all: "ok",
    final: "00".repeat(9),
  };
  let next = 0;
  await playScattered(script, owner, lanes, (count) => next++ % count);
  expect(borrowed).toEqual([2, 2, 2]);
  expect(counts).toEqual([1, 2, 3, 4, 5, 6]);
  expect(owner.stats().arrays).toBe(0);
});
