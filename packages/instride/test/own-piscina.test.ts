import { expect, test } from "vitest";
import { Piscina } from "piscina";
import { open } from "instride";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);

test("open: a Piscina of the user's own runs loops and tasks beside its own work, and stays open", async () => {
  const filename = new URL("fixtures/plain.task.ts", import.meta.url).href;
  await using piscina = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
  for (let round = 0; round < 2; round++) {
    const rt = await open({ piscina });
    expect(rt.threads).toBe(2);
    const marks = rt.zeros([1000], "uint8");
    const x = rt.from([1, 2, 6]).toReadonly();
    const [plain, , task] = await Promise.all([
      piscina.run(20),
      rt.parallelFor(misbehave, { over: 1000, views: { marks }, args: { kind: "none" } }),
      rt.run(summary, { views: { x }, args: {} }),
    ]);
    expect(plain).toBe(40);
    expect(task).toEqual({ mean: 3, readonly: true });
    expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    expect(await piscina.run(21)).toBe(42);
    await rt.close();
    expect(rt.leaks()).toEqual([]);
    expect(await piscina.run(4)).toBe(8);
  }
  expect(piscina.threads.length).toBe(2);
});
