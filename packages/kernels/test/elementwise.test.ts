import { type HalfOpenRange, MemoryView, ReadonlyError, ShapeError, ValueError } from "@instride/core";
import { add, type BinaryKernel, divide, lookup, multiply, subtract, unsharp, weightedSum } from "@instride/kernels";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Arranged,
  arranged,
  arrangements,
  broadcastNumberAt,
  checkWrites,
  type Cuts,
  cutsOf,
  owner,
  plain,
  REAL_DTYPES,
  type RealDType,
  scatter,
  shapes,
  stored,
  valuesOf,
} from "./model.ts";

interface Case {
  readonly dst: Arranged;
  readonly dtype: RealDType;
  readonly sources: readonly Arranged[];
  readonly cuts: Cuts;
}

const dtypes = fc.oneof(fc.constantFrom(...REAL_DTYPES), fc.constant("float32" as const));

/** An output of any dtype and layout, and inputs that broadcast to its shape. */
function cases(inputs: number): fc.Arbitrary<Case> {
  const source = (shape: readonly number[]): fc.Arbitrary<Arranged> =>
    fc
      .record({
        dtype: dtypes,
        drop: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: shape.length })),
        ones: fc.array(fc.constantFrom(false, false, false, true), { minLength: 4, maxLength: 4 }),
      })
      .chain(({ dtype, drop, ones }) => {
        const own = shape.map((length, axis) => (ones[axis] === true ? 1 : length)).slice(drop);
        const values = fc.array(valuesOf(dtype), { minLength: 12, maxLength: 12 });
        return fc.tuple(arrangements(own.length), values).map(([arrangement, content]) => {
          const array = arranged(dtype, own, arrangement);
          scatter(array.view, content);
          return array;
        });
      });
  return shapes.chain((shape) =>
    fc
      .record({
        dtype: dtypes,
        arrangement: arrangements(shape.length),
        sources: fc.array(source(shape), { minLength: inputs, maxLength: inputs }),
        cuts: cutsOf(shape[0]!),
      })
      .map(({ dtype, arrangement, sources, cuts }) => ({
        dtype,
        dst: arranged(dtype, shape, arrangement),
        sources,
        cuts,
      })),
  );
}

function checkCases(
  inputs: number,
  run: (range: HalfOpenRange, dst: MemoryView, sources: readonly MemoryView[]) => void,
  oracle: (...values: [number, number, number]) => number,
): void {
  const property = fc.property(cases(inputs), ({ dst, dtype, sources, cuts }) => {
    const views = sources.map(({ view }) => view);
    try {
      checkWrites(
        dst,
        cuts,
        (chunk) => run(chunk, dst.view, views),
        (index) =>
          stored(dtype, oracle(...(views.map((view) => broadcastNumberAt(view, index)) as [number, number, number]))),
      );
    } finally {
      for (const { memory } of [dst, ...sources]) memory.release();
    }
  });
  fc.assert(property, { numRuns: 300 });
}

test.for<[string, BinaryKernel, (a: number, b: number) => number]>([
  ["add", add, (a, b) => a + b],
  ["subtract", subtract, (a, b) => a - b],
  ["multiply", multiply, (a, b) => a * b],
  ["divide", divide, (a, b) => a / b],
])("%s: equals the oracle for every layout, dtype and cut", ([, kernel, oracle]) => {
  checkCases(2, (range, dst, [a, b]) => kernel(range, { a: a!, b: b!, dst }), oracle);
});

test("unsharp: equals the oracle for every layout, dtype and cut", () => {
  const args = { amount: 1.5, low: -200, high: 0.75 };
  checkCases(
    2,
    (range, dst, [src, blurred]) => unsharp(range, { src: src!, blurred: blurred!, dst }, args),
    (src, blurred) => {
      const value = src + 1.5 * (src - blurred);
      return value < -200 ? -200 : value > 0.75 ? 0.75 : value;
    },
  );
});

test("unsharp: does not clip unless told", () => {
  const src = new MemoryView(new Float64Array([1000, -1000, Infinity, NaN]));
  const blurred = new MemoryView(new Float64Array(4));
  const dst = new MemoryView(new Float64Array(4));
  unsharp({ start: 0, stop: 4 }, { src, blurred, dst }, { amount: 1 });
  expect(dst.toList()).toEqual([2000, -2000, Infinity, NaN]);
});

