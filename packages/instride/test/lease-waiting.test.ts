import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  BorrowError,
  ClosedError,
  LeaseTimeoutError,
  type MemoryView,
  open,
  ReleasedError,
  type Runtime,
} from "instride";
import { describeModes } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const cumsum = new URL("fixtures/cumsum.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);
const summary = new URL("fixtures/summary.task.ts", import.meta.url);

const PATIENT = { acquireTimeoutMs: 10_000 };

/** A call that adds 1 to each mark. */
function markAll(rt: Runtime, marks: MemoryView, options: object): Promise<void> {
  return rt.parallelFor(misbehave, { over: marks.shape[0]!, views: { marks }, args: { kind: "none" }, ...options });
}

describeModes((runtime) => {
  test("acquireTimeoutMs: calls on the same memory run one after the other, in the order in which they came", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      const ends: number[] = [];
      const calls = Array.from({ length: 12 }, async (_, i) => {
        await markAll(rt, marks, PATIENT);
        ends.push(i);
      });
      expect(rt.stats()).toMatchObject({ leases: 1, waiting: 11 });
      await Promise.all(calls);
      expect(ends).toEqual(Array.from({ length: 12 }, (_, i) => i));
      expect(marks.toList()).toEqual(Array.from({ length: 64 }, () => 12));
    });
  });

  test("acquireTimeoutMs: without it a call is refused at once, with the names of holder and array", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8", { label: "marks" });
      const lease = await rt.borrow(marks, { mode: "read", label: "the preview" });
      const error: unknown = await markAll(rt, marks, {}).catch((thrown: unknown) => thrown);
      lease.release();
      expect(error).toBeInstanceOf(BorrowError);
      expect(error).not.toBeInstanceOf(LeaseTimeoutError);
      expect(String(error)).toMatch(
        /^BorrowError: cannot lease "marks" to \S*misbehave\.kernel\.ts for writing: the preview is reading the same memory$/,
      );
    });
  });

  test("acquireTimeoutMs: when it is over the call rejects, naming holder, array and time, and others go on", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8", { label: "marks" });
      const lease = await rt.borrow(marks, { mode: "write", label: "the editor" });
      const late = markAll(rt, marks, { acquireTimeoutMs: 20 });
      const patient = markAll(rt, marks, PATIENT);
      const error: unknown = await late.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LeaseTimeoutError);
      expect((error as LeaseTimeoutError).code).toBe("lease-timeout");
      expect(String(error)).toMatch(
        /cannot lease "marks" to \S* for writing: the editor is writing the same memory, still so after (2\d|[3-9]\d|\d{3,}) ms$/,
      );
      expect(rt.stats().waiting).toBe(1);
      lease.release();
      await patient;
      expect(marks.toList()).toEqual(Array.from({ length: 64 }, () => 1));
    });
  });
});

describeModes((runtime) => {
  test("acquireTimeoutMs: a signal ends the wait with its reason; those behind move up", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      const lease = await rt.borrow(marks, { mode: "read" });
      const controller = new AbortController();
      const writer = markAll(rt, marks, { ...PATIENT, signal: controller.signal });
      const reader = rt.borrow(marks, { mode: "read", ...PATIENT });
      await sleep(5);
      expect(rt.stats()).toMatchObject({ leases: 1, waiting: 2 });
      const reason = new Error("enough");
      controller.abort(reason);
      await expect(writer).rejects.toBe(reason);
      (await reader).release();
      lease.release();
      expect(marks.toList()).toEqual(Array.from({ length: 64 }, () => 0));
    });
  });

  test("acquireTimeoutMs: a call that is cancelled when its turn has come touches nothing", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      const lease = await rt.borrow(marks, { mode: "read" });
      const controller = new AbortController();
      const calls = [
        markAll(rt, marks, { ...PATIENT, signal: controller.signal }),
        rt.borrow(marks, { mode: "read", ...PATIENT, signal: controller.signal }),
      ];
      lease.release();
      controller.abort(new Error("just now"));
      for (const call of calls) await expect(call).rejects.toThrow("just now");
      expect(rt.stats()).toMatchObject({ leases: 0, waiting: 0 });
      expect(marks.toList()).toEqual(Array.from({ length: 64 }, () => 0));
    });
  });

  test("acquireTimeoutMs: a writer has its turn although readers keep coming", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([64], "uint8");
      const writers = { done: false };
      let readings = 0;
      const readers = Array.from({ length: 3 }, async (_, i) => {
        while (!writers.done) {
          const lease = await rt.borrow(marks, { mode: "read", ...PATIENT });
          readings++;
          // At no moment are there no readers.
          await sleep(1 + i);
          lease.release();
        }
      });
      await sleep(10);
      for (let i = 0; i < 5; i++) await markAll(rt, marks, PATIENT);
      writers.done = true;
      await Promise.all(readers);
      expect(marks.get(0)).toBe(5);
      expect(readings).toBeGreaterThan(3);
    });
  });
});

