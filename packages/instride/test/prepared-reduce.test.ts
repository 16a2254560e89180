import { expect, test } from "vitest";
import { ReleasedError, ShapeError, ValueError } from "instride";
import { describeModes } from "./modes.ts";
import { rejection } from "./rejections.ts";

/** Computed by the caller alone, and by all threads. */
const SIZES = [6, 300_000];

describeModes((runtime, mode) => {
  test.each(SIZES)("reduce: a prepared call gives what its arrays come to then, of %d", async (size) => {
    const rt = runtime();
    const a = rt.full([size], 1, "float64");
    const step = await rt.reduce("sum").prepare(a);
    for (let value = 0; value < 5; value++) {
      a.fill(value);
      expect(await step.run()).toBe(value * size);
      expect(step.out.get()).toBe(value * size);
    }
    if (mode !== "worker") expect(step.runSync()).toBe(4 * size);
    // Others have no part in it.
    expect(await rt.reduce("max")(a)).toBe(4);
    expect(step.out.get()).toBe(4 * size);
    expect(() => a.release()).toThrow("held by prepared");
    step.release();
    step.release();
    await expect(step.run()).rejects.toThrow(ReleasedError);
    expect(() => step.runSync()).toThrow(ReleasedError);
    a.release();
  });

  test.each(SIZES)("reduce: a prepared call along an axis writes its array, which stays, of %d", async (size) => {
    const rt = runtime();
    const a = rt.full([2, size], 2, "float32");
    const out = rt.zeros([size], "float64");
    const mean = rt.reduce("mean");
    const [own, given] = [
      await mean.prepare(a, { axis: 0 }),
      await mean.prepare(a, { axis: 0, dtype: "float64", out }),
    ];
    expect(await own.run()).toBe(own.out);
    expect(await given.run()).toBe(out);
    expect([own.out.dtype, own.out.get(size - 1), out.get(size - 1)]).toEqual(["float32", 2, 2]);
    own.release();
    given.release();
    expect(own.out.get(0)).toBe(2);
    for (const view of [a, out, own.out]) view.release();
  });

  test.each(SIZES)("scan: a prepared call scans, and copies what it overwrites, of %d", async (size) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.full([size], 1, "float64");
      const totals = rt.scan("cumsum");
      const step = await totals.prepare(a);
      expect((await step.run()).get(size - 1)).toBe(size);
      const x = s.full([size + 1], 1, "float64");
      using shifted = await totals.prepare(x.at(`0:${size}`), { out: x.at("1:") });
      await shifted.run();
      expect([x.get(0), x.get(1), x.get(size)]).toEqual([1, 1, size]);
      step.release();
      step.out.release();
    });
  });

  test("reduce, scan: what a call refuses is refused when it is prepared, and nothing is held", async () => {
    const rt = runtime();
    const a = rt.zeros([3], "float64");
    expect(await rejection(rt.reduce("argmax").prepare(a, { axis: [0] }))).toBeInstanceOf(ValueError);
    const out = rt.zeros([2], "float64");
    expect(await rejection(rt.reduce("max").prepare(a, { out }))).toBeInstanceOf(ShapeError);
    out.release();
    expect(await rejection(rt.scan("cumsum").prepare(a, { axis: 1 }))).toMatchObject({ code: "index" });
    a.release();
  });

  test("reduce, scan: warm compiles and runs nothing", async () => {
    const rt = runtime();
    const a = rt.full([SIZES[1]!], 1, "float64");
    const total = rt.zeros([], "float64");
    const sum = rt.reduce("sum");
    await sum.warm(a, { out: total });
    await rt.scan("cumsum").warm(a);
    expect(total.get()).toBe(0);
    await sum(a, { out: total });
    expect(total.get()).toBe(SIZES[1]);
    a.release();
    total.release();
  });

  test("reduce, scan: explain names operands, dtypes, states, steps and instructions", async () => {
    const rt = runtime();
    const a = rt.zeros([100_000], "int8");
    const distance = rt.reduce("sum", { of: (left: number, right: number) => (left - right) ** 2, name: "distance" });
    const explanation = await distance.explain(a, a, { dtype: "int64" });
    expect(explanation.signature).toBe("distance (left int8, right int8) → int64");
    const text = String(explanation);
    for (const part of [explanation.graph, "load i32 left", "a state of i64", "fold:", "100000 elements"]) {
      expect(text.replaceAll(/^ {2}/gm, "")).toContain(part);
    }
    expect(explanation.code).toContain("(func $");
    expect(explanation.isCompiled).toBe(true);
    expect((await rt.scan("cumsum").explain(a)).signature).toBe("cumsum (x int8) → int64");
    a.release();
  });
});
