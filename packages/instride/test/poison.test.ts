import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { DeadlineError, KernelError, open, PoisonedError, type Runtime, WorkerLostError } from "instride";
import { describeModes } from "./modes.ts";
import { kernelOf } from "./rejections.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const throwAndDie = new URL("fixtures/throw-and-die.kernel.ts", import.meta.url);
const cumsum = new URL("fixtures/cumsum.kernel.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);

/** A task that says in the first word that it has begun, and ends once the second is set. */
const atGate = kernelOf(
  "async ({ gate }) => { gate.set(1, 0); while (gate.get(1) === 0) await new Promise((resolve) => setTimeout(resolve, 1)); }",
);

/** What a call rejects with. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call did not reject");
}

/** Has a thread start and load the kernel: a call with a deadline then begins before it. */
async function warmUp(rt: Runtime): Promise<void> {
  using marks = rt.zeros([100], "uint8");
  await rt.parallelFor(misbehave, { over: 100, views: { marks }, args: { kind: "none" } });
}

function expectPoisoned(act: () => unknown, by: RegExp): void {
  expect(act).toThrow(PoisonedError);
  expect(act).toThrow(by);
}

describeModes((runtime) => {
  test("deadline: what the call was writing is poisoned, and what it was reading is not", async () => {
    const rt = runtime();
    await warmUp(rt);
    await rt.scope(async (s) => {
      const marks = s.zeros([4000], "uint8", { label: "marks" });
      const table = s.from([1, 2, 3]);
      const row = marks.at("10:20");
      const views = { marks, table: table.toReadonly() };
      const slow = { over: 4000, views, args: { kind: "slow", ms: 60 }, deadlineMs: 150 };
      expect(await errorOf(rt.parallelFor(misbehave, slow))).toMatchObject({ name: "DeadlineError", hasBegun: true });
      expect([marks.isPoisoned, row.isPoisoned, table.isPoisoned]).toEqual([true, true, false]);
      expectPoisoned(() => row.get(0), /"marks": it was poisoned at \S+Z, when file:.*misbehave\.kernel\.ts was ended/);
      const next = rt.parallelFor(misbehave, { over: 1, views: { marks: row }, args: { kind: "none" } });
      expect(await errorOf(next)).toBeInstanceOf(PoisonedError);
      expect(await errorOf(rt.borrow(marks, { mode: "read" }))).toBeInstanceOf(PoisonedError);
      row.clearPoison();
      row.clearPoison();
      expect([marks.isPoisoned, marks.at("10:20").toList()]).toEqual([false, row.toList()]);
      marks.fill(0);
      await rt.parallelFor(misbehave, { over: 4000, views: { marks }, args: { kind: "none" } });
      expect(marks.asTypedArray().every((mark) => mark === 1)).toBe(true);
    });
  });

  test("deadline: what a call was to write that only waited for a thread is not poisoned", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const gates = Array.from({ length: rt.threads }, () => new Int32Array(new SharedArrayBuffer(8)));
      const tasks = gates.map(({ buffer }) => {
        const gate = s.adopt(buffer, { dtype: "int32", shape: [2] });
        return rt.run(atGate, { views: { gate } });
      });
      while (gates.some((gate) => Atomics.load(gate, 0) === 0)) await sleep(1);
      const marks = s.zeros([10], "uint8");
      const late = { over: 10, views: { marks }, args: { kind: "none" }, deadlineMs: 50 };
      using prepared = await rt.prepare(misbehave, late);
      const calls = [() => rt.parallelFor(misbehave, late), () => prepared.run()];
      if (rt.mode === "inline") for (const call of calls) await call();
      else {
        for (const call of calls) {
          const error = (await errorOf(call())) as DeadlineError;
          expect(error).toBeInstanceOf(DeadlineError);
          expect([error.hasBegun, error.message]).toEqual([
            false,
            "the call was not done after 50 ms: it had not begun, and has written nothing",
          ]);
          expect([marks.isPoisoned, marks.toList()]).toEqual([false, new Array(10).fill(0)]);
        }
      }
      for (const gate of gates) Atomics.store(gate, 1, 1);
      await Promise.all(tasks);
      await prepared.run();
      expect(marks.get(9)).toBe(rt.mode === "inline" ? 3 : 1);
    });
  });

  test("deadline: calls that wait for what is poisoned meanwhile reject, each for itself", async () => {
    const rt = runtime();
    await warmUp(rt);
    await rt.scope(async (s) => {
      const marks = s.zeros([4000], "uint8");
      const other = s.zeros([4000], "uint8");
      const slow = { over: 4000, views: { marks }, args: { kind: "slow", ms: 60 }, deadlineMs: 150 };
      const calls = [
        rt.parallelFor(misbehave, slow),
        rt.borrow(marks, { mode: "read", acquireTimeoutMs: 10_000 }),
        rt.parallelFor(misbehave, { ...slow, acquireTimeoutMs: 10_000 }),
      ];
      const free = rt.borrow(other, { mode: "read", acquireTimeoutMs: 10_000 });
      const errors = await Promise.all(calls.map(errorOf));
      expect(errors.map((error) => (error as Error).name)).toEqual(["DeadlineError", "PoisonedError", "PoisonedError"]);
      (await free).release();
      expect(rt.stats()).toMatchObject({ leases: 0, waiting: 0 });
    });
  });
});