test("weightedSum: equals the oracle for every layout, dtype and cut", () => {
  checkCases(
    3,
    (range, dst, [r, g, b]) =>
      weightedSum(range, { b: b!, dst, r: r!, g: g! }, { weights: { r: 0.2126, g: 0.7152, b: 0.0722 } }),
    (r, g, b) => r * 0.2126 + g * 0.7152 + b * 0.0722,
  );
});

test("weightedSum: takes the channels of a picture, strided", () => {
  using photo = owner.from(new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]), { shape: [2, 2, 3] });
  using luma = owner.zeros([2, 2], "float32");
  const [r, g, b] = [photo.at("...", 0), photo.at("...", 1), photo.at("...", 2)];
  weightedSum({ start: 0, stop: 2 }, { dst: luma, r, g, b }, { weights: { r: 0.25, g: 0.5, b: 0.125 } });
  expect(luma.toList()).toEqual([
    [63.75, 127.5],
    [31.875, 223.125],
  ]);
});

test("weightedSum: refuses weights that don't go with the views", () => {
  using dst = owner.zeros([1], "float64");
  using a = owner.zeros([1], "float64");
  const range = { start: 0, stop: 1 };
  expect(() => weightedSum(range, { dst, a }, { weights: {} })).toThrow(ValueError);
  expect(() => weightedSum(range, { dst, a }, { weights: { b: 1 } })).toThrow(ValueError);
  expect(() => weightedSum(range, { dst, a }, { weights: { a: 1, dst: 1 } })).toThrow(ValueError);
  expect(() => weightedSum(range, { dst, a }, { weights: { a: NaN } })).toThrow('cannot use NaN as "weights.a"');
  expect(() => weightedSum(range, { dst, a }, { weights: { a: 1, b: 1 } })).toThrow('without a view named "b"');
  expect(() => weightedSum(range, { dst, a }, undefined as never)).toThrow(ValueError);
});

const TABLE = [0.5, -1, 4, 100, 7];

test("lookup: by steps, equals the oracle for every layout, dtype and cut", () => {
  const table = new MemoryView(new Float64Array(TABLE));
  checkCases(
    1,
    (range, dst, [src]) => lookup(range, { src: src!, table, dst }, { low: -1, high: 3 }),
    (x) => (Number.isNaN(x) ? x : TABLE[Math.min(4, Math.max(0, Math.floor((x + 1) * 1.25)))]!),
  );
});

test("lookup: linear, equals the oracle for every layout, dtype and cut", () => {
  // The table itself may lie in any way, too.
  const table = new MemoryView(new Float32Array(TABLE.toReversed().flatMap((value) => [value, 9]))).at("-2::-2");
  checkCases(
    1,
    (range, dst, [src]) => lookup(range, { src: src!, table, dst }, { low: -1, high: 3, interpolation: "linear" }),
    (x) => {
      const point = Math.floor(x) + 1;
      if (x < -1) return 0.5;
      if (x >= 3) return 7;
      return Number.isNaN(x) ? x : TABLE[point]! + (x + 1 - point) * (TABLE[point + 1]! - TABLE[point]!);
    },
  );
});

test("lookup: equals NumPy's interp", () => {
  // np.interp([-1, 0, 0.1, 0.25, 0.6, 1, 2], [0, 0.5, 1], [10, 20, 0])
  const src = new MemoryView(new Float64Array([-1, 0, 0.1, 0.25, 0.6, 1, 2]));
  const table = new MemoryView(new Int32Array([10, 20, 0]));
  const dst = new MemoryView(new Float64Array(7));
  lookup({ start: 0, stop: 7 }, { src, table, dst }, { low: 0, high: 1, interpolation: "linear" });
  expect(dst.toList()).toEqual([10, 10, 12, 15, 16, 0, 0]);
});

test("lookup: a table of one element has that everywhere", () => {
  const src = new MemoryView(new Float64Array([-Infinity, 0.5, Infinity, NaN]));
  const table = new MemoryView(new Int32Array([3]));
  for (const interpolation of ["step", "linear"] as const) {
    const dst = new MemoryView(new Float64Array(4));
    lookup({ start: 0, stop: 4 }, { src, table, dst }, { low: 0, high: 1, interpolation });
    expect(dst.toList()).toEqual([3, 3, 3, NaN]);
  }
});

