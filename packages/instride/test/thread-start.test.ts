import { Piscina } from "piscina";
import { expect, test } from "vitest";
import { MemoryOwner, ThreadStartError } from "instride";
import { PiscinaPool } from "@instride/scheduler/piscina";
import { callerOf } from "./modes.ts";

const loop = {
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

async function expectNoThread(pool: PiscinaPool, message: string): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const errors = await Promise.allSettled([pool.runLoop(loop), pool.runLoop(loop), pool.runLoop(loop)]);
    for (const result of errors) {
      const { reason } = result as { readonly reason: unknown };
      expect(reason).toBeInstanceOf(ThreadStartError);
      expect((reason as Error).message).toContain(message);
    }
  }
  await pool.close();
}

test.each([
  ["broken-worker.ts", "this worker can't start"],
  ["missing-worker.ts", "missing-worker.ts"],
])("threads: a worker file that can't start (%s) rejects each call with its error", async (name, message) => {
  const owner = new MemoryOwner();
  const filename = new URL(`fixtures/${name}`, import.meta.url).href;
  const leases = owner.leases.words;
  const pool = new PiscinaPool({ filename, threads: 2, leases, caller: callerOf(owner), onThreadEnd: () => {} });
  await expectNoThread(pool, message);
});

test.each([
  ["broken-worker.ts", "this worker can't start"],
  ["missing-worker.ts", "missing-worker.ts"],
])("threads: a worker file that threads of the user's own can't run (%s) rejects each call", async (name, message) => {
  const plain = new URL("fixtures/plain.task.ts", import.meta.url).href;
  await using piscina = new Piscina({ filename: plain, minThreads: 2, maxThreads: 2 });
  const owner = new MemoryOwner();
  const filename = new URL(`fixtures/${name}`, import.meta.url).href;
  const leases = owner.leases.words;
  await expectNoThread(
    new PiscinaPool({ filename, piscina, leases, caller: callerOf(owner), onThreadEnd: () => {} }),
    message,
  );
  expect(await piscina.run(20)).toBe(40);
});
