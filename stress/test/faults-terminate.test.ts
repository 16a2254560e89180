import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test("faults: a thread that is ended from outside at any moment is replaced", { timeout: TIMEOUT_MS }, async () => {
  const { kinds } = await checkFaults(["terminate"], 5);
  expect(kinds.get("terminate")?.cases).toBeGreaterThan(5);
});
