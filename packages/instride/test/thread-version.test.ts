import { expect, test } from "vitest";
import {
  loadMovedPool,
  type LoopJob,
  MemoryOwner,
  type Pool,
  PROTOCOL_VERSION,
  ProtocolVersionError,
  ThreadStartError,
} from "instride";
import { PiscinaPool } from "@instride/scheduler/piscina";
import { WorkerThread } from "@instride/scheduler/worker-thread";
import { callerOf } from "./modes.ts";

const filename = new URL("fixtures/other-version.worker.ts", import.meta.url).href;

const job: LoopJob = {
  kernel: { name: "copy" },
  views: {},
  args: null,
  chunks: { start: 0, stop: 4, chunkLength: 1, chunkCount: 4, guidedFor: 0, segmentCount: 1 },
  collects: false,
  helps: false,
  idempotent: false,
  deadlineMs: undefined,
  signal: undefined,
  onProgress: undefined,
  inlineBelowMs: 0,
};

/** Has threads refuse loops and tasks, at once and one after the other. */
async function expectRefusals(pool: Pool, rounds: number): Promise<void> {
  const task = { kernel: { url: "file:///none.js" }, views: {}, args: null };
  for (let i = 0; i < rounds; i++) {
    const calls = [pool.runLoop(job), pool.runLoop(job), pool.runTask(task, undefined)];
    for (const result of await Promise.allSettled(calls)) {
      const { reason } = result as { readonly reason: ProtocolVersionError };
      expect(reason).toBeInstanceOf(ProtocolVersionError);
      expect(reason).toBeInstanceOf(ThreadStartError);
      expect(reason.code).toBe("protocol-version");
      expect(reason.message).toContain(`for a runtime of protocol ${PROTOCOL_VERSION + 1}: `);
      expect(reason.message).toMatch(new RegExp(`workers/.*node.* has protocol ${PROTOCOL_VERSION}, `));
    }
  }
}

test("threads: those of another version refuse every call, and touch no shared word", async () => {
  const owner = new MemoryOwner();
  const { words } = owner.leases;
  const pool = new PiscinaPool({
    filename,
    threads: 2,
    leases: words,
    caller: callerOf(owner),
    onThreadEnd: () => {},
  });
  const claims = words.claims.slice();
  await expectRefusals(pool, 2);
  expect(words.claims).toEqual(claims);
  await pool.close();
});

test("threads: the one of a moved pool refuses every call if it is of another version", async () => {
  const { MovedPool } = await loadMovedPool();
  const pool = new MovedPool(new WorkerThread(filename));
  // A thread starts for each.
  await expectRefusals(pool, 1);
  await pool.close();
});
