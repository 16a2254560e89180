import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Piscina } from "piscina";
import { ClosedError, open } from "instride";
import { rejection } from "./rejections.ts";

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

/** A Piscina of one thread, which a task of the user's keeps busy until `free` is called. */
async function busyPiscina(): Promise<{ piscina: Piscina; free: () => void; done: Promise<unknown> }> {
  const filename = new URL("fixtures/gate.task.ts", import.meta.url).href;
  const piscina = new Piscina({ filename, minThreads: 1, maxThreads: 1 });
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const done = piscina.run(gate);
  while (Atomics.load(gate, 0) === 0) await sleep(1);
  const free = (): void => {
    Atomics.store(gate, 1, 1);
    Atomics.notify(gate, 1);
  };
  return { piscina, free, done };
}

test("close: what waits behind the tasks of a user's Piscina is taken back, and settles", async () => {
  const { piscina, free, done } = await busyPiscina();
  const threadIds = piscina.threads.map(({ threadId }) => threadId);
  const rt = await open({ piscina });
  const marks = rt.zeros([10], "uint8");
  const x = rt.from([1, 2, 6]);
  const calls = [
    rt.parallelFor(misbehave, { over: 10, views: { marks }, args: { kind: "none" } }),
    rt.run(summary, { views: { x }, args: {} }),
    rt.run(summary, { views: { x: x.toReadonly() }, args: {}, acquireTimeoutMs: 10_000 }),
  ].map(rejection);
  while (piscina.queueSize < 2) await sleep(1);
  await rt.close();
  for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(ClosedError);
  expect([rt.leaks(), piscina.queueSize, x.toList(), marks.isPoisoned]).toEqual([[], 0, [1, 2, 6], false]);
  free();
  expect(await done).toBe("opened");
  expect(piscina.threads.map(({ threadId }) => threadId)).toEqual(threadIds);
  await piscina.destroy();
});

test("close: a body that is stuck in a thread of a user's Piscina is ended with it, and the thread is replaced", async () => {
  const filename = new URL("fixtures/plain.task.ts", import.meta.url).href;
  await using piscina = new Piscina({ filename, minThreads: 1, maxThreads: 1 });
  const rt = await open({ piscina });
  const marks = rt.zeros([10], "uint8");
  const hanging = { over: 10, grainsize: 10, views: { marks }, args: { kind: "hang", at: 5 } };
  const call = rejection(rt.parallelFor(misbehave, hanging));
  while (marks.get(0) === 0) await sleep(1);
  await rt.close();
  expect(await call).toBeInstanceOf(ClosedError);
  expect([rt.leaks(), marks.isPoisoned]).toEqual([[], true]);
  expect(await piscina.run(21)).toBe(42);
});

test("run: a task that waits in a user's Piscina is dropped by its signal, and leaves no listener behind", async () => {
  const { piscina, free, done } = await busyPiscina();
  const rt = await open({ piscina });
  const controller = new AbortController();
  const call = rejection(rt.run(summary, { args: {}, signal: controller.signal }));
  while (piscina.queueSize === 0) await sleep(1);
  controller.abort(new Error("enough"));
  expect(await call).toEqual(new Error("enough"));
  expect([piscina.queueSize, getEventListeners(controller.signal, "abort")]).toEqual([0, []]);
  free();
  await done;
  await rt.close();
  await piscina.destroy();
});
