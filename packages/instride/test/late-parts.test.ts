import { afterAll, beforeAll, expect, test } from "vitest";
import { open, type Runtime } from "instride";
import { type Calls, lateCalls } from "../src/kernels/late-calls.ts";

let rt: Runtime;

beforeAll(async () => {
  rt = await open({ mode: "inline" });
});

afterAll(() => rt.close());

// First in this file: modules are loaded once for each.
test("rt.map and rt.reduce: whatever is done first with mathematics loads it, several at once", async () => {
  const x = rt.from(new Float64Array([0, 0.5, 1]));
  const of = (v: number): number => Math.sin(v);
  const [called, prepared, , explained, folded] = await Promise.all([
    rt.map((v) => Math.cos(v))(x),
    rt.map((v) => Math.exp(v)).prepare(x),
    rt.map((v) => Math.log1p(v)).warm(x),
    rt.map((v) => Math.tanh(v)).explain(x),
    rt.reduce("sum", { of })(x),
  ]);
  const near = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 14));
  expect(called.toList()).toEqual(near([1, Math.cos(0.5), Math.cos(1)]));
  using call = prepared;
  await call.run();
  expect(call.out.toList()).toEqual(near([1, Math.exp(0.5), Math.E]));
  expect(String(explained)).toContain("f64x2.mul");
  expect(folded).toBeCloseTo(Math.sin(0.5) + Math.sin(1), 14);
});

/** Calls that tell with what they were called. */
function echo(): Calls {
  return {
    call: (args) => Promise.resolve(args),
    prepare: (args) => Promise.resolve(args),
    warm: () => Promise.resolve(),
    explain: () => Promise.reject(new Error("nothing to explain")),
  };
}

test("late calls: several that are first are made by the same, in their order", async () => {
  const made: Calls[] = [];
  const order: unknown[] = [];
  const kernel = lateCalls("k", async () => {
    const calls = echo();
    made.push(calls);
    const call = (args: readonly unknown[]): Promise<unknown> => {
      order.push([made.indexOf(calls), ...args]);
      return calls.call(args);
    };
    return { ...calls, call };
  });
  expect(kernel.label).toBe("k");
  await Promise.all([kernel(1), kernel(2), kernel.prepare(3)]);
  await kernel(4);
  const [first] = order as [[number]];
  expect(order).toEqual([1, 2, 4].map((value) => [first[0], value]));
  await expect(kernel.explain()).rejects.toThrow("nothing to explain");
});

test("late calls: what could not be loaded is loaded by the next call", async () => {
  let attempts = 0;
  const kernel = lateCalls("k", async () => {
    if (++attempts === 1) throw new Error("no network");
    return echo();
  });
  await expect(kernel(1)).rejects.toThrow("no network");
  expect(await kernel(2)).toEqual([2]);
  expect(await kernel(3)).toEqual([3]);
  expect(attempts).toBe(2);
});
