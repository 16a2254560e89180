import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test("faults: a body that does not end in time is ended", { timeout: TIMEOUT_MS }, async () => {
  const { kinds } = await checkFaults(["hang", "late"], 3);
  expect(kinds.get("hang")?.cases).toBeGreaterThan(5);
});
