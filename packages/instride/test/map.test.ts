import { expect, test } from "vitest";
import { type DType, type MemoryView, type Runtime, type SharedView, ufuncs } from "instride";
import { describeModes } from "./modes.ts";

/** Large enough that all threads take part. */
const LARGE = 300_000;

function ramp(rt: Runtime, length: number, dtype: DType = "float64"): SharedView<DType> {
  const view = rt.empty([length], dtype);
  for (let i = 0; i < length; i++) view.set(i % 251, i);
  return view;
}

function released(...views: readonly MemoryView[]): void {
  for (const view of views) view.release();
}

describeModes((runtime, mode) => {
  test("map: it writes every element of out, and resolves to it", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2, 3, 4]);
      const b = s.from([10, 20, 30, 40]);
      const out = s.zeros([4], "float64");
      expect(await rt.map((x, y) => x + y)(a, b, { out })).toBe(out);
      expect(out.toList()).toEqual([11, 22, 33, 44]);
    });
  });

  test("map: without out it makes an array of the promoted dtype and the broadcast shape", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const column = s.from([[1], [2]], { dtype: "int16" });
      const row = s.from([10, 20, 30], { dtype: "uint16" });
      const sum = await rt.map((x, y) => x + y)(column, row);
      expect([sum.dtype, sum.shape, sum.toList()]).toEqual([
        "int32",
        [2, 3],
        [
          [11, 21, 31],
          [12, 22, 32],
        ],
      ]);
      released(sum);
    });
  });

  test("map: arrays on which all threads work have the same elements as a loop", async () => {
    const rt = runtime();
    const a = ramp(rt, LARGE, "float32");
    const out = rt.empty([LARGE], "float32");
    const kernel = rt.map((x) => Math.sqrt(x) * 3 - 1);
    for (let round = 0; round < 3; round++) await kernel(a, { out });
    const expected = Float32Array.from({ length: LARGE }, (_, i) => {
      return Math.fround(Math.fround(Math.fround(Math.sqrt(i % 251)) * 3) - 1);
    });
    expect(out.asTypedArray()).toEqual(new Float32Array(expected));
    released(a, out);
  });

  test("map: strided, transposed and flipped operands are taken element by element", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from(Float64Array.from({ length: 12 }, (_, i) => i)).reshape([3, 4]);
      const b = s.from(Float64Array.from({ length: 24 }, (_, i) => 100 * i)).reshape([4, 6]);
      const out = s.zeros([3, 8], "float64");
      await rt.map((x, y) => x + y)(a, b.at(":", "::-2").transpose(), { out: out.at(":", "1::2") });
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 4; j++) {
          expect(out.get(i, 2 * j + 1)).toBe(4 * i + j + 100 * (6 * j + 5 - 2 * i));
          expect(out.get(i, 2 * j)).toBe(0);
        }
      }
    });
  });

  test("map: a parameter that the function names may be given though nothing depends on it", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2], { dtype: "float64" });
      const kernel = rt.map((x, { unused }) => (unused > 0 ? x : x), { parameters: { unused: 1 } });
      expect((await kernel(a, { out: s.zeros([2], "float64"), parameters: { unused: 2 } })).toList()).toEqual([1, 2]);
    });
  });

  test("map: parameters are of the kernel, or of the call", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2, 4], { dtype: "float32" });
      const out = s.zeros([3], "float32");
      const clamp = (x: number): number => Math.min(x, 3);
      const kernel = rt.map((x, { gain, limit }) => limit(x * gain), { parameters: { gain: 0.5, limit: clamp } });
      const results: unknown[] = [];
      for (const gain of [undefined, 1, 1, 0.25, undefined]) {
        await kernel(a, { out, ...(gain === undefined ? {} : { parameters: { gain } }) });
        results.push(out.toList());
      }
      const half = [0.5, 1, 2];
      expect(results).toEqual([half, [1, 2, 3], [1, 2, 3], [0.25, 0.5, 1], half]);
    });
  });

  test("map: where a mask holds elements are written, others stay", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2, 3, 4]);
      const mask = s.from([1, 0, 0, 1], { dtype: "uint8" }).viewAs("bool");
      const out = s.full([4], -1, "float64");
      await rt.map((x) => x * 10)(a, { out, where: mask });
      expect(out.toList()).toEqual([10, -1, -1, 40]);
      const fresh = await rt.map((x) => x * 10)(a, { where: mask });
      expect(fresh.toList()).toEqual([10, 0, 0, 40]);
      released(fresh);
    });
  });

  test("map: several outputs come as the function gives them", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2]);
      const low = s.zeros([2], "float64");
      const high = s.zeros([2], "float32");
      const pair = rt.map((x) => [x - 1, x + 1]);
      const named = rt.map((x) => ({ low: x - 1, high: x + 1 }));
      expect(await pair(a, { out: [low, high] })).toEqual([low, high]);
      expect([low.toList(), high.toList()]).toEqual([
        [0, 1],
        [2, 3],
      ]);
      const made = await named(a);
      expect([made.low.toList(), made.high.toList()]).toEqual([
        [0, 1],
        [2, 3],
      ]);
      released(made.low, made.high);
    });
  });

  test("map: an output that overlaps an operand is as if the operand had been copied first", async () => {
    const rt = runtime();
    const next = rt.map((x) => x + 1);
    for (const length of [10, LARGE]) {
      const whole = ramp(rt, length);
      await next(whole.at(`0:${length - 1}`), { out: whole.at("1:") });
      const expected = Float64Array.from({ length }, (_, i) => (i === 0 ? 0 : ((i - 1) % 251) + 1));
      expect(whole.asTypedArray()).toEqual(new Float64Array(expected));
      await next(whole, { out: whole });
      expect(whole.get(length - 1)).toBe(expected[length - 1]! + 1);
      released(whole);
    }
  });

  test("map: dtype, compute and casting decide on the result", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2, 5], { dtype: "int32" });
      const half = await rt.map((x) => x / 2)(a);
      const single = await rt.map((x) => x / 2, { dtype: "float32" })(a);
      const out = s.zeros([3], "int8");
      await rt.map((x) => x / 2, { casting: "unsafe" })(a, { out });
      expect([half.dtype, half.toList()]).toEqual(["float64", [0.5, 1, 2.5]]);
      expect([single.dtype, single.toList()]).toEqual(["float32", [0.5, 1, 2.5]]);
      expect(out.toList()).toEqual([0, 1, 2]);
      released(half, single);
    });
  });

  test("map: a ufunc of NumPy's is a kernel by itself", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([-7, 7], { dtype: "int32" });
      const b = s.from([2, 2], { dtype: "int32" });
      const quotient = await rt.map(ufuncs.floor_divide)(a, b);
      expect(quotient.toList()).toEqual([-4, 3]);
      released(quotient);
    });
  });

  test("map: indices and neighbours", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2, 4, 8]);
      const indexed = await rt.map((x, { index: [i] }) => x * 10 + i)(a);
      const sums = await rt.map((x) => x.at(-1) + x.at(1), { border: "wrap" })(a);
      expect([indexed.toList(), sums.toList()]).toEqual([
        [10, 21, 42, 83],
        [10, 5, 10, 5],
      ]);
      released(indexed, sums);
    });
  });

  test("map: arrays without elements and of no axes", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const twice = rt.map((x) => x * 2);
      const none = await twice(s.zeros([0, 3], "float32"));
      const one = await twice(s.full([], 21, "float32"));
      expect([none.shape, one.shape, one.get()]).toEqual([[0, 3], [], 42]);
      released(none, one);
    });
  });

  test("map: what is adopted is used in place", async () => {
    if (mode === "worker") return;
    const rt = runtime();
    const buffer = new SharedArrayBuffer(8 * LARGE);
    const a = rt.adopt(buffer, { dtype: "float64", shape: [LARGE] });
    const b = ramp(rt, LARGE);
    await rt.map((x, y) => x + y * 2)(a, b, { out: a });
    const elements = new Float64Array(buffer);
    expect([elements[0], elements[250], elements[LARGE - 1]]).toEqual([0, 500, 2 * ((LARGE - 1) % 251)]);
    released(a, b);
  });

  test("map: a kernel is explained, and warmed, for operands", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([5], "float32");
      const kernel = rt.map((pixel) => pixel * 2, { name: "double" });
      await kernel.warm(a);
      const explained = await kernel.explain(a);
      expect(explained.signature).toBe("double (pixel float32) → float32");
      expect(String(explained)).toContain("f32x4.mul");
    });
  });
});
