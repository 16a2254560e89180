import { expect, test } from "vitest";
import { ShapeError, ValueError } from "instride";
import { describeModes } from "./modes.ts";
import { rejection } from "./rejections.ts";

/** Large enough that all threads take part. */
const LARGE = 300_000;

describeModes((runtime) => {
  test.each([7, LARGE])("scan: running totals of all elements, of %d", async (size) => {
    const rt = runtime();
    const values = Array.from({ length: size }, (_, i) => (i * 7) % 101);
    const a = rt.from(Float64Array.from(values));
    const out = rt.empty([size], "float64");
    let total = 0;
    const expected = new Float64Array(values.map((value) => (total += value)));
    const cumsum = rt.scan("cumsum");
    for (let round = 0; round < 3; round++) {
      expect(await cumsum(a, { out })).toBe(out);
      expect(out.asTypedArray()).toEqual(expected);
    }
    a.release();
    out.release();
  });

  test("scan: along an axis, of ints, in place and beside itself", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        { dtype: "int32" },
      );
      const rows = await rt.scan("cumsum")(a, { axis: 1 });
      const flat = await rt.scan("cumprod")(a);
      expect([rows.dtype, rows.toList()]).toEqual([
        "int64",
        [
          [1n, 3n, 6n],
          [4n, 9n, 15n],
        ],
      ]);
      expect(flat.toList()).toEqual([1n, 2n, 6n, 24n, 120n, 720n]);
      const x = s.from([1, 2, 3, 4]);
      await rt.scan("cumsum")(x, { out: x });
      expect(x.toList()).toEqual([1, 3, 6, 10]);
      await rt.scan("cumsum")(x.at("0:3"), { out: x.at("1:") });
      expect(x.toList()).toEqual([1, 1, 4, 10]);
      rows.release();
      flat.release();
    });
  });

  test.each([8, LARGE])("scan: an expression may ask for indices and neighbours, in place, of %d", async (size) => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const values = Array.from({ length: size }, (_, i) => (i * 7) % 101);
      const x = s.from(Float64Array.from(values));
      const running = rt.scan("cumsum", { of: (v, { index: [i] }) => v.at(-1) + (i % 3), border: { constant: 5 } });
      let total = 0;
      const expected = values.map((_, i) => (total += (i === 0 ? 5 : values[i - 1]!) + (i % 3)));
      const other = await running(x);
      expect(other.asTypedArray()).toEqual(Float64Array.from(expected));
      await running(x, { out: x });
      expect(x.asTypedArray()).toEqual(Float64Array.from(expected));
      const square = s.from(values.slice(0, 8), { shape: [2, 4], dtype: "float16" });
      const columns = await rt.scan("cumsum", { of: (v) => v.at(0, 1), border: "wrap" })(square, { axis: 0 });
      expect([columns.dtype, columns.toList()]).toEqual([
        "float16",
        [
          [7, 14, 21, 0],
          [42, 56, 70, 28],
        ],
      ]);
      other.release();
      columns.release();
    });
  });

  test("scan: by a function of two values, of an expression", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.from([1, -5, 3, -4]);
      const highest = rt.scan((x, y) => Math.max(x, y), { of: (x, { sign }) => x * sign, parameters: { sign: -1 } });
      const result = await highest(a);
      expect(result.toList()).toEqual([-1, 5, 5, 5]);
      result.release();
    });
  });

  test("scan: what makes no sense is refused", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const a = s.zeros([2, 3], "float64");
      const cumsum = rt.scan("cumsum");
      expect(await rejection(cumsum(a, { axis: 0, out: s.zeros([3], "float64") }))).toBeInstanceOf(ShapeError);
      expect(await rejection(cumsum(a, { keepdims: true } as never))).toBeInstanceOf(ValueError);
      expect((await rejection(rt.scan("sum")(a))).message).toContain("one of cumsum, cumprod");
      expect((await rejection(cumsum(a, { axis: 5 }))).name).toBe("IndexError");
    });
  });
});
