import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { DeadlineError, KernelError, PoisonedError, WorkerLostError } from "instride";
import { errorOf, expectPoisoned, warmUp, withThreads } from "./ended-threads.ts";
import { describeModes } from "./modes.ts";
import { kernelOf } from "./rejections.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

/** A task that says in the first word that it has begun, and ends once the second is set. */
const atGate = kernelOf(
  "async ({ gate }) => { gate.set(1, 0); while (gate.get(1) === 0) await new Promise((resolve) => setTimeout(resolve, 1)); }",
);

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
      expectPoisoned(() => row.get(0), /"marks": it was poisoned at \S+Z, when \S*misbehave\.kernel\.ts was ended/);
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
