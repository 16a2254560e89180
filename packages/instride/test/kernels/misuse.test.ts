import { expect, test } from "vitest";
import {
  BorrowError,
  BusyError,
  DTypeError,
  IndexError,
  KernelSyntaxError,
  type MemoryView,
  OverflowError,
  ReadonlyError,
  ReleasedError,
  ShapeError,
  ValueError,
} from "instride";
import { describeModes } from "../modes.ts";
import { rejection } from "../rejections.ts";

/** Elements of a call on which all threads work for some milliseconds. */
const LARGE = 60_000;

const slow = (x: number): number => {
  let n = x;
  while (n < 500) n += 1;
  return n;
};

type Refusal = readonly [call: () => Promise<unknown>, type: new (message: string) => Error, text: string];

/** What a call that should have been refused has given: views say nothing in errors. */
function describeCall(text: string, made: unknown): string {
  return `${text}: ${String(made)}`;
}

/** A kernel that takes what its types refuse. */
function untyped(kernel: unknown): (...args: readonly unknown[]) => Promise<unknown> {
  return kernel as (...args: readonly unknown[]) => Promise<unknown>;
}

async function expectRefused(refusals: readonly Refusal[]): Promise<void> {
  for (const [call, type, text] of refusals) {
    const error = await rejection(call().then((made) => describeCall(text, made)));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(text);
  }
}

