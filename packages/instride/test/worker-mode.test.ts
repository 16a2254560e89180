import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import {
  BufferFlags,
  BusyError,
  ClosedError,
  DeadlineError,
  getBuffer,
  loadMovedPool,
  MemoryView,
  open,
  PoisonedError,
  type Runtime,
  ThreadStartError,
  WorkerLostError,
} from "instride";
import { WorkerThread } from "@instride/scheduler/worker-thread";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const escape = new URL("fixtures/escape.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);
const spin = new URL("fixtures/spin.task.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);

const rt: Runtime = await open({ mode: "worker" });
afterAll(async () => {
  await rt.close();
  expect(rt.leaks()).toEqual([]);
});

/** Has the thread started and the kernel loaded, so that what is timed is the call. */
async function warmUp(): Promise<void> {
  const marks = rt.zeros([1], "uint8");
  await rt.parallelFor(misbehave, { over: 1, views: { marks }, args: { kind: "none" } });
  marks.release();
}

/** Runs for about as many times 5 ms as there are marks. */
const slow = (marks: MemoryView): { over: number; grainsize: number; views: { marks: MemoryView }; args: object } => ({
  over: marks.size,
  grainsize: 1,
  views: { marks },
  args: { kind: "slow", ms: 5 },
});

async function errorOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error("the call did not reject");
}

describe("busy", () => {
  test("an array can't be touched from the call until it has settled; other arrays can", async () => {
    const [marks, other] = [rt.zeros([10], "uint8", { label: "marks" }), rt.zeros([10], "uint8")];
    const row = marks.at("2:4");
    const call = rt.parallelFor(misbehave, slow(marks));
    for (let i = 0; i < 3; i++) {
      expect(() => row.set(1, 0)).toThrow(BusyError);
      expect(() => marks.get(0)).toThrow(
        /"marks": they have moved to the thread that runs "file:.*misbehave\.kernel\.ts"/,
      );
      other.set(i, 0);
      await sleep(10);
    }
    await call;
    expect(marks.toList()).toEqual(new Array(10).fill(1));
    row.fill(7);
    expect(marks.get(3)).toBe(7);
  });

  test("two calls that read an array run one after the other, and neither is refused", async () => {
    const x = rt.from(Float64Array.from({ length: 1000 }, (_, i) => i)).toReadonly();
    const reduction = { over: 1000, views: { x }, identity: 0, join: (a: number, b: number) => a + b };
    const calls = [1, 2, 3].map(() => rt.parallelReduce(sum, reduction));
    expect(await Promise.all(calls)).toEqual([499_500, 499_500, 499_500]);
  });

  test("calls on parts of one array that don't meet both do their work", async () => {
    const marks = rt.zeros([20], "uint8");
    await Promise.all([":10", "10:"].map((part) => rt.parallelFor(misbehave, slow(marks.at(part as ":10")))));
    expect(marks.toList()).toEqual(new Array(20).fill(1));
  });

  test("a typed array that was got before a call is empty from then on", async () => {
    const marks = rt.zeros([4], "uint8");
    const raw = marks.asTypedArray();
    expect(raw.length).toBe(4);
    await rt.parallelFor(misbehave, { over: 4, views: { marks }, args: { kind: "none" } });
    expect([raw.length, [...marks.asTypedArray()]]).toEqual([0, [1, 1, 1, 1]]);
  });

  test("what has a buffer of an array keeps it from moving, and a memoryview goes with it", async () => {
    const marks = rt.zeros([4], "uint8", { label: "marks" });
    const buffer = getBuffer(marks, BufferFlags.FULL_RO);
    const start = (view: MemoryView): Promise<void> =>
      rt.parallelFor(misbehave, { over: 4, views: { marks: view }, args: { kind: "none" } });
    await expect(start(marks)).rejects.toThrow('cannot move "marks" to the thread');
    buffer.release();
    const view = new MemoryView(marks);
    await start(view);
    expect(view.toList()).toEqual([1, 1, 1, 1]);
    expect(rt.leaks().map(({ mode }) => mode)).toEqual(["pin"]);
    view.release();
    marks.release();
  });

  test("a shared buffer that was adopted is used in place, and is never busy", async () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(50));
    const marks = rt.adopt(bytes.buffer, { dtype: "uint8", shape: [50] });
    const call = rt.parallelFor(misbehave, slow(marks));
    while (bytes[2] === 0) await sleep(1);
    expect(marks.get(0)).toBe(1);
    await call;
    expect(bytes.every((mark) => mark === 1)).toBe(true);
  });
});

