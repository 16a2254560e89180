import { expect, test } from "vitest";
import {
  BorrowError,
  ClosedError,
  DeadlineError,
  DTypeError,
  KernelBudgetError,
  KernelSyntaxError,
  open,
  ReadonlyError,
  ReleasedError,
  type Runtime,
  ShapeError,
  ValueError,
} from "instride";
import { describeModes } from "./modes.ts";
import { causeOf, rejection } from "./rejections.ts";

/** Large enough that all threads take part. */
const LARGE = 300_000;

/** Elements of a call that takes long. */
const LONG = 100_000;

/** Adds 1 in many rounds, of which a compiler can't know how many. */
const slow = (x: number, { rounds }: { readonly rounds: number }): number => {
  let n = x;
  while (n < rounds) n += 1;
  return x + n / rounds;
};

function slowOn(rt: Runtime) {
  return rt.map(slow, { parameters: { rounds: 2000 }, name: "slow" });
}

describeModes((runtime, mode) => {
  test("map: calls with the same arrays work on what these hold then, small and large", async () => {
    const rt = runtime();
    const add = rt.map((x, y) => x + y);
    for (const length of [4, LARGE]) {
      await rt.scope(async (s) => {
        const [a, b, out] = [
          s.zeros([length], "float64"),
          s.full([length], 2, "float64"),
          s.zeros([length], "float64"),
        ];
        for (let round = 0; round < 30; round++) {
          a.fill(round);
          await add(a, b, { out });
          expect([out.get(0), out.get(length - 1)]).toEqual([round + 2, round + 2]);
        }
      });
    }
  });

  test("map: arrays that were used are released at once, and leave no lease", async () => {
    const rt = runtime();
    const negate = rt.map((x) => x * -1);
    for (const length of [4, LARGE]) {
      const [a, out] = [rt.zeros([length], "float64"), rt.zeros([length], "float64")];
      for (let round = 0; round < 3; round++) await negate(a, { out });
      expect([rt.leaks(), rt.stats().leases]).toEqual([[], 0]);
      a.release();
      expect(await rejection(negate(a, { out }))).toBeInstanceOf(ReleasedError);
      out.release();
    }
  });

  test("map: more arrays than are kept, in turns", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const twice = rt.map((x) => x * 2);
      const arrays = Array.from({ length: 100 }, () => s.full([20_000], 1, "float64"));
      for (let round = 0; round < 3; round++) for (const array of arrays) await twice(array, { out: array });
      for (const array of arrays) expect(array.get(19_999)).toBe(8);
    });
  });

  test("map: calls at once share what they read, and are refused what another writes", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.full([LONG], 1, "float64");
      const [one, two] = [s.zeros([LONG], "float64"), s.zeros([LONG], "float64")];
      const kernel = slowOn(rt);
      await kernel.warm(a);
      const calls = [kernel(a, { out: one }), kernel(a, { out: two })];
      if (mode === "threads") {
        const refused = await rejection(kernel(a, { out: one }));
        expect(refused).toBeInstanceOf(BorrowError);
        expect(refused.message).toContain("slow is writing");
      }
      await Promise.all(calls);
      expect([one.get(7), two.get(LONG - 1)]).toEqual([2, 2]);
    });
  });

  test("map: a call waits for arrays if it says for how long", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.full([8], 1, "float64");
      const out = s.zeros([8], "float64");
      const twice = rt.map((x) => x * 2);
      const lease = await rt.borrow(out, { mode: "read", label: "a reader" });
      expect((await rejection(twice(a, { out }))).message).toContain("a reader is reading");
      const waiting = twice(a, { out, acquireTimeoutMs: 10_000 });
      setTimeout(() => lease.release(), 5);
      await waiting;
      expect(out.toList()).toEqual(new Array(8).fill(2));
    });
  });

  test("map: an aborted call rejects with the reason, and its arrays are free", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([LONG], "float64");
      const out = s.zeros([LONG], "float64");
      const kernel = slowOn(rt);
      await kernel.warm(a);
      const controller = new AbortController();
      const reason = new Error("enough");
      const call = kernel(a, { out, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 5);
      expect(await rejection(call)).toBe(reason);
      expect(out.get(LONG - 1)).toBe(0);
      expect(await rejection(kernel(a, { out, signal: AbortSignal.abort(reason) }))).toBe(reason);
      await rt.map((x) => x + 1)(a, { out });
      expect(out.get(LONG - 1)).toBe(1);
    });
  });

  test("map: progress ends with all of the work", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      for (const length of [4, LARGE]) {
        const a = s.zeros([length], "float64");
        const seen: { readonly done: number; readonly total: number }[] = [];
        await rt.map((x) => x + 1)(a, { out: a, onProgress: (progress) => seen.push(progress) });
        const last = seen.at(-1)!;
        expect(last.done).toBe(last.total);
      }
    });
  });

  test("map: a loop of tiny calls lets timers and signals through", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([4], "float64");
      const next = rt.map((x) => x + 1);
      const signal = AbortSignal.timeout(20);
      const started = Date.now();
      while (!signal.aborted && Date.now() - started < 10_000) await next(a, { out: a });
      expect(signal.aborted).toBe(true);
    });
  });

  test("map: prepared calls run, synchronously too, until they are released", async () => {
    const rt = runtime();
    for (const length of [4, LARGE]) {
      const a = rt.full([length], 1, "float64");
      const kernel = rt.map((x, { step }) => x + step, { parameters: { step: 1 } });
      const prepared = await kernel.prepare(a, { out: a });
      expect(prepared.out).toBe(a);
      for (let run = 0; run < 5; run++) await prepared.run();
      if (mode !== "worker") prepared.runSync();
      expect(a.get(length - 1)).toBe(mode === "worker" ? 6 : 7);
      expect(() => a.release()).toThrow("held by prepared");
      prepared.release();
      prepared.release();
      await expect(prepared.run()).rejects.toThrow(ReleasedError);
      a.release();
    }
  });

  test("map: a prepared call copies an operand that it overwrites, in every run", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 4]);
      using shift = await rt.map((v) => v).prepare(x.at("0:3"), { out: x.at("1:") });
      await shift.run();
      expect(x.toList()).toEqual([1, 1, 2, 3]);
      await shift.run();
      expect(x.toList()).toEqual([1, 1, 1, 2]);
    });
  });

  test("map: a function that can't be compiled is refused, with the place", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const gain = 3;
      const error = await rejection(rt.map((x) => x * gain)(s.zeros([1], "float64")));
      expect(error).toBeInstanceOf(KernelSyntaxError);
      expect(error).toMatchObject({ line: 1, code: "kernel-syntax" });
      expect(error.message).toContain('cannot compile "gain"');
    });
  });

  test("map: operands and outputs that don't go together are refused, and nothing is left", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const [a, b] = [s.zeros([3], "float64"), s.zeros([4], "float64")];
      const add = rt.map((x, y) => x + y, { name: "add" });
      const arrays = rt.stats().arrays;
      const refused: readonly (readonly [Promise<unknown>, new (message: string) => Error, string])[] = [
        [add(a, b), ShapeError, "lengths 3 and 4"],
        [add(a, a, { out: b }), ShapeError, "[4]"],
        [add(a, a, { out: a.toReadonly() }), ReadonlyError, "read-only view as output 0"],
        [add(a, a, { out: s.zeros([3], "int32") }), DTypeError, "as int32"],
        [add(a, a, { where: a }), DTypeError, "expected bool"],
        [add(a, 3 as never), TypeError, "expected a MemoryView"],
        [(add as unknown as (...args: unknown[]) => Promise<unknown>)(a), TypeError, "expected 2 (x, y)"],
        [add(a, a, { parameters: { z: 1 } }), ValueError, '"z"'],
        [add(a, a, { out: a.at("0:1").broadcastTo([3]) }), ReadonlyError, "read-only"],
        [rt.map((x) => [x, x])(a, { out: [a, a] }), ValueError, "share memory"],
        [rt.map((x) => x.at(1))(a), ValueError, "border"],
        [rt.map((x, { k }) => x * k, { parameters: { k: 2 } })(a, { parameters: { k: "3" as never } }), TypeError, "k"],
      ];
      for (const [call, type, text] of refused) {
        const error = await rejection(call);
        expect(error).toBeInstanceOf(type);
        expect(error.message).toContain(text);
      }
      expect(() => rt.map((x) => x, { compute: "float" as never })).toThrow("as compute");
      expect(() => rt.map((x) => x, { border: "none" as never })).toThrow("as border");
      expect(rt.stats().arrays).toBe(arrays + 1);
    });
  });

  test("map: an element that goes round too often rejects, and the next call works", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, -1, 2]);
      const down = (x: number): number => {
        let n = x;
        while (n !== 0) n -= 1;
        return n;
      };
      const kernel = rt.map(down, { roundsMax: 1000 });
      expect(await causeOf(kernel(a, { out: a }))).toBeInstanceOf(KernelBudgetError);
      a.fill(5);
      await kernel(a, { out: a });
      expect(a.toList()).toEqual([0, 0, 0]);
    });
  });

  test("map: a negative power of integers is refused before anything is written", async () => {
    const rt = runtime();
    for (const length of [3, LARGE]) {
      await rt.scope(async (s) => {
        const a = s.full([length], 2, "int32");
        const b = s.full([length], 3, "int32");
        const power = rt.map((x, y) => x ** y);
        await power(a, b, { out: a });
        expect(a.get(length - 1)).toBe(8);
        b.set(-1, length - 1);
        using prepared = await power.prepare(a, b, { out: a });
        for (const start of [() => power(a, b, { out: a }), () => prepared.run()]) {
          expect((await rejection(start())).message).toContain("cannot raise integers to a negative power");
        }
        expect(a.get(0)).toBe(8);
      });
    }
  });

  test("map: a negative power of integers is found where an operand is copied, an index counted, a neighbour read", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const refusal = "cannot raise integers to a negative power";
      const x = s.from([2, 3, -1, 2], { dtype: "int32" });
      const power = rt.map((a, b) => a ** b);
      const beside = power(x.at("0:3"), x.at("0:3"), { out: x.at("1:") });
      expect((await rejection(beside)).message).toContain(refusal);
      expect(x.toList()).toEqual([2, 3, -1, 2]);
      const out = s.zeros([2, 4], "int64");
      const indexed = rt.map((a, { index: [i, j] }) => a ** (j - i));
      expect((await rejection(indexed(x, { out }))).message).toContain(refusal);
      await indexed(x, { out: out.at("0:1") });
      expect(out.at(0).toList()).toEqual([1n, 3n, 1n, 8n]);
      const shifted = rt.map((a) => a ** a.at(1), { border: { constant: 0 } });
      expect((await rejection(shifted(x))).message).toContain(refusal);
      await shifted(x.at("1:2"), { out: x.at("1:2") });
      expect(x.toList()).toEqual([2, 1, -1, 2]);
    });
  });

  test("map: a call whose deadline passes rejects, and what it wrote is poisoned or as it was", async () => {
    const rt = runtime();
    const a = rt.zeros([LONG], "float64");
    const out = rt.zeros([LONG], "float64");
    const kernel = slowOn(rt);
    await kernel.warm(a);
    const error = await rejection(kernel(a, { out, deadlineMs: 5, parameters: { rounds: 20_000 } }));
    expect(error).toBeInstanceOf(DeadlineError);
    if (!out.isPoisoned) expect(out.toList()).toEqual(new Array(LONG).fill(0));
    out.release();
    if (a.isPoisoned) a.clearPoison();
    a.release();
  });
});

test.each(["threads", "worker", "inline"] as const)("map: a closed runtime refuses calls, mode %s", async (mode) => {
  const rt = await open({ mode });
  const a = rt.zeros([4], "float64");
  const next = rt.map((x) => x + 1);
  await next(a, { out: a });
  using prepared = await next.prepare(a, { out: a });
  await rt.close();
  expect(await rejection(next(a, { out: a }))).toBeInstanceOf(ClosedError);
  expect(await rejection(next(a))).toBeInstanceOf(ClosedError);
  expect(await rejection(prepared.run())).toBeInstanceOf(ClosedError);
});
