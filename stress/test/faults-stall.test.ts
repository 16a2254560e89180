import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test(
  "faults: a module whose loading ends its thread, or never ends, costs the call and no other",
  { timeout: TIMEOUT_MS },
  async () => {
    const { kinds } = await checkFaults(["stall"], 9);
    expect(kinds.get("stall")?.cases).toBeGreaterThan(5);
  },
);
