import { MemoryView, ValueError } from "@instride/core";
import { convert } from "@instride/kernels";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arranged,
  arrangements,
  broadcastNumberAt,
  checkWrites,
  cutsOf,
  numberAt,
  owner,
  REAL_DTYPES,
  scatter,
  shapes,
  stored,
  valuesOf,
} from "./model.ts";

const scales = fc.constantFrom(undefined, 1, -1, 0.5, 1 / 255, 255, 0);
const offsets = fc.constantFrom(undefined, 0, 0.5, -100);

test.for(REAL_DTYPES)("convert: from %s to every dtype, equals the oracle for every layout and cut", (from) => {
  const property = fc.property(
    shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        to: fc.constantFrom(...REAL_DTYPES),
        target: arrangements(shape.length),
        source: arrangements(shape.length),
        values: fc.array(valuesOf(from), { minLength: 16, maxLength: 16 }),
        cuts: cutsOf(shape[0]!),
        scale: scales,
        offset: offsets,
      }),
    ),
    ({ shape, to, target, source, values, cuts, scale, offset }) => {
      const src = arranged(from, shape, source);
      const dst = arranged(to, shape, target);
      scatter(src.view, values);
      const args = { ...(scale === undefined ? {} : { scale }), ...(offset === undefined ? {} : { offset }) };
      const exact = from.endsWith("int64") && to.endsWith("int64") && (scale ?? 1) === 1 && (offset ?? 0) === 0;
      checkWrites(
        dst,
        cuts,
        (range) => convert(range, { src: src.view, dst: dst.view }, args),
        (index) => {
          if (exact) return clampedTo(to, src.view.get(...index) as bigint);
          const scaled = numberAt(src.view, index) * (scale ?? 1);
          return stored(to, offset === undefined ? scaled : scaled + offset);
        },
      );
      src.memory.release();
      dst.memory.release();
    },
  );
  fc.assert(property, { numRuns: 150 });
});

function clampedTo(dtype: string, value: bigint): bigint {
  if (dtype === "uint64") return value < 0n ? 0n : value;
  return value > 2n ** 63n - 1n ? 2n ** 63n - 1n : value;
}

function converted(values: readonly number[], dtype: (typeof REAL_DTYPES)[number]): unknown {
  using src = new MemoryView(new Float64Array(values));
  using dst = owner.zeros([values.length], dtype);
  convert({ start: 0, stop: values.length }, { src, dst });
  return dst.toList();
}

test("convert: to integers rounds ties to even and saturates, NaN is 0", () => {
  const values = [-0.5, 0.5, 1.5, 2.5, 2.500001, 254.5, 255.5, 300, -1, NaN, Infinity, -Infinity];
  expect(converted(values, "uint8")).toEqual([0, 0, 2, 2, 3, 254, 255, 255, 0, 0, 255, 0]);
  expect(converted([127.5, -128.5, -129, -1.5, -2.5, 0.49999999999999994], "int8")).toEqual([
    127, -128, -128, -2, -2, 0,
  ]);
  expect(converted([4294967294.5, 4294967295.5, 1e300, -0.5], "uint32")).toEqual([
    4294967294, 4294967295, 4294967295, 0,
  ]);
  expect(converted([-2147483648.5, -2147483647.5, 2147483646.5, 1e10], "int32")).toEqual([
    -2147483648, -2147483648, 2147483646, 2147483647,
  ]);
});

test("convert: to 64-bit integers rounds ties to even and saturates, NaN is 0", () => {
  const values = [0.5, 1.5, -2.5, 2 ** 52 - 0.5, 2 ** 53, 2 ** 63, -(2 ** 63), 1e300, -Infinity, NaN];
  expect(converted(values, "int64")).toEqual([
    0n,
    2n,
    -2n,
    2n ** 52n,
    2n ** 53n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 63n - 1n,
    -(2n ** 63n),
    0n,
  ]);
  expect(converted([-1, 2 ** 63, 2 ** 64, 0.5, 2 ** 51 + 0.5], "uint64")).toEqual([
    0n,
    2n ** 63n,
    2n ** 64n - 1n,
    0n,
    2n ** 51n,
  ]);
});

