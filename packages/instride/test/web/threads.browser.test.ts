/**
 * The pool of a page in mode `threads`: results, failures of every kind, and what is left after them.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  ClosedError,
  DeadlineError,
  KernelError,
  ModuleLoadError,
  open,
  type Runtime,
  WorkerLostError,
} from "instride";
import { makeOwnWorker } from "../../src/web/worker-file.ts";
import type { Deed } from "./fixtures/deed.kernel.ts";

const deedKernel = new URL("./fixtures/deed.kernel.ts", import.meta.url);
const deedTask = new URL("./fixtures/deed.task.ts", import.meta.url);

const SIZE = 1000;

let rt: Runtime;

beforeAll(async () => {
  rt = await open({ threads: 2 });
});

afterAll(async () => {
  await rt.close();
  expect(rt.leaks()).toEqual([]);
});

async function visits(runtime: Runtime, deed: Deed, options: object = {}): Promise<Int32Array> {
  using counts = runtime.zeros([SIZE], "int32");
  await runtime.parallelFor(deedKernel, { over: SIZE, grainsize: 10, views: { counts }, args: deed, ...options });
  return counts.asTypedArray().slice();
}

const ONCE = new Int32Array(SIZE).fill(1);

/** What a call rejects with. */
const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

it("open: a page that is isolated has threads", () => {
  expect(rt.mode).toBe("threads");
  expect(rt.threads).toBe(2);
});

it("parallelFor: every element is visited once, by a module of the user's own", async () => {
  for (let i = 0; i < 20; i++) expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("parallelFor: a caller that helps and one that waits see the same", async () => {
  for (const caller of ["helps", "waits"] as const)
    expect(await visits(rt, { kind: "none", at: -1 }, { caller })).toEqual(ONCE);
});

it("prepare: thousands of runs in a row, of which each visits every element once", async () => {
  using counts = rt.zeros([SIZE], "int32");
  const args: Deed = { kind: "none", at: -1 };
  const options = { over: SIZE, views: { counts }, args, caller: "helps", inlineBelowUs: 0 } as const;
  using loop = await rt.prepare(deedKernel, options);
  for (let i = 0; i < 3000; i++) await loop.run();
  expect(new Set(counts.asTypedArray())).toEqual(new Set([3000]));
});

it("map, reduce: compiled kernels give the bits of mode inline", async () => {
  await using inline = await open({ mode: "inline" });
  const values = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i) * 1e3);
  const kernelOf = (runtime: Runtime) => runtime.map((a, b) => Math.exp(a / 1e3) * b + Math.sqrt(b * b));
  const all: unknown[] = [];
  for (const runtime of [rt, inline]) {
    const [a, b] = [runtime.from(values), runtime.from(values.toReversed())];
    const out = await kernelOf(runtime)(a, b);
    all.push([out.asTypedArray().slice(), await runtime.reduce("sum")(out)]);
  }
  expect(all[0]).toEqual(all[1]);
});

