import { expect, test } from "vitest";
import * as fc from "fast-check";
import { MemoryOwner, type MemoryView, PoisonedError } from "@instride/core";
import { WorkerLostError } from "../../src/errors.ts";
import type { LoopBody, TaskBody } from "../../src/kernel-source.ts";
import { MovedPool } from "../../src/moved-pool/moved-pool.ts";
import { parallelFor } from "../../src/parallel-for.ts";
import type { LoopContext } from "../../src/parallel-loop.ts";
import { TurnBudget } from "../../src/turn-budget.ts";
import { type Fate, TestHost } from "./test-host.ts";

const ARRAYS = 3;
/** Each call has a column of its own, so that no two are in each other's way but for the memory. */
const COLUMNS = 6;
const ROWS = 40;

/** Adds 1 to each element of all views, in the rows of its range. */
const increment: LoopBody = (range, views) => {
  const { start, stop } = range as { readonly start: number; readonly stop: number };
  for (const view of Object.values(views) as MemoryView<"uint8">[]) {
    for (let i = start; i < stop; i++) view.set(view.get(i) + 1, i);
  }
};

/** The same for all rows, called once. */
const task: TaskBody = (views) => increment({ start: 0, stop: ROWS }, views, undefined);

interface Plan {
  /** Which arrays it uses. */
  readonly arrays: readonly number[];
  readonly idempotent: boolean;
  readonly isTask: boolean;
}

const plans: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({
    arrays: fc.uniqueArray(fc.nat(ARRAYS - 1), { minLength: 1, maxLength: ARRAYS }),
    idempotent: fc.boolean(),
    isTask: fc.boolean(),
  }),
  { minLength: 1, maxLength: COLUMNS },
);

const fates = fc.array(fc.constantFrom<Fate>("answers", "answers", "answers", "dies before", "dies after"), {
  maxLength: 20,
});

test("MovedPool: whenever the thread dies, calls settle, memory is there or lost, and the next call works", async () => {
  await fc.assert(
    fc.asyncProperty(plans, fates, async (calls, fate) => {
      const host = new TestHost(
        { increment, task: task as unknown as LoopBody },
        (_, index) => fate[index] ?? "answers",
      );
      const pool = new MovedPool(host);
      const owner = new MemoryOwner({ memory: "moved" });
      const context: LoopContext = { owner, pool, turn: new TurnBudget() };
      const arrays = Array.from({ length: ARRAYS }, () => owner.zeros([COLUMNS, ROWS], "uint8"));
      const results = await Promise.allSettled(
        calls.map((plan, i) => startCall(context, plan, columnsOf(arrays, plan, i))),
      );
      for (const result of results) {
        const { reason } = result as { readonly reason?: unknown };
        if (reason !== undefined) expect([WorkerLostError, PoisonedError]).toContain((reason as Error).constructor);
      }
      expect(owner.stats().leases).toBe(0);
      for (const [number, array] of arrays.entries()) checkArray(array, number, calls, results);
      const x = owner.zeros([ROWS], "uint8");
      host.isLucky = true;
      await parallelFor(context, "increment", { over: ROWS, views: { x } });
      expect(x.toBytes().every((value) => value === 1)).toBe(true);
      await pool.close();
    }),
    { numRuns: 150 },
  );
});

function columnsOf(arrays: readonly MemoryView[], { arrays: used }: Plan, i: number): Record<string, MemoryView> {
  return Object.fromEntries(used.map((number) => [`x${number}`, arrays[number]!.at(i)]));
}

async function startCall(
  context: LoopContext,
  { idempotent, isTask }: Plan,
  views: Record<string, MemoryView>,
): Promise<void> {
  if (!isTask) return parallelFor(context, "increment", { over: ROWS, views, idempotent });
  const { owner, pool } = context;
  const requests = Object.values(views).map((view) => ({ view, mode: "write" as const }));
  const loans = owner.lend("task", requests);
  const names = Object.keys(views);
  const lent = Object.fromEntries(loans.map(({ descriptor }, i) => [names[i]!, descriptor]));
  try {
    await pool.runTask({ kernel: { name: "task" }, views: lent, args: undefined }, undefined);
  } finally {
    owner.giveBack(loans);
  }
}

/** What is done is done, what was not begun is not, and memory is lost with a call that says so. */
function checkArray(
  array: MemoryView,
  number: number,
  calls: readonly Plan[],
  results: readonly PromiseSettledResult<void>[],
): void {
  const users = calls
    .map((plan, i) => ({ plan, i, result: results[i]! }))
    .filter(({ plan }) => plan.arrays.includes(number));
  if (array.isPoisoned) {
    expect(users.some(({ result }) => result.status === "rejected")).toBe(true);
    return;
  }
  for (const { i, result } of users) {
    const values = new Set(array.at(i).toBytes());
    expect(values).toEqual(new Set([result.status === "fulfilled" ? 1 : 0]));
  }
}