test("lookup: refuses a table of other than one axis, and intervals that are none", () => {
  const view = new MemoryView(new Float64Array(4));
  const dst = new MemoryView(new Float64Array(4));
  const range = { start: 0, stop: 4 };
  const args = { low: 0, high: 1 };
  expect(() => lookup(range, { src: view, table: view.reshape([2, 2]), dst }, args)).toThrow(ShapeError);
  expect(() => lookup(range, { src: view, table: view.at("0:0"), dst }, args)).toThrow(ShapeError);
  for (const [low, high] of [
    [1, 0],
    [0, 0],
    [0, Infinity],
    [NaN, 1],
    [-1e308, 1e308],
    [0, 5e-324],
  ] as const) {
    expect(() => lookup(range, { src: view, table: view, dst }, { low, high })).toThrow(ValueError);
  }
  expect(() => lookup(range, { src: view, table: view, dst }, { ...args, interpolation: "cubic" as "linear" })).toThrow(
    'cannot use "cubic" as "interpolation": expected one of step, linear',
  );
});

test("multiply: a run longer than a line is the same for every dtype", () => {
  const n = 5000;
  using dst = owner.zeros([2, n], "int32");
  using a = owner.zeros([2, n], "int32");
  using b = owner.from(new Uint8Array([3]));
  a.elements().data.set(Array.from({ length: 2 * n }, (_, i) => i));
  multiply({ start: 0, stop: 2 }, { a, b, dst });
  expect(dst.asTypedArray().every((value, i) => value === 3 * i)).toBe(true);
});

test("multiply: a vignette of one channel darkens all channels of a picture", () => {
  using photo = owner.full([30, 40, 3], 100, "float32");
  using mask = owner.zeros([30, 40, 1], "float32");
  mask.elements().data.set(Array.from({ length: 1200 }, (_, i) => i / 1024));
  using dst = owner.zeros([30, 40, 3], "float32");
  multiply({ start: 0, stop: 30 }, { a: photo, b: mask.broadcastTo([30, 40, 3]), dst });
  expect(dst.asTypedArray().every((value, i) => value === Math.fround((Math.floor(i / 3) / 1024) * 100))).toBe(true);
});

test("add: works in place", () => {
  using a = owner.from(new Int16Array([1, 2, 3, 4]));
  const flipped = a.at("::-1");
  add({ start: 0, stop: 4 }, { a: flipped, b: flipped, dst: flipped });
  expect(a.toList()).toEqual([2, 4, 6, 8]);
});

test("add: refuses an output that lies across an input", () => {
  using a = owner.zeros([5], "float32");
  using b = owner.zeros([4], "float32");
  const range = { start: 0, stop: 4 };
  expect(() => add(range, { a: a.at(":-1"), b, dst: a.at("1:") })).toThrow(
    'cannot write "dst" while reading "a": they share memory, expected memory apart or the same elements',
  );
  expect(() => add(range, { a: b.at("::-1"), b, dst: b })).toThrow(ValueError);
  using pairs = owner.zeros([4, 2], "float32");
  add(range, { a: pairs.at("...", 0), b, dst: pairs.at("...", 1) });
});

test("add: refuses a read-only output and shapes that don't broadcast", () => {
  using a = owner.zeros([2, 3], "float32");
  using b = owner.zeros([2], "float32");
  using dst = owner.zeros([2, 3], "float32");
  const range = { start: 0, stop: 2 };
  expect(() => add(range, { a, b: a, dst: dst.toReadonly() })).toThrow(ReadonlyError);
  expect(() => add(range, { a, b, dst })).toThrow(ShapeError);
  expect(() => add(range, { a, b: a, dst: dst.at(0) })).toThrow(ShapeError);
});

test("unsharp: refuses arguments that are no numbers, or out of order", () => {
  using dst = owner.zeros([1], "float32");
  const views = { src: dst, blurred: dst, dst };
  const range = { start: 0, stop: 1 };
  expect(() => unsharp(range, views, {} as never)).toThrow(
    'cannot use undefined as "amount": expected a finite number',
  );
  expect(() => unsharp(range, views, { amount: 1, low: 2, high: 1 })).toThrow(ValueError);
  expect(() => unsharp(range, views, { amount: 1, low: NaN })).toThrow(ValueError);
  expect(() => unsharp(range, views, null as never)).toThrow(ValueError);
});

test("arrangements: the model's plain one is C-contiguous but for its margin", () => {
  const { view, memory } = arranged("uint8", [2, 3], plain(2));
  expect(view.strides).toEqual([4, 1]);
  memory.release();
});
