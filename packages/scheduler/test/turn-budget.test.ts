import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { TURN_BUDGET_MS, TurnBudget } from "../src/turn-budget.ts";

function workFor(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

test("turn budget: begins with the first work of a turn, not before", async () => {
  const turn = new TurnBudget();
  workFor(2 * TURN_BUDGET_MS);
  expect(turn.isUsedUp).toBe(false);
  workFor(2 * TURN_BUDGET_MS);
  expect(turn.isUsedUp).toBe(true);
  await setTimeout(1);
  expect(turn.isUsedUp).toBe(false);
});

test("turn budget: lasts over microtasks, until somebody gives way", async () => {
  const turn = new TurnBudget();
  expect(turn.isUsedUp).toBe(false);
  workFor(2 * TURN_BUDGET_MS);
  for (let i = 0; i < 100; i++) await Promise.resolve();
  expect(turn.isUsedUp).toBe(true);
  await turn.giveWay();
  expect(turn.isUsedUp).toBe(false);
});

test("turn budget: small work is looked at now and then, and noticed all the same", () => {
  const turn = new TurnBudget();
  expect(turn.isUsedUp).toBe(false);
  workFor(2 * TURN_BUDGET_MS);
  const answers = Array.from({ length: 20 }, () => turn.isUsedUpFor(0.001));
  expect(answers).toContain(true);
  expect(answers).toContain(false);
  expect(turn.isUsedUpFor(1)).toBe(true);
});
