import { expect, test } from "vitest";
import { checkFaults, TIMEOUT_MS } from "./fault-cases.ts";

test(
  "faults: a body that exits costs its thread, and its chunks run again where they may",
  { timeout: TIMEOUT_MS },
  async () => {
    const { kinds } = await checkFaults(["exit"], 2);
    expect(kinds.get("exit")?.cases).toBeGreaterThan(5);
  },
);
