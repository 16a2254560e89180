import { expect, test } from "vitest";
import { MemoryOwner, ThreadStartError } from "instride";
import { PiscinaPool } from "@instride/scheduler/piscina";
import { callerOf } from "./modes.ts";

test("threads: a worker file that can't start rejects each call with its error", async () => {
  const owner = new MemoryOwner();
  const filename = new URL("fixtures/broken-worker.ts", import.meta.url).href;
  const leases = owner.leases.words;
  const pool = new PiscinaPool({ filename, threads: 2, leases, caller: callerOf(owner), onThreadEnd: () => {} });
  const message = {
    kernel: { name: "none" },
    views: {},
    args: null,
    chunks: { start: 0, stop: 1, chunkLength: 1, chunkCount: 1, guidedFor: 0, segmentCount: 1 },
    collects: false,
    helps: false,
    idempotent: false,
    deadlineMs: undefined,
    signal: undefined,
    onProgress: undefined,
    inlineBelowMs: 0,
  };
  for (let i = 0; i < 2; i++) {
    const errors = await Promise.allSettled([pool.runLoop(message), pool.runLoop(message), pool.runLoop(message)]);
    for (const result of errors) {
      const { reason } = result as { readonly reason: unknown };
      expect(reason).toBeInstanceOf(ThreadStartError);
      expect((reason as Error).message).toContain("this worker can't start");
    }
  }
  await pool.close();
});
