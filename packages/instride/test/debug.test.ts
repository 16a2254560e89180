import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type HeldLease, KernelError, open, ReadonlyError, ReadonlyOperandError } from "instride";
import { describeModes } from "./modes.ts";

const scribble = new URL("fixtures/scribble.kernel.ts", import.meta.url);
const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);

/** The place of a line of this file. */
const HERE = /debug\.test\.ts(?:\?\S*)?:\d+:\d+/;

describeModes(
  (runtime) => {
    test("leaks: tell where each lease was taken and its array made, in one line of the program", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const marks = s.zeros([64], "uint8", { label: "marks" });
        const call = rt.parallelFor(misbehave, { over: 32, views: { marks: marks.at(":32") }, args: { kind: "none" } });
        const lease = await rt.borrow(marks.at("32:"), { mode: "read", label: "the preview" });
        const leaks = rt.leaks();
        lease.release();
        expect(leaks.map(({ array, holder, mode }) => [array, holder, mode])).toEqual([
          ["marks", misbehave.href, "write"],
          ["marks", "the preview", "read"],
        ]);
        for (const { madeAt, stack, ageMs } of leaks) {
          expect(madeAt).toMatch(HERE);
          expect(stack!.split("\n")[0]).toMatch(HERE);
          expect(stack).not.toContain("/packages/scheduler/src/");
          expect(ageMs).toBeGreaterThanOrEqual(0);
        }
        await call;
      });
    });

    test("leaks: tell where somebody who had to wait asked for its lease", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const marks = s.zeros([64], "uint8");
        const first = await rt.borrow(marks, { mode: "write" });
        const second = rt.borrow(marks, { mode: "write", label: "second", acquireTimeoutMs: 10_000 });
        first.release();
        const lease = await second;
        expect(rt.leaks()[0]).toMatchObject({ holder: "second", stack: expect.stringMatching(HERE) as string });
        lease.release();
      });
    });
  },
  { debug: true },
);

describeModes(
  (runtime) => {
    test("a read-only operand that was changed rejects the call, naming view and kernel", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const source = s.zeros([64], "uint8");
        const views = { target: s.zeros([64], "uint8"), source: source.toReadonly() };
        await rt.parallelFor(scribble, { over: 64, views, args: {} });
        const changing = rt.parallelFor(scribble, { over: 64, views, args: { value: 1 } });
        const error: unknown = await changing.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ReadonlyOperandError);
        expect(error).toBeInstanceOf(ReadonlyError);
        expect((error as ReadonlyOperandError).code).toBe("readonly-operand");
        expect(String(error)).toMatch(
          /cannot trust what \S*scribble\.kernel\.ts computed: its read-only view "source" was changed while it ran/,
        );
        expect([rt.leaks(), source.isPoisoned]).toEqual([[], false]);
        const reduction = { over: 64, views: { source: source.toReadonly() }, identity: 0, join: () => 0 };
        await expect(rt.parallelReduce(scribble, { ...reduction, args: { value: 2 } })).rejects.toThrow('"source"');
        await expect(rt.parallelReduce(scribble, { ...reduction, args: {} })).resolves.toBe(0);
        using loop = await rt.prepare(scribble, { over: 64, views, args: { value: 3 } });
        await expect(loop.run()).rejects.toBeInstanceOf(ReadonlyOperandError);
        await loop.run();
      });
    });

    test("an operand that a call reads under one name and writes under another may change", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const x = s.zeros([64], "uint8");
        const views = { source: x.toReadonly(), target: x };
        await rt.parallelFor(scribble, { over: 64, views, args: { value: 1 } });
        expect(x.get(63)).toBe(1);
        const beside = { over: 32, views: { source: x.at(":32").toReadonly(), target: x.at("32:") } };
        await expect(rt.parallelFor(scribble, { ...beside, args: { value: 2 } })).rejects.toThrow('"source"');
      });
    });

    test("an operand that the program releases while the call has it is not looked at", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const source = s.zeros([64], "uint8");
        const part = source.at(":32").toReadonly();
        const call = rt.parallelFor(scribble, { over: 32, views: { source: part }, args: { value: 1 } });
        part.release();
        await call;
        expect(source.get(31)).toBe(1);
      });
    });

    test("an error of the kernel comes before that of a changed operand", async () => {
      const rt = runtime();
      await rt.scope(async (s) => {
        const views = { marks: s.zeros([64], "uint8"), source: s.zeros([4], "uint8").toReadonly() };
        const failing = rt.parallelFor(misbehave, { over: 64, views, args: { kind: "throw", at: 3 } });
        await expect(failing).rejects.toBeInstanceOf(KernelError);
      });
    });
  },
  { debug: true },
);

describeModes((runtime) => {
  test("without debug no stack is taken, and no operand compared", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const source = s.zeros([64], "uint8");
      const lease = await rt.borrow(source, { mode: "read" });
      expect(Object.keys(rt.leaks()[0]!)).toEqual(["array", "holder", "mode", "ageMs", "threads"]);
      lease.release();
      await rt.parallelFor(scribble, { over: 64, views: { source: source.toReadonly() }, args: { value: 1 } });
      expect(source.get(0)).toBe(1);
    });
  });
});

test("leaks: name the threads that work under a lease, as stats do", async () => {
  await using rt = await open({ threads: 2 });
  const marks = rt.zeros([40], "uint8");
  // Both threads are to come before it has run, however late.
  const stop = new AbortController();
  const slow = { over: 40, grainsize: 1, views: { marks }, args: { kind: "slow", ms: 100 }, signal: stop.signal };
  const call = rt.parallelFor(misbehave, slow);
  let leak: HeldLease | undefined;
  for (leak = rt.leaks()[0]; leak !== undefined && leak.threads.length < 2; leak = rt.leaks()[0]) await sleep(1);
  const { threads } = leak!;
  expect([threads.length, threads.every((thread) => rt.stats().views.has(thread))]).toEqual([2, true]);
  stop.abort(new Error("seen"));
  await expect(call).rejects.toThrow("seen");
  expect(rt.leaks()).toEqual([]);
});

test.each([{ threads: 1 }, { mode: "inline" as const }])(
  "debug: an error about full memory tells where the largest arrays were made (%o)",
  async (options) => {
    await using rt = await open({ ...options, debug: true, maximumBytes: 2 ** 20 });
    rt.from(new Uint8Array(600_000), { label: "photo" });
    rt.full([1000], 1, "float64", { label: "table" });
    expect(() => rt.zeros([600_000], "uint8")).toThrow(
      /; the largest of 2 unreleased: "photo" \(585\.9 KiB, made at \S*debug\.test\.ts(?:\?\S*)?:\d+:\d+\), "table" \(7\.8 KiB, made at \S*debug\.test\.ts(?:\?\S*)?:\d+:\d+\)$/,
    );
  },
);