describeModes((runtime, mode) => {
  test("rt.map: arrays that don't go together are refused with a typed error, and nothing is left", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const [a, b] = [s.zeros([2, 3], "float64"), s.zeros([4], "float64")];
      const bytes = s.zeros([2, 3], "uint8");
      const text = s.zeros([2, 3], "complex64");
      const arrays = rt.stats().arrays;
      const add = rt.map((x, y) => x + y);
      const same = rt.map((x) => x);
      const pair = rt.map((x) => [x, x]);
      await expectRefused([
        [() => add(a, b), ValueError, "[4]"],
        [() => add(a, a, { out: s.zeros([3], "float64") }), ShapeError, "[2, 3]"],
        [() => same(s.zeros([3], "float64"), { out: a.at(":", "0:1") }), ShapeError, "[2, 3]"],
        [() => same(a, { out: a.toReadonly() }), ReadonlyError, "read-only"],
        [() => same(a, { out: s.zeros([3], "float64").broadcastTo([2, 3]) }), ReadonlyError, "read-only"],
        [() => same(a, { out: bytes }), DTypeError, "same_kind"],
        [() => same(a, { where: bytes }), DTypeError, "expected bool"],
        [() => same(a, { where: s.zeros([5], "bool") }), ValueError, "[5]"],
        [() => same(a, { where: [true] as unknown as MemoryView }), TypeError, "where"],
        [() => pair(a, { out: a as never }), TypeError, "2 views"],
        [() => pair(a, { out: [a, a] }), ValueError, "share memory"],
        [() => untyped(same)(a, a), TypeError, "expected 1 (x)"],
        [() => untyped(same)(), TypeError, "expected 1 (x)"],
        [() => rt.map((x) => x % 2)(text), DTypeError, "complex64"],
        [() => rt.map((x) => x + 300)(bytes), OverflowError, "300"],
        [() => rt.map((x) => x.at(1))(a), ValueError, "border"],
        [() => rt.map("(x) => x + gain")(a), KernelSyntaxError, "gain"],
        [() => rt.map((x, { index: [, , k] }) => x + k)(a), IndexError, "axis"],
      ]);
      // The scope's own have come in between: four that were made for refused calls.
      expect(rt.stats().arrays - arrays).toBeLessThanOrEqual(5);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("rt.reduce and rt.scan: arrays that don't go together are refused with a typed error", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([2, 3], "float64");
      const sum = rt.reduce("sum");
      const cumsum = rt.scan("cumsum");
      await expectRefused([
        [() => sum(a, { out: s.zeros([2], "float64"), axis: 0 }), ShapeError, "[3]"],
        [() => sum(a, { out: s.zeros([3], "float64").toReadonly(), axis: 0 }), ReadonlyError, "read-only"],
        [() => sum(a, { where: s.zeros([2, 3], "uint8") }), DTypeError, "expected bool"],
        [() => sum(a, { where: s.zeros([4], "bool") }), ValueError, "[4]"],
        [() => sum(a, { axis: 2 }), IndexError, "axis"],
        [() => sum(a, { axis: [0, 0] }), ValueError, "axes"],
        [() => rt.reduce("max")(a.at("0:0")), ValueError, "no elements"],
        [() => rt.reduce("sum", { of: (x, y) => x + y })(a, s.zeros([4], "float64")), ValueError, "[4]"],
        [() => cumsum(a, { axis: 1, out: a.toReadonly() }), ReadonlyError, "read-only"],
        [() => cumsum(a, { axis: 1, out: s.zeros([3, 2], "float64") }), ShapeError, "[2, 3]"],
        [() => cumsum(a, { axis: -3 }), IndexError, "axis"],
      ]);
      expect(rt.leaks()).toEqual([]);
    });
  });

  test("rt.reduce and rt.scan: small calls that leave the work to others give the same, several at once", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const [a, b] = [s.from([1, 2, 3]), s.from([10, 20, 30])];
      const [sum, cumsum] = [rt.reduce("sum"), rt.scan("cumsum")];
      for (const control of [{ caller: "waits" }, { acquireTimeoutMs: 5000 }, {}] as const) {
        expect(await Promise.all([sum(a, control), sum(b, control), sum(a, control)])).toEqual([6, 60, 6]);
        const totals = await Promise.all([
          cumsum(a, control),
          cumsum(b, control),
          sum(a, { ...control, keepdims: true }),
        ]);
        expect(totals.map((view) => view.toList())).toEqual([[1, 3, 6], [10, 30, 60], [6]]);
        for (const view of totals) view.release();
      }
    });
  });

  test("rt.map: arrays can't be released in the middle of a call, and can after it", async () => {
    const rt = runtime();
    const a = rt.zeros([LARGE], "float64");
    const out = rt.zeros([LARGE], "float64");
    const mask = rt.zeros([LARGE], "bool");
    const kernel = rt.map(slow);
    await kernel.warm(a, { out, where: mask });
    const call = kernel(a, { out, where: mask, caller: "waits" });
    if (mode !== "inline") {
      for (const view of [a, out, mask]) expect(() => view.release()).toThrow(/lease|held|busy|reading|writing|away/i);
    }
    await call;
    for (const view of [a, out, mask]) view.release();
    expect(rt.leaks()).toEqual([]);
    expect(await rejection(kernel(a, { out, where: mask }))).toBeInstanceOf(ReleasedError);
  });

  test("rt.map: arrays released between calls are told of, whatever was kept of the calls before", async () => {
    const rt = runtime();
    const kernels = { map: rt.map((x) => x + 1), sum: rt.reduce("sum"), totals: rt.scan("cumsum") };
    for (const size of [5, LARGE]) {
      const a = rt.zeros([size], "float64");
      const out = rt.zeros([size], "float64");
      for (let round = 0; round < 3; round++) {
        await kernels.map(a, { out });
        await kernels.sum(a);
        await kernels.totals(a, { out });
      }
      out.release();
      expect(await rejection(kernels.map(a, { out }))).toBeInstanceOf(ReleasedError);
      expect(await rejection(kernels.totals(a, { out }))).toBeInstanceOf(ReleasedError);
      expect(await kernels.sum(a)).toBe(0);
      a.release();
      expect(await rejection(kernels.sum(a))).toBeInstanceOf(ReleasedError);
      expect(await rejection(kernels.map(a))).toBeInstanceOf(ReleasedError);
      expect(rt.leaks()).toEqual([]);
      // New memory may lie where the old one did: it is not taken for it.
      const b = rt.full([size], 2, "float64");
      const next = rt.zeros([size], "float64");
      await kernels.map(b, { out: next });
      expect([next.get(size - 1), await kernels.sum(b)]).toEqual([3, 2 * size]);
      b.release();
      next.release();
    }
  });

  test("rt.map: arrays that the program has a lease on are refused, and taken once it is gone", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([4], "float64");
      const lease = await rt.borrow(a, { mode: "write", label: "the program" });
      const calls = [() => rt.map((x) => x)(a), () => rt.reduce("sum")(a), () => rt.scan("cumsum")(a)];
      for (const call of calls) {
        const error = await rejection(call());
        expect(error instanceof BorrowError || error instanceof BusyError).toBe(true);
        expect(error.message).toContain("the program");
      }
      lease.release();
      expect(await rt.reduce("sum")(a)).toBe(0);
      expect(rt.leaks()).toEqual([]);
    });
  });
});