describeModes((runtime) => {
  test("acquireTimeoutMs: an array that is released while calls wait for it ends their waits", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const held = s.from([1, 2]);
      const gone = rt.from([3, 4], { label: "gone" });
      const lease = await rt.borrow(held, { mode: "write" });
      const waiting = rt.parallelFor(cumsum, { over: 2, views: { x: held.toReadonly(), y: gone }, ...PATIENT });
      gone.release();
      await expect(waiting).rejects.toBeInstanceOf(ReleasedError);
      await expect(waiting).rejects.toThrow('cannot lend "gone": the array was released while the call waited for it');
      lease.release();
    });
  });

  test("acquireTimeoutMs: reductions, scans, tasks and several tasks at once wait, too", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 6]);
      const y = s.zeros([4], "float64");
      const read = x.toReadonly();
      const lease = await rt.borrow(x, { mode: "write" });
      const adding = { over: 4, identity: 0, join: (a: number, b: number) => a + b, ...PATIENT };
      const calls = [
        rt.parallelReduce(sum, { ...adding, views: { x: read } }),
        rt.parallelScan(cumsum, { ...adding, views: { x: read, y } }),
        rt.run(summary, { views: { x: read }, args: {}, ...PATIENT }),
        rt.parallelInvoke([1, 2].map(() => [summary, { views: { x }, args: {}, ...PATIENT }] as const)),
      ];
      await sleep(5);
      expect(rt.stats()).toMatchObject({ leases: 1, waiting: 5 });
      lease.release();
      const mean = { mean: 3, readonly: false };
      expect(await Promise.all(calls)).toEqual([12, 12, { mean: 3, readonly: true }, [mean, mean]]);
      expect(y.toList()).toEqual([1, 3, 6, 12]);
    });
  });

  test("parallelScan: nobody gets its arrays between its two passes", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 4]);
      const y = s.zeros([4], "float64");
      const refused: unknown[] = [];
      const join = (a: number, b: number): number => {
        void rt.borrow(x, { mode: "write" }).catch((error: unknown) => refused.push(error));
        return a + b;
      };
      const scan = rt.parallelScan(cumsum, {
        over: 4,
        grainsize: 1,
        views: { x: x.toReadonly(), y },
        identity: 0,
        join,
      });
      const writer = rt.borrow(x, { mode: "write", ...PATIENT });
      expect(await scan).toBe(10);
      expect(refused.length).toBeGreaterThan(0);
      for (const error of refused) expect(error).toBeInstanceOf(BorrowError);
      expect(y.toList()).toEqual([1, 3, 6, 10]);
      (await writer).release();
    });
  });

  test("acquireTimeoutMs: what is no time is refused", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const marks = s.zeros([4], "uint8");
      for (const acquireTimeoutMs of [-1, Number.NaN, "100", null]) {
        const expected = /cannot wait .* ms for the leases of .*: expected a number from 0, or Infinity/;
        await expect(markAll(rt, marks, { acquireTimeoutMs })).rejects.toThrow(expected);
        await expect(rt.borrow(marks, { mode: "read", acquireTimeoutMs: acquireTimeoutMs as number })).rejects.toThrow(
          expected,
        );
      }
    });
  });
});

test.each([{ threads: 2 }, { mode: "inline" as const }])(
  "close: calls that wait for leases reject (%o)",
  async (options) => {
    const rt = await open(options);
    const marks = rt.zeros([64], "uint8");
    const lease = await rt.borrow(marks, { mode: "write" });
    const waiting = [markAll(rt, marks, PATIENT), rt.borrow(marks, { mode: "read", acquireTimeoutMs: Infinity })];
    const errors = Promise.all(waiting.map((call) => call.catch((error: unknown) => error)));
    await rt.close();
    for (const error of await errors) {
      expect(error).toBeInstanceOf(ClosedError);
      expect(String(error)).toContain("cannot wait for a lease: the runtime was closed");
    }
    await expect(markAll(rt, marks, PATIENT)).rejects.toBeInstanceOf(ClosedError);
    expect(rt.stats()).toMatchObject({ leases: 1, waiting: 0 });
    lease.release();
    (await rt.borrow(marks, { mode: "read", ...PATIENT })).release();
  },
);
