import { expect, test } from "vitest";
import { open, type Runtime, ShapeError, type SharedView, ValueError } from "instride";
import { describeModes } from "./modes.ts";
import { rejection } from "./rejections.ts";

/** Large enough that all threads take part. */
const LARGE = 300_000;

/** Small whole numbers, of which sums are exact in any order. */
function ramp(rt: Runtime, shape: readonly number[]): SharedView<"float64"> {
  const size = shape.reduce((product, length) => product * length, 1);
  return rt.from(
    Float64Array.from({ length: size }, (_, i) => (i * 7) % 101),
    { shape },
  );
}

describeModes((runtime, mode) => {
  test.each([12, LARGE])("reduce: named reductions of all elements give a value, of %d", async (size) => {
    const rt = runtime();
    const a = ramp(rt, [3, size / 3]);
    const values = Array.from({ length: size }, (_, i) => (i * 7) % 101);
    const total = values.reduce((sum, value) => sum + value, 0);
    const spread = values.reduce((sum, value) => sum + (value - total / size) ** 2, 0);
    for (let round = 0; round < 3; round++) {
      expect(await rt.reduce("sum")(a)).toBe(total);
      expect(await rt.reduce("mean")(a)).toBe(total / size);
      expect(await rt.reduce("max")(a)).toBe(Math.max(...new Set(values)));
      expect(await rt.reduce("min")(a)).toBe(0);
      expect(await rt.reduce("argmax")(a)).toBe(BigInt(values.indexOf(Math.max(...new Set(values)))));
      expect(await rt.reduce("any")(a)).toBe(true);
      expect(await rt.reduce("all")(a)).toBe(false);
      expect(await rt.reduce("count_nonzero")(a)).toBe(BigInt(values.filter((value) => value !== 0).length));
      expect(await rt.reduce("var")(a, { ddof: 1 })).toBeCloseTo(spread / (size - 1), 8);
    }
    a.release();
  });

  test("reduce: along axes, with keepdims, into out", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const sum = rt.reduce("sum");
      const [columns, rows, kept] = [
        await sum(a, { axis: 0 }),
        await sum(a, { axis: -1 }),
        await sum(a, { axis: [0, 1], keepdims: true }),
      ];
      expect([columns.toList(), rows.toList(), kept.toList()]).toEqual([[5, 7, 9], [6, 15], [[21]]]);
      const out = s.zeros([3], "float64");
      for (let round = 0; round < 3; round++) expect(await sum(a, { axis: 0, out })).toBe(out);
      expect(out.toList()).toEqual([5, 7, 9]);
      for (const view of [columns, rows, kept]) view.release();
    });
  });

  test("reduce: an expression of several operands is computed on the way", async () => {
    const rt = runtime();
    for (const size of [12, LARGE]) {
      const [a, b] = [ramp(rt, [size]), rt.full([size], 2, "float64")];
      const expected = Array.from({ length: size }, (_, i) => ((i * 7) % 101) * 2 + 1);
      const distance = rt.reduce("sum", {
        of: (x, y, { step }: { readonly step: number }) => x * y + step,
        parameters: { step: 1 },
      });
      expect(await distance(a, b)).toBe(expected.reduce((sum, value) => sum + value, 0));
      expect(await distance(a, b, { parameters: { step: 0 } })).toBe(
        expected.reduce((sum, value) => sum + value - 1, 0),
      );
      expect(await rt.reduce("dot")(a, b)).toBe(2 * (await rt.reduce("sum")(a)));
      a.release();
      b.release();
    }
  });

  test.each([6, LARGE])("reduce: an expression may ask for indices and neighbours, of %d", async (size) => {
    const rt = runtime();
    const shape = [3, size / 3];
    const a = ramp(rt, shape);
    const at = (i: number, j: number): number => {
      const inside = Math.min(Math.max(j, 0), shape[1]! - 1);
      return ((i * shape[1]! + inside) * 7) % 101;
    };
    const all = [0, 1, 2].map((i) => Array.from({ length: shape[1]! }, (_, j) => at(i, j) * (j - i)));
    const sums = all.map((row) => row.reduce((sum, value) => sum + value, 0));
    const moment = rt.reduce("sum", { of: (x, { index: [i, j] }) => x * (j - i) });
    const along = await moment(a, { axis: 1 });
    const steps = rt.reduce("max", { of: (x) => Math.abs(x.at(0, 1) - x.at(0, -1)), border: "nearest" });
    const greatest = [0, 1, 2].map((i) =>
      Array.from({ length: shape[1]! }, (_, j) => Math.abs(at(i, j + 1) - at(i, j - 1))).reduce((x, y) =>
        Math.max(x, y),
      ),
    );
    const largest = await steps(a, { axis: -1 });
    const across = rt.reduce("sum", { of: (x) => x.at(1) + 1, border: { constant: -1 } });
    const columns = await across(a, { axis: 0 });
    for (let round = 0; round < 2; round++) expect(await moment(a)).toBe(sums.reduce((x, y) => x + y));
    expect(along.toList()).toEqual(sums);
    expect(largest.toList()).toEqual(greatest);
    expect(columns.toList()).toEqual(Array.from({ length: shape[1]! }, (_, j) => at(1, j) + at(2, j) + 2));
    for (const view of [a, along, largest, columns]) view.release();
  });

  test("reduce: neighbours need a border, and functions of two values have none", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, 2, 3]);
      const refused = rt.reduce("sum", { of: (x) => x.at(1) });
      expect(await rejection(refused(a))).toBeInstanceOf(ValueError);
      expect((await rejection(refused(a))).message).toContain("expected the option border");
      const combined = rt.reduce("(x, y) => x.at(1) + y", { border: "wrap" });
      expect((await rejection(combined(a))).message).toContain("expected that in the option of");
      const indexed = rt.reduce("sum", { of: (x, { index: [, j] }) => x + j });
      expect(await rejection(indexed(a))).toMatchObject({ name: "IndexError" });
    });
  });

  test("reduce: a negative power of integers is refused, but where a mask leaves it out", async () => {
    const rt = runtime();
    for (const length of [3, LARGE]) {
      await rt.scope(async (s) => {
        const x = s.full([length], 2, "int32");
        x.set(-1, length - 1);
        const where = s.full([length], true, "bool");
        const power = rt.reduce<bigint>("sum" as string, { of: (a) => a ** a });
        const running = rt.scan("cumsum", { of: (a) => a ** a });
        using prepared = await power.prepare(x, { where });
        for (const start of [() => power(x), () => prepared.run(), () => running(x)])
          expect((await rejection(start())).message).toContain("cannot raise integers to a negative power");
        where.set(false, length - 1);
        expect(await power(x, { where })).toBe(BigInt(4 * length - 4));
        expect(await prepared.run()).toBe(BigInt(4 * length - 4));
      });
    }
  });

  test("reduce: by a function of two values", async () => {
    const rt = runtime();
    for (const size of [12, LARGE]) {
      const a = ramp(rt, [4, size / 4]);
      const largest = rt.reduce((x, y) => (x > y ? x : y), { identity: -1 });
      const values = Array.from({ length: size }, (_, i) => (i * 7) % 101);
      expect(await largest(a)).toBe(Math.max(...new Set(values)));
      const rows = await largest(a, { axis: 1 });
      expect(rows.get(0)).toBe(Math.max(...new Set(values.slice(0, size / 4))));
      expect(await largest(a.at(0, "0:0"))).toBe(-1);
      rows.release();
      a.release();
    }
  });

  test("reduce: where, initial and dtype are NumPy's", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([100, 100, 100], { dtype: "int8" });
      const mask = s.from([1, 0, 1], { dtype: "uint8" }).viewAs("bool");
      const sum = rt.reduce<bigint>("sum" as string);
      expect(await sum(a)).toBe(300n);
      expect(await sum(a, { where: mask, initial: 5 })).toBe(205n);
      expect(await sum(a, { dtype: "int8" })).toBe(44);
      expect(await rt.reduce("max")(a, { where: mask, initial: 120 })).toBe(120);
    });
  });

  test("reduce: calls at once of one array all get their value", async () => {
    const rt = runtime();
    const a = ramp(rt, [LARGE]);
    const sum = rt.reduce("sum");
    const total = await sum(a);
    expect(await Promise.all([sum(a), sum(a), rt.reduce("mean")(a)])).toEqual([total, total, total / LARGE]);
    a.release();
  });

  test("reduce: what was reduced is released at once, and memory of the kernel's own with it", async () => {
    const rt = runtime();
    const sum = rt.reduce("sum");
    const before = rt.stats().arrays;
    const a = ramp(rt, [LARGE]);
    for (let round = 0; round < 3; round++) await sum(a);
    expect(rt.leaks()).toEqual([]);
    a.release();
    if (mode === "threads" || mode === "inline") expect(rt.stats().arrays).toBe(before);
    expect(await rejection(sum(a))).toMatchObject({ name: "ReleasedError" });
  });

  test("reduce: a signal cancels, and progress is told to the end", async () => {
    const rt = runtime();
    const a = ramp(rt, [LARGE]);
    const reason = new Error("enough");
    expect(await rejection(rt.reduce("sum")(a, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const seen: { readonly done: number; readonly total: number }[] = [];
    await rt.reduce("var")(a, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total);
    a.release();
  });

  test("reduce: what makes no sense is refused, and nothing is left", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([2, 3], "float64");
      const arrays = rt.stats().arrays;
      const refused: readonly (readonly [Promise<unknown>, new (message: string) => Error, string])[] = [
        [rt.reduce("min")(s.zeros([0], "float64")), ValueError, "no elements"],
        [rt.reduce("sum")(a, { axis: 2 }), RangeError, "axis"],
        [rt.reduce("sum")(a, { axis: 0, out: a.at(0, "0:2") }), ShapeError, "[3]"],
        [rt.reduce("argmax")(a, { where: a }), ValueError, "where"],
        [rt.reduce("sum")(a, { ddof: 1 }), ValueError, "ddof"],
        [rt.reduce("summ")(a), ValueError, "expected a function of two values, or one of sum"],
        [rt.reduce((x: number) => x)(a), ValueError, "function of two"],
        [rt.reduce("sum", { of: (x, y) => x + y })(a), TypeError, "expected 2 (x, y)"],
      ];
      for (const [call, type, text] of refused) {
        const error = await rejection(call);
        expect(error).toBeInstanceOf(type);
        expect(error.message).toContain(text);
      }
      expect(rt.stats().arrays).toBe(arrays + 1);
    });
  });
});

test("reduce: the same bits with 1, 2 and 3 threads, inline and on a thread of its own", async () => {
  const values = Float32Array.from({ length: LARGE }, (_, i) => Math.sin(i) / (i + 1));
  const bits: unknown[] = [];
  const ways = [
    { mode: "threads", threads: 1 },
    { mode: "threads", threads: 2 },
    { mode: "threads", threads: 3 },
    { mode: "worker" },
    { mode: "inline" },
  ] as const;
  for (const way of ways) {
    await using rt = await open(way);
    const a = rt.from(values).reshape([300, LARGE / 300]);
    const rows = await rt.reduce("sum")(a, { axis: 1 });
    const sines = await rt.map((x) => Math.sin(x * 1000) + Math.exp(x))(a);
    bits.push([
      await rt.reduce("sum")(a),
      await rt.reduce("var")(a),
      await rt.reduce("sum", { of: (x) => x * x })(a.transpose()),
      rows.toList(),
      await rt.reduce("sum")(sines),
    ]);
  }
  for (const other of bits) expect(other).toEqual(bits[0]);
});