it("parallelFor: an error in the body rejects with range and cause, and kills no worker", async () => {
  const error = await thrownBy(visits(rt, { kind: "throw", at: 500 }));
  expect(error).toBeInstanceOf(KernelError);
  expect((error as KernelError).cause).toBeInstanceOf(RangeError);
  expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("parallelFor: a module that is not there is a ModuleLoadError", async () => {
  const error = await thrownBy(rt.parallelFor(new URL("./fixtures/none.kernel.ts", import.meta.url), { over: 1 }));
  expect(error).toBeInstanceOf(ModuleLoadError);
});

it("parallelFor: a body that never returns is ended at its deadline, and what it wrote is poisoned", async () => {
  const counts = rt.zeros([SIZE], "int32");
  const args: Deed = { kind: "hang", at: 500 };
  const error = await thrownBy(
    rt.parallelFor(deedKernel, { over: SIZE, grainsize: 10, views: { counts }, args, deadlineMs: 100 }),
  );
  expect(error).toBeInstanceOf(DeadlineError);
  expect(counts.isPoisoned).toBe(true);
  counts.clearPoison();
  const after = counts.get(500);
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  // It has settled only once the worker could write no more.
  expect(counts.get(500)).toBe(after);
  counts.release();
  expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("parallelFor: a worker that ends in a chunk is a WorkerLostError, and is replaced", async () => {
  const error = await thrownBy(visits(rt, { kind: "close", at: 500 }));
  // What the body throws may still arrive.
  expect(error instanceof WorkerLostError || error instanceof KernelError).toBe(true);
  expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("parallelFor: a worker that closes itself and runs on for ever is ended, and is a WorkerLostError", async () => {
  expect(await thrownBy(visits(rt, { kind: "close-and-hang", at: 500 }))).toBeInstanceOf(WorkerLostError);
  expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("parallelFor: workers that hang are replaced before their calls settle", async () => {
  let made = 0;
  let ended = 0;
  let endedBefore = -1;
  const worker = (): Worker => {
    if (++made === 3) endedBefore = ended;
    return makeOwnWorker();
  };
  await using other = await open({ threads: 2, worker });
  using first = other.zeros([2], "int32");
  using second = other.zeros([2], "int32");
  const options = { over: 2, args: { kind: "hang", at: 0 } satisfies Deed, deadlineMs: 1500 };
  const calls = [first, second].map(async (counts) => {
    const error = await thrownBy(other.parallelFor(deedKernel, { ...options, views: { counts } }));
    ended++;
    counts.clearPoison();
    return error;
  });
  expect(await Promise.all(calls)).toEqual([expect.any(DeadlineError), expect.any(DeadlineError)]);
  expect(endedBefore).toBe(0);
  expect(await visits(other, { kind: "none", at: -1 })).toEqual(ONCE);
  expect(await other.run(deedTask, { args: { kind: "fine" } })).toBe("fine");
});

it("parallelFor: cancelled, it rejects with the reason and visits no further element", async () => {
  const stop = new AbortController();
  const call = visits(rt, { kind: "slow", at: 5 }, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("enough")), 30);
  expect(((await thrownBy(call)) as Error).message).toBe("enough");
  expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("run: tasks take their turns beside loops, and give what they return", async () => {
  using counts = rt.zeros([4], "int32");
  expect(await rt.run(deedTask, { views: { counts }, args: { kind: "sum" } })).toBe(4);
  const tasks = Array.from({ length: 6 }, () => rt.run(deedTask, { args: { kind: "later" } }));
  const loops = Array.from({ length: 6 }, () => visits(rt, { kind: "none", at: -1 }));
  expect(await Promise.all(tasks)).toEqual(Array.from({ length: 6 }, () => "later"));
  expect(await Promise.all(loops)).toEqual(Array.from({ length: 6 }, () => ONCE));
});

it("run: a task that throws, and one whose result can't travel, reject; the worker lives on", async () => {
  expect(await thrownBy(rt.run(deedTask, { args: { kind: "throw" } }))).toBeInstanceOf(KernelError);
  expect(await thrownBy(rt.run(deedTask, { args: { kind: "unsendable" } }))).toBeInstanceOf(Error);
  expect(await rt.run(deedTask, { args: { kind: "fine" } })).toBe("fine");
});

it("run: a task that is cancelled ends with its worker, and rejects with the reason", async () => {
  for (const kind of ["for ever", "hang"]) {
    const signal = AbortSignal.timeout(100);
    expect(await thrownBy(rt.run(deedTask, { args: { kind }, signal }))).toBe(signal.reason);
  }
  expect(await rt.run(deedTask, { args: { kind: "fine" } })).toBe("fine");
});

it("run: a worker that closes itself is a WorkerLostError", async () => {
  expect(await thrownBy(rt.run(deedTask, { args: { kind: "close" } }))).toBeInstanceOf(WorkerLostError);
  expect(await visits(rt, { kind: "none", at: -1 })).toEqual(ONCE);
});

it("close: calls under way reject with a ClosedError", async () => {
  const other = await open({ threads: 2 });
  const loop = thrownBy(visits(other, { kind: "slow", at: 5 }));
  const task = thrownBy(other.run(deedTask, { args: { kind: "for ever" } }));
  await new Promise((resolve) => {
    setTimeout(resolve, 200);
  });
  await other.close();
  expect(await task).toBeInstanceOf(ClosedError);
  expect(await loop).toBeInstanceOf(ClosedError);
  expect(other.leaks()).toEqual([]);
  expect(await thrownBy(visits(other, { kind: "none", at: -1 }))).toBeInstanceOf(ClosedError);
});