describeModes((runtime) => {
  test("poison: an adopted buffer is poisoned, through every array over the same bytes", async () => {
    const rt = runtime();
    await warmUp(rt);
    await rt.scope(async (s) => {
      const buffer = new SharedArrayBuffer(4000);
      const marks = s.adopt(buffer, { dtype: "uint8", shape: [4000] });
      const end = s.adopt(buffer, { dtype: "uint8", shape: [10], byteOffset: 3990 });
      const slow = { over: 2000, views: { marks: marks.at(":2000") }, args: { kind: "slow", ms: 60 }, deadlineMs: 150 };
      expect(await errorOf(rt.parallelFor(misbehave, slow))).toBeInstanceOf(DeadlineError);
      expect([marks.isPoisoned, end.isPoisoned]).toEqual([true, false]);
      marks.clearPoison();
      expect(marks.get(3999)).toBe(0);
    });
  });

  test("poison: a kernel that throws, and a loop that is cancelled, poison nothing", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([1000], "uint8");
      const failing = { over: 1000, grainsize: 10, views: { marks }, args: { kind: "throw", at: 555 } };
      expect(await errorOf(rt.parallelFor(misbehave, failing))).toBeInstanceOf(KernelError);
      expect(marks.isPoisoned).toBe(false);
      const controller = new AbortController();
      const cancelled = rt.parallelFor(misbehave, {
        over: 1000,
        grainsize: 1,
        views: { marks },
        args: { kind: "slow", ms: 5 },
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("enough")),
      });
      expect(String(await errorOf(cancelled))).toBe("Error: enough");
      expect([marks.isPoisoned, marks.get(0)]).toEqual([false, marks.get(0)]);
    });
  });

  test("poison: what was poisoned can be released, alone and with its scope", async () => {
    const rt = runtime();
    await warmUp(rt);
    const before = rt.stats().arrays;
    await rt.scope(async (s) => {
      const slow = { over: 4000, args: { kind: "slow", ms: 60 }, deadlineMs: 250 };
      const [inScope, alone] = [s.zeros([4000], "uint8"), rt.zeros([4000], "uint8")];
      const calls = [inScope, alone].map((marks) => errorOf(rt.parallelFor(misbehave, { ...slow, views: { marks } })));
      for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(DeadlineError);
      expect([inScope.isPoisoned, alone.isPoisoned]).toEqual([true, true]);
      alone.release();
    });
    expect(rt.stats().arrays).toBe(before);
  });
});

/** A runtime of two threads, for what only threads can do. */
async function withThreads(body: (rt: Runtime) => Promise<void>): Promise<void> {
  await using rt = await open({ threads: 2 });
  await warmUp(rt);
  await body(rt);
  expect(rt.leaks()).toEqual([]);
}

test("poison: a thread that dies in a loop poisons what the loop was writing", () =>
  withThreads(async (rt) => {
    const marks = rt.zeros([1000], "uint8", { label: "marks" });
    const call = rt.parallelFor(misbehave, { over: 1000, views: { marks }, args: { kind: "exit", at: 500 } });
    expect(await errorOf(call)).toBeInstanceOf(WorkerLostError);
    expectPoisoned(() => marks.get(0), /misbehave\.kernel\.ts was ended while it wrote the array \(WorkerLostError\)/);
    marks.clearPoison();
    expect(marks.get(999)).toBe(marks.get(999));
  }));

test("poison: a body that is ended for a deadline poisons, also in the first pass of a scan", () =>
  withThreads(async (rt) => {
    const marks = rt.zeros([100], "uint8");
    const hanging = { over: 100, views: { marks }, args: { kind: "hang", at: 50 }, deadlineMs: 400 };
    expect(await errorOf(rt.parallelFor(misbehave, hanging))).toBeInstanceOf(DeadlineError);
    expect(marks.isPoisoned).toBe(true);
    marks.clearPoison();
    await warmUp(rt);
    const scan = rt.parallelScan(misbehave, { ...hanging, identity: 0, join: (a: number, b: number) => a + b });
    expect(await errorOf(scan)).toBeInstanceOf(DeadlineError);
    expect(marks.isPoisoned).toBe(true);
  }));

test("poison: chunks that run again with success leave nothing poisoned; without, they poison", () =>
  withThreads(async (rt) => {
    const marks = rt.zeros([200], "uint8");
    const dying = { over: 200, grainsize: 10, views: { marks }, idempotent: true };
    await rt.parallelFor(misbehave, { ...dying, args: { kind: "exit-once", at: 105 } });
    expect([marks.isPoisoned, marks.get(105)]).toEqual([false, marks.get(105)]);
    expect(await errorOf(rt.parallelFor(misbehave, { ...dying, args: { kind: "exit", at: 7 } }))).toBeInstanceOf(
      WorkerLostError,
    );
    expect(marks.isPoisoned).toBe(true);
  }));

