import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test(
  "faults: threads that die while they start, and modules that can't be loaded, are told",
  { timeout: TIMEOUT_MS },
  async () => {
    const { kinds } = await checkFaults(["start", "load"], 6);
    expect(kinds.get("start")?.cases).toBeGreaterThan(5);
  },
);
