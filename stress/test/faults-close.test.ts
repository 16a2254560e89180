import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test("faults: a call that is cancelled, or whose runtime is closed, settles", { timeout: TIMEOUT_MS }, async () => {
  const { kinds } = await checkFaults(["close", "abort"], 7);
  expect(kinds.get("close")?.cases).toBeGreaterThan(5);
});
