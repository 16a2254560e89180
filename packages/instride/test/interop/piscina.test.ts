import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { Piscina } from "piscina";
import { BorrowError, type MemoryView, open, PoisonedError } from "instride";
import { runWithViews, taskWithViews } from "instride/interop/piscina";
import { describeModes } from "../modes.ts";
import { rejection } from "../rejections.ts";

const filename = new URL("../fixtures/views.task.ts", import.meta.url).href;

const piscina = new Piscina({ filename, minThreads: 1, maxThreads: 2 });
afterAll(() => piscina.destroy());

describeModes((runtime) => {
  test("runWithViews: a task gets views, writes them, and has given them back when its call settles", async () => {
    const rt = runtime();
    const x = rt.from([1, 2, 3, 4, 5, 6], { shape: [2, 3], label: "x" });
    const call = runWithViews(piscina, { view: x.at(1, "::-2"), by: 10 }, { name: "scale" });
    expect(rt.leaks()).toMatchObject([{ array: "x", holder: "task scale", mode: "write" }]);
    expect(await call).toEqual({ readonly: false, strides: [-16] });
    expect([x.toList(), rt.leaks()]).toEqual([
      [
        [1, 2, 3],
        [40, 5, 60],
      ],
      [],
    ]);
    x.release();
  });

  test("runWithViews: a task that throws rejects its call, and poisons nothing", async () => {
    const rt = runtime();
    const x = rt.from([1, 2]);
    expect(await rejection(runWithViews(piscina, { view: x }, { name: "fail" }))).toMatchObject({ message: "no" });
    expect([x.toList(), rt.leaks()]).toEqual([[-1, 2], []]);
    x.release();
  });

  test("runWithViews: a thread that dies, or is ended by a signal, poisons what it was writing", async () => {
    const rt = runtime();
    const [x, read] = [rt.from([1, 2], { label: "x" }), rt.from([5])];
    const error = await rejection(runWithViews(piscina, { view: x, other: read.toReadonly() }, { name: "exit" }));
    expect(error.message).toContain("exited with code: 3");
    expect([x.isPoisoned, read.isPoisoned, rt.leaks()]).toEqual([true, false, []]);
    expect(() => x.get(0)).toThrow(PoisonedError);
    x.clearPoison();

    const controller = new AbortController();
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const call = rejection(runWithViews(piscina, { view: x, begun }, { name: "hang", signal: controller.signal }));
    while (Atomics.load(begun, 0) === 0) await sleep(1);
    controller.abort();
    expect((await call).name).toBe("AbortError");
    expect([x.isPoisoned, rt.leaks(), rt.stats().views.size < 3]).toEqual([true, [], true]);
    x.clearPoison();
    x.release();
    read.release();
  });

  test("runWithViews: a result carries views of memory of the thread's own, and none that was lent to it", async () => {
    const rt = runtime();
    const x = rt.from([1, 2, 3]);
    const task = { view: x.toReadonly() };
    const { squares } = await runWithViews<{ squares: MemoryView }>(piscina, task, { name: "squares" });
    expect(squares.toList()).toEqual([1, 4, 9]);
    const error = await rejection(runWithViews(piscina, task, { name: "echo" }));
    expect(error.message).toContain("cannot lend a view that was lent to this thread");
    expect(rt.leaks()).toEqual([]);
    x.release();
  });

  test("runWithViews: who waits for the memory has its turn", async () => {
    const rt = runtime();
    const x = rt.from([1, 2]);
    const options = { name: "scale", acquireTimeoutMs: 10_000 };
    const calls = [2, 3, 5].map((by) => runWithViews(piscina, { view: x, by }, options));
    expect(await rejection(runWithViews(piscina, { view: x, by: 7 }, { name: "scale" }))).toBeInstanceOf(BorrowError);
    await Promise.all(calls);
    expect(x.toList()).toEqual([30, 60]);
    x.release();
  });

  test("runWithViews: what is cancelled before it runs has touched nothing", async () => {
    const rt = runtime();
    const x = rt.from([1, 2]);
    const signal = AbortSignal.abort(new Error("never"));
    expect((await rejection(runWithViews(piscina, { view: x }, { name: "fail", signal }))).message).toBe("never");
    const missing = await rejection(runWithViews(piscina, { view: x }, { name: "no such task" }));
    expect(missing.message).toContain("No handler function");
    // Memory that moves has gone to a thread that does nothing with it.
    expect([x.isPoisoned, rt.leaks()]).toEqual([rt.mode === "worker", []]);
    x.release();
  });
});

test("runWithViews: a view of a thread's own runtime is lent to the caller until it is released", async () => {
  await using single = new Piscina({ filename, minThreads: 1, maxThreads: 1 });
  const view = await runWithViews<MemoryView>(single, {}, { name: "lend" });
  expect([view.toList(), view.readonly]).toEqual([[1, 2, 3], true]);
  expect(await runWithViews(single, {}, { name: "leases" })).toBe(1);
  view.release();
  expect(await runWithViews(single, {}, { name: "leases" })).toBe(0);
});

test("taskWithViews: is for runWithViews, and says so", async () => {
  await expect(taskWithViews(() => 1)({ view: 2 })).rejects.toThrow("expected runWithViews to send it");
  const rt = await open({ mode: "inline" });
  const x = rt.from([1, 2]);
  const error = await rejection(runWithViews(piscina, { view: x }, { name: "bare" }));
  expect(error.message).toContain("cannot take the result of task bare: expected taskWithViews to make it");
  expect([rt.leaks(), x.isPoisoned]).toEqual([[], false]);
  x.release();
});

test("taskWithViews: what a task keeps exported keeps no memory", async () => {
  const rt = await open({ mode: "inline" });
  const x = rt.from([1, 2]);
  await runWithViews(piscina, { view: x }, { name: "exports" });
  expect(rt.leaks()).toEqual([]);
  x.release();
});