test("convert: between 64-bit integer types is exact, and saturates", () => {
  using signed = owner.from(new BigInt64Array([-1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]));
  using unsigned = owner.zeros([4], "uint64");
  const range = { start: 0, stop: 4 };
  convert(range, { src: signed, dst: unsigned });
  expect(unsigned.toList()).toEqual([0n, 2n ** 53n + 1n, 2n ** 63n - 1n, 0n]);
  unsigned.set(2n ** 64n - 1n, 0);
  convert(range, { src: unsigned, dst: signed });
  expect(signed.toList()).toEqual([2n ** 63n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, 0n]);
  convert(range, { src: unsigned, dst: signed }, { offset: 1 });
  expect(signed.get(1)).toBe(2n ** 53n);
});

test("convert: to bool all but zero is true", () => {
  expect(converted([0, -0, 1, 0.001, -5, NaN, Infinity], "bool")).toEqual([false, false, true, true, true, true, true]);
});

test("convert: to floats rounds once", () => {
  // Half a float16 step above 1 and a little more: by way of float32 the little is lost, and the tie goes down.
  expect(converted([1 + 2 ** -11 + 2 ** -40], "float16")).toEqual([1 + 2 ** -10]);
  expect(converted([65_519, 65_520, 0.1], "float16")).toEqual([65_504, Infinity, Math.f16round(0.1)]);
});

test("convert: keeps -0 unless an offset is given", () => {
  expect(converted([-0], "float32")).toEqual([-0]);
  using src = new MemoryView(new Float64Array([-0]));
  using dst = owner.zeros([1], "float32");
  convert({ start: 0, stop: 1 }, { src, dst }, { offset: 0 });
  expect(dst.toList()).toEqual([0]);
});

test("convert: reads any byte but 0 as true", () => {
  const memory = new SharedArrayBuffer(4);
  new Uint8Array(memory).set([0, 1, 2, 255]);
  using bytes = owner.adopt(memory, { dtype: "bool", shape: [4] });
  using dst = owner.zeros([4], "int16");
  convert({ start: 0, stop: 4 }, { src: bytes, dst });
  expect(dst.toList()).toEqual([0, 1, 1, 1]);
});

test("convert: takes a mirrored half-size picture, and broadcasts", () => {
  using photo = owner.zeros([64, 96, 3], "float32");
  photo.elements().data.set(Array.from({ length: 64 * 96 * 3 }, (_, i) => (i % 1000) / 4));
  const half = photo.at("::2", "::-2");
  using dst = owner.zeros([32, 48, 3], "uint8");
  for (const start of [0, 10, 20, 30]) convert({ start, stop: Math.min(start + 10, 32) }, { src: half, dst });
  for (const [i, j, c] of [
    [0, 0, 0],
    [31, 47, 2],
    [17, 5, 1],
  ] as const) {
    expect(dst.get(i, j, c)).toBe(stored("uint8", numberAt(half, [i, j, c])));
  }
  using row = owner.from(new Int8Array([1, 2, 3]));
  convert({ start: 0, stop: 32 }, { src: row, dst });
  expect(dst.get(20, 20, 2)).toBe(broadcastNumberAt(row, [20, 20, 2]));
});

test("convert: works in place, also to another dtype of the same elements", () => {
  const bytes = new SharedArrayBuffer(16);
  using floats = owner.adopt(bytes, { dtype: "float32", shape: [4] });
  using integers = owner.adopt(bytes, { dtype: "int32", shape: [4] });
  floats.elements().data.set([1.5, -2, 1e10, NaN]);
  convert({ start: 0, stop: 4 }, { src: floats, dst: integers });
  expect(integers.toList()).toEqual([2, -2, 2147483647, 0]);
});

test("convert: refuses scales and offsets that are no finite numbers", () => {
  using dst = owner.zeros([1], "float32");
  const range = { start: 0, stop: 1 };
  for (const bad of [NaN, Infinity, "1", 1n] as never[]) {
    expect(() => convert(range, { src: dst, dst }, { scale: bad })).toThrow(ValueError);
    expect(() => convert(range, { src: dst, dst }, { offset: bad })).toThrow(ValueError);
  }
});
