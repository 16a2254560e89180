import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test(
  "faults: what the caller's own functions throw is what the call rejects with",
  { timeout: TIMEOUT_MS },
  async () => {
    const { kinds } = await checkFaults(["progress", "join"], 8);
    expect(kinds.get("progress")?.cases).toBeGreaterThan(5);
  },
);
