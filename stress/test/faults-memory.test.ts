import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test(
  "faults: a body that takes all memory costs its thread; what can't be sent costs nothing",
  { timeout: TIMEOUT_MS },
  async () => {
    const { kinds } = await checkFaults(["memory", "unsendable"], 4);
    expect(kinds.get("memory")?.cases).toBeGreaterThan(5);
  },
);