describe("slices", () => {
  test("a short call beside a long one is done early", async () => {
    const [long, short] = [rt.zeros([100], "uint8"), rt.zeros([2], "uint8")];
    let isDone = false;
    const call = rt.parallelFor(misbehave, slow(long)).then(() => void (isDone = true));
    await rt.parallelFor(misbehave, slow(short));
    expect(isDone).toBe(false);
    await call;
  });

  test("a loop is cut finely enough to be stopped by a signal, however it is called", async () => {
    const marks = rt.zeros([100_000], "uint8");
    const { signal } = new AbortController();
    await rt.parallelFor(misbehave, { over: 100_000, views: { marks }, args: { kind: "none" }, signal });
    const controller = new AbortController();
    const progress: number[] = [];
    const call = rt.parallelFor(misbehave, {
      over: 100_000,
      views: { marks },
      args: { kind: "slow", ms: 5 },
      signal: controller.signal,
      onProgress: ({ done }) => {
        progress.push(done);
        controller.abort(new Error("enough"));
      },
    });
    await expect(call).rejects.toThrow("enough");
    expect(progress).toHaveLength(1);
    expect(progress[0]).toBeLessThan(50_000);
  });

  test("the main thread's timers get through all the while", async () => {
    const marks = rt.zeros([30], "uint8");
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await rt.parallelFor(misbehave, slow(marks));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });
});

describe("losses", () => {
  test("a body that is stuck at its deadline is ended: its arrays are poisoned, others are not", async () => {
    const marks = rt.zeros([10], "uint8", { label: "marks" });
    const table = rt.from(Uint8Array.of(1, 2, 3)).toReadonly();
    const other = rt.zeros([200], "uint8");
    await warmUp();
    const beside = rt.parallelFor(misbehave, slow(other));
    const call = rt.parallelFor(misbehave, {
      over: 10,
      views: { marks, table },
      args: { kind: "hang", at: 5 },
      deadlineMs: 300,
    });
    expect(await errorOf(call)).toBeInstanceOf(DeadlineError);
    await beside;
    expect(other.toList()).toEqual(new Array(200).fill(1));
    for (const view of [marks, table]) expect(() => view.get(0)).toThrow(PoisonedError);
    expect(() => marks.get(0)).toThrow(/"marks": its memory was lost at .*misbehave\.kernel\.ts" \(DeadlineError\)/);
    marks.clearPoison();
    expect(marks.toList()).toEqual(new Array(10).fill(0));
    await rt.parallelFor(misbehave, { over: 10, views: { marks }, args: { kind: "none" } });
    expect(marks.toList()).toEqual(new Array(10).fill(1));
    expect(rt.leaks()).toEqual([]);
  });

  test("process.exit in a body rejects the call with its exit code, and the thread is replaced", async () => {
    const marks = rt.zeros([10], "uint8");
    const error = await errorOf(
      rt.parallelFor(misbehave, { over: 10, views: { marks }, args: { kind: "exit", at: 3 } }),
    );
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error.message).toContain("it ended with exit code 3");
    marks.clearPoison();
    await rt.parallelFor(misbehave, { over: 10, views: { marks }, args: { kind: "none" } });
    expect(marks.toList()).toEqual(new Array(10).fill(1));
  });

  test("idempotent: a loop whose thread is ended rejects in the end, and its arrays hold what they held", async () => {
    const marks = rt.full([10], 8, "uint8");
    const views = { marks };
    const call = rt.parallelFor(misbehave, { over: 10, views, args: { kind: "exit", at: 3 }, idempotent: true });
    expect(await errorOf(call)).toBeInstanceOf(WorkerLostError);
    marks.clearPoison();
    expect(marks.toList()).toEqual(new Array(10).fill(8));
  });

  test("a thread that ends between two calls takes nothing with it", async () => {
    const x = rt.zeros([4], "uint8");
    const start = (deed: string): Promise<void> => rt.parallelFor(escape, { over: 4, views: { x }, args: deed });
    await start("throw later");
    await sleep(100);
    await start("nothing");
    expect(x.toList()).toEqual([2, 2, 2, 2]);
  });

  test("a body that moves the memory on to somewhere else loses it, and the next call works", async () => {
    const x = rt.zeros([4], "uint8");
    const start = (deed: string): Promise<void> =>
      rt.parallelFor(escape, { over: 4, grainsize: 4, views: { x }, args: deed });
    await expect(start("move the memory on")).rejects.toThrow("it moved the memory of one to another place");
    expect(() => x.get(0)).toThrow(PoisonedError);
    x.clearPoison();
    await start("nothing");
    expect(x.toList()).toEqual([1, 1, 1, 1]);
  });

  test("what a body posts to its parent is no answer", async () => {
    const x = rt.zeros([4], "uint8");
    await rt.parallelFor(escape, { over: 4, views: { x }, args: "post to the parent" });
    expect(x.toList()).toEqual([1, 1, 1, 1]);
  });
});

