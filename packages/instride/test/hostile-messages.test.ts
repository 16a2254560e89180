import { expect, test } from "vitest";
import { type Descriptor, MemoryOwner } from "instride";
import { PiscinaPool } from "@instride/scheduler/piscina";
import { lies } from "./lies.ts";
import { callerOf } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

test("descriptor: a loop message with a lie in it is refused, and the pool works on", async () => {
  const owner = new MemoryOwner();
  const pool = new PiscinaPool({
    filename: new URL("../../../workers/src/node.ts", import.meta.url).href,
    threads: 1,
    leases: owner.leases.words,
    caller: callerOf(owner),
    onThreadEnd: () => {},
  });
  const marks = owner.zeros([8], "uint8");
  const [loan] = owner.lend("the test", [{ view: marks, mode: "write" }]);
  const message = (descriptor: object): Parameters<typeof pool.runLoop>[0] => ({
    kernel: { url: misbehave.href },
    views: { marks: descriptor as Descriptor },
    args: { kind: "none" },
    chunks: { start: 0, stop: 8, chunkLength: 8, chunkCount: 1, guidedFor: 0, segmentCount: 1 },
    collects: false,
    helps: false,
    idempotent: false,
    deadlineMs: undefined,
    signal: undefined,
    onProgress: undefined,
    inlineBelowMs: 0,
  });
  for (const lie of Object.values(lies)) {
    const outcome = await pool.runLoop(message({ ...loan!.descriptor, ...lie }));
    expect(outcome.failures[0]?.error.name).toBe("DescriptorError");
  }
  const stale = { ...loan!.descriptor, lease: { slot: loan!.lease.handle.slot, generation: 7 } };
  expect((await pool.runLoop(message(stale))).failures[0]?.error.name).toBe("ReleasedError");
  expect(marks.toList()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect((await pool.runLoop(message(loan!.descriptor))).failures).toEqual([]);
  expect(marks.toList()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  await pool.close();
});
