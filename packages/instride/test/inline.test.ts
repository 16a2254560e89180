import { expect, test } from "vitest";
import { open as openInNode } from "instride";
import { ModeError, open, ValueError } from "../src/inline.ts";

const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);

test("inline: the entry opens in mode inline, whatever the platform has, and gives what the other entry gives", async () => {
  await using rt = await open({ threads: 4, worker: () => ({}) });
  await using inNode = await openInNode({ mode: "inline" });
  expect([rt.mode, rt.reason, rt.threads]).toEqual(["inline", "instride/inline starts no threads", 1]);
  const results = await Promise.all(
    [rt, inNode].map(async (runtime) => {
      const x = runtime.from(Float64Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 1009));
      const y = await runtime.map((v) => Math.sqrt(v) / 3)(x);
      const loops = { over: x.size, views: { x: x.toReadonly() }, identity: 0, join: (a: number, b: number) => a + b };
      return [await runtime.reduce("sum")(y), await runtime.parallelReduce(sum, loops)];
    }),
  );
  expect(results[0]).toEqual(results[1]);
});

test("inline: the entry has no other mode, and checks its options", async () => {
  await expect(open({ mode: "threads" })).rejects.toThrow(ModeError);
  await expect(open({ mode: "worker" })).rejects.toThrow(
    'cannot open a runtime in mode "worker": instride/inline starts no threads, expected threads; mode "inline" takes none',
  );
  await expect(open({ threads: 0 })).rejects.toThrow(ValueError);
  await using rt = await open({ mode: "inline" });
  expect(rt.reason).toBe("asked for by the option mode");
});
