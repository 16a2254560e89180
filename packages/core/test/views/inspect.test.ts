import { inspect } from "node:util";
import { expect, test } from "vitest";
import { MemoryView } from "../../src/views/memory-view.ts";

test("MemoryView: console.log shows what it is of", () => {
  const view = new MemoryView(new Float32Array(6)).reshape([2, 3]);
  expect(inspect(view)).toBe("MemoryView float32 [2, 3]");
  expect(inspect({ view: view.toReadonly() })).toContain("MemoryView float32 [2, 3] read-only");
  view.release();
  expect(inspect(view)).toBe("MemoryView (released)");
});
