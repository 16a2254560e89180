import { threadId } from "node:worker_threads";
import { expect, test } from "vitest";
import { open, WorkerLostError } from "instride";

const steered = new URL("fixtures/steered.kernel.ts", import.meta.url);

test("runSync: a thread that ends in its part makes it throw, and is replaced", async () => {
  await using rt = await open({ threads: 2 });
  await rt.scope(async (s) => {
    const x = s.full([64], 1, "float64");
    const call = { over: 64, views: { x }, args: { factor: 2 } };
    await rt.parallelFor(steered, call);
    const options = { ...call, args: { factor: 1, survivor: threadId }, caller: "helps", inlineBelowUs: 0 } as const;
    {
      using loop = await rt.prepare(steered, options);
      expect(() => loop.runSync()).toThrow(WorkerLostError);
    }
    x.clearPoison();
    {
      using loop = await rt.prepare(steered, { ...options, idempotent: true });
      await rt.parallelFor(steered, { ...call, args: { factor: 1 } });
      loop.runSync();
    }
    await rt.parallelFor(steered, call);
    expect(x.toList()).toEqual(new Array(64).fill(4));
  });
});