test("poison: a thread that dies beside another that throws poisons, although the error is the kernel's", () =>
  withThreads(async (rt) => {
    const words = rt.zeros([2], "int32");
    const error = await errorOf(rt.parallelFor(throwAndDie, { over: 2, grainsize: 1, views: { words } }));
    expect(error).toBeInstanceOf(KernelError);
    expect(String(error)).toContain("while another thread dies");
    expectPoisoned(() => words.get(0), /throw-and-die\.kernel\.ts was ended while it wrote the array \(KernelError\)/);
  }));

test("poison: a prepared loop poisons as a call does, and can be run again once that is cleared", () =>
  withThreads(async (rt) => {
    const marks = rt.zeros([100], "uint8");
    const hanging = { over: 100, views: { marks }, args: { kind: "hang", at: 50 }, deadlineMs: 400 };
    using loop = await rt.prepare(misbehave, hanging);
    for (let run = 0; run < 2; run++) {
      // The thread that was ended is replaced.
      await warmUp(rt);
      expect(await errorOf(loop.run())).toBeInstanceOf(DeadlineError);
      expect(await errorOf(loop.run())).toBeInstanceOf(PoisonedError);
      expect(marks.isPoisoned).toBe(true);
      marks.clearPoison();
    }
    using failing = await rt.prepare(misbehave, { over: 100, views: { marks }, args: { kind: "throw", at: 50 } });
    expect(await errorOf(failing.run())).toBeInstanceOf(KernelError);
    expect(marks.isPoisoned).toBe(false);
  }));

/** Waits until a task has written. */
async function untilWritten(words: { get(index: number): number }): Promise<void> {
  while (words.get(0) === 0) await sleep(2);
}

test("poison: a task that is ended by a signal poisons what it was writing", () =>
  withThreads(async (rt) => {
    const x = rt.from([0, 0, 0, 0], { label: "x" });
    const controller = new AbortController();
    const spinning = rt.run(summary, { views: { x }, args: { spin: true }, signal: controller.signal });
    await untilWritten(x);
    const waiting = rt.borrow(x, { mode: "read", acquireTimeoutMs: 10_000 });
    controller.abort(new Error("enough"));
    expect(String(await errorOf(spinning))).toBe("Error: enough");
    expectPoisoned(() => x.get(0), /"x": it was poisoned .* when file:.*summary\.task\.ts was ended/);
    expect(await errorOf(waiting)).toBeInstanceOf(PoisonedError);
  }));

test("poison: a task that waits for a thread and is dropped poisons nothing, and one that only reads neither", async () => {
  await using rt = await open({ threads: 1 });
  const x = rt.from([1, 2]);
  const y = rt.from([3]);
  const controller = new AbortController();
  const first = rt.run(summary, { views: { x: y.toReadonly() }, args: { ms: 100 }, signal: controller.signal });
  const second = rt.run(summary, { views: { x }, args: {}, signal: controller.signal });
  await sleep(50);
  controller.abort(new Error("too late"));
  for (const call of [first, second]) expect(String(await errorOf(call))).toBe("Error: too late");
  expect([x.isPoisoned, y.isPoisoned, x.get(1), y.get(0)]).toEqual([false, false, 2, 3]);
});

test("poison: closing the runtime poisons what its threads were in the middle of", async () => {
  const rt = await open({ threads: 2 });
  const x = rt.from([0, 0]);
  const marks = rt.zeros([1000], "uint8");
  const untouched = rt.from([1, 2]);
  const task = rt.run(summary, { views: { x }, args: { spin: true } });
  const hanging = { over: 1000, grainsize: 100, views: { marks }, args: { kind: "hang", at: 100 } };
  const loop = rt.parallelFor(misbehave, hanging);
  await untilWritten(x);
  await untilWritten({ get: () => marks.get(0) });
  const calls = Promise.all([task, loop].map(errorOf));
  await rt.close();
  expect((await calls).map((error) => (error as Error).name)).toEqual(["ClosedError", "ClosedError"]);
  for (const array of [x, marks]) {
    expectPoisoned(() => array.get(0), /was ended while it wrote the array \(ClosedError\)/);
    array.clearPoison();
  }
  expect([x.get(0) > 0, marks.get(0), untouched.get(0)]).toEqual([true, 1, 1]);
  const late = rt.parallelScan(cumsum, { over: 2, views: { x: untouched, y: x }, identity: 0, join: () => 0 });
  expect(((await errorOf(late)) as Error).name).toBe("ClosedError");
  expect([x.isPoisoned, untouched.isPoisoned, rt.leaks()]).toEqual([false, false, []]);
});
