import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test(
  "faults: a body that throws anything at all rejects the call, and nothing more",
  { timeout: TIMEOUT_MS },
  async () => {
    const { kinds } = await checkFaults(["throw", "none"], 1);
    expect(kinds.get("throw")?.cases).toBeGreaterThan(5);
  },
);