describe("tasks", () => {
  test("run: cancelling a task that runs ends its thread, and poisons its arrays; one that waits is dropped", async () => {
    const [x, y] = [rt.zeros([1], "uint8"), rt.from([1, 2, 6])];
    const flag = rt.adopt(new SharedArrayBuffer(1), { dtype: "uint8", shape: [1] });
    const [running, waiting] = [new AbortController(), new AbortController()];
    const settled = [
      errorOf(rt.run(spin, { views: { x, flag }, signal: running.signal })),
      errorOf(rt.run(summary, { views: { x: y }, args: {}, signal: waiting.signal })),
    ];
    while (flag.get(0) === 0) await sleep(1);
    waiting.abort(new Error("too late"));
    expect(await settled[1]).toEqual(new Error("too late"));
    expect(y.toList()).toEqual([1, 2, 6]);
    running.abort(new Error("enough"));
    expect(await settled[0]).toEqual(new Error("enough"));
    expect(() => x.get(0)).toThrow(PoisonedError);
    expect(await rt.run(summary, { views: { x: y }, args: {} })).toEqual({ mean: 3, readonly: false });
    expect(rt.leaks()).toEqual([]);
  });
});

test("threads: a worker file that can't start rejects each call with its error, and loses nothing", async () => {
  const { MovedPool } = await loadMovedPool();
  const pool = new MovedPool(new WorkerThread(new URL("fixtures/broken-worker.ts", import.meta.url).href));
  const message = { kernel: { url: summary.href }, views: {}, args: undefined };
  const results = await Promise.allSettled([1, 2, 3].map(() => pool.runTask(message, undefined)));
  for (const result of results) {
    const { reason } = result as { readonly reason: Error };
    expect(reason).toBeInstanceOf(ThreadStartError);
    expect(reason.message).toMatch(/cannot start a thread of file:.*broken-worker\.ts: this worker can't start/);
  }
  await pool.close();
});

describe("closing", () => {
  test("close: calls reject with a ClosedError, and their arrays are readable", async () => {
    const own = await open({ mode: "worker" });
    const marks = own.zeros([1000], "uint8");
    const { promise: begun, resolve: onProgress } = Promise.withResolvers<unknown>();
    const error = errorOf(own.parallelFor(misbehave, { ...slow(marks), onProgress }));
    await begun;
    await own.close();
    expect(await error).toBeInstanceOf(ClosedError);
    const done = marks.asTypedArray().filter((mark) => mark === 1).length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(1000);
    expect(own.leaks()).toEqual([]);
    await expect(own.parallelFor(misbehave, slow(marks))).rejects.toBeInstanceOf(ClosedError);
  });
});
