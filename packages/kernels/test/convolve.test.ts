import { MemoryView, ReadonlyError, ShapeError, ValueError } from "@instride/core";
import { type Border, convolve } from "@instride/kernels";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Arrangement,
  arranged,
  arrangements,
  checkWrites,
  cutsOf,
  numberAt,
  owner,
  plain,
  type RealDType,
  scatter,
  shapes,
  stored,
  valuesOf,
} from "./model.ts";

const borders = fc.constantFrom<Border[]>("reflect", "mirror", "nearest");

/** The axis written out far beyond both its ends, by laying copies of it side by side; and where its element 0 is. */
function extended(line: readonly number[], reach: number, border: Border): { values: number[]; zero: number } {
  if (border === "nearest" || line.length === 1) {
    const values = [
      ...new Array<number>(reach).fill(line[0]!),
      ...line,
      ...new Array<number>(reach).fill(line.at(-1)!),
    ];
    return { values, zero: reach };
  }
  // Of "mirror" the ends appear once: one turn is there and back again, without the last element of each way.
  const turn =
    border === "reflect" ? [...line, ...line.toReversed()] : [...line.slice(0, -1), ...line.toReversed().slice(0, -1)];
  const turns = Math.ceil(reach / turn.length);
  const values = Array.from({ length: 2 * turns + 1 + Math.ceil(line.length / turn.length) }, () => turn).flat();
  return { values, zero: turns * turn.length };
}

/** One element by the definition. */
function convolvedAt(
  src: MemoryView,
  taps: readonly number[],
  index: readonly number[],
  axis: number,
  border: Border,
): number {
  const line = Array.from({ length: src.shape[axis]! }, (_, i) => numberAt(src, index.with(axis, i)));
  const { values, zero } = extended(line, taps.length, border);
  let sum = 0;
  for (const [k, tap] of taps.entries()) sum += tap * values[zero + index[axis]! + Math.floor(taps.length / 2) - k]!;
  return sum;
}

test("convolve: equals the oracle for every layout, dtype, axis, border and cut", () => {
  const dtypes = fc.constantFrom<RealDType[]>("float32", "float32", "float64", "uint8", "int16", "float16", "uint64");
  const arbitrary = fc.record({ from: dtypes, to: dtypes, shape: shapes }).chain(({ from, to, shape }) =>
    fc.record({
      from: fc.constant(from),
      to: fc.constant(to),
      shape: fc.constant(shape),
      source: arrangements(shape.length),
      target: arrangements(shape.length),
      axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
      border: borders,
      taps: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 13 }),
      values: fc.array(valuesOf(from), { minLength: 16, maxLength: 16 }),
      cuts: cutsOf(shape[0]!),
    }),
  );
  const property = fc.property(arbitrary, ({ from, to, shape, source, target, axis, border, taps, values, cuts }) => {
    const src = arranged(from, shape, source);
    const dst = arranged(to, shape, target);
    scatter(src.view, values);
    const views = { src: src.view.toReadonly(), dst: dst.view, taps: new MemoryView(new Float64Array(taps)) };
    checkWrites(
      dst,
      cuts,
      (range) => convolve(range, views, { axis, border }),
      (index) => stored(to, convolvedAt(src.view, taps, index, axis < 0 ? axis + shape.length : axis, border)),
    );
    src.memory.release();
    dst.memory.release();
  });
  fc.assert(property, { numRuns: 500 });
});

interface Large {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly taps: number;
  readonly source?: Arrangement;
  readonly target?: Arrangement;
}

const LARGE: readonly Large[] = [
  { name: "rows of a picture", shape: [3, 500, 3], axis: 1, taps: 13 },
  { name: "columns of a picture", shape: [40, 120, 3], axis: 0, taps: 13 },
  {
    name: "columns through a transposed view",
    shape: [120, 40, 3],
    axis: 1,
    taps: 9,
    source: { order: [1, 0, 2], steps: [1, 1, 1] },
    target: { order: [1, 0, 2], steps: [1, 1, 1] },
  },
  {
    name: "rows from a transposed source",
    shape: [9, 300],
    axis: 1,
    taps: 8,
    source: { order: [1, 0], steps: [1, 1] },
  },
  {
    name: "columns with flipped channels",
    shape: [50, 30, 3],
    axis: 0,
    taps: 5,
    source: { order: [0, 1, 2], steps: [1, 1, -1] },
  },
  { name: "one long axis", shape: [3000], axis: 0, taps: 7 },
  { name: "many short axes", shape: [1500, 3], axis: 1, taps: 3 },
  { name: "more taps than elements", shape: [20, 300], axis: 0, taps: 101 },
  { name: "taps that narrow the window", shape: [2, 300], axis: 1, taps: 1001 },
];

test.for(LARGE)(
  "convolve: $name equals the oracle, however the range is cut",
  ({ shape, axis, taps, source, target }) => {
    const src = arranged("float32", shape, source ?? plain(shape.length));
    const dst = arranged("float32", shape, target ?? plain(shape.length));
    scatter(
      src.view,
      Array.from({ length: 997 }, (_, i) => Math.fround(Math.sin(i * i))),
    );
    const kernel = Array.from({ length: taps }, (_, k) => Math.cos(k) / taps);
    const views = { src: src.view, dst: dst.view, taps: new MemoryView(new Float64Array(kernel)) };
    const lines = new Map<string, { values: number[]; zero: number }>();
    const length = shape[0]!;
    const places = [0, Math.ceil(length / 7), Math.ceil(length / 2), length];
    const chunks = places.slice(1).map((stop, i) => ({ start: places[i]!, stop }));
    checkWrites(
      dst,
      { range: { start: 0, stop: length }, chunks },
      (range) => convolve(range, views, { axis, border: "mirror" }),
      (index) => {
        const key = index.with(axis, 0).join();
        let line = lines.get(key);
        if (line === undefined) {
          const values = Array.from({ length: shape[axis]! }, (_, i) => numberAt(src.view, index.with(axis, i)));
          line = extended(values, taps, "mirror");
          lines.set(key, line);
        }
        let sum = 0;
        for (const [k, tap] of kernel.entries()) sum += tap * line.values[line.zero + index[axis]! + (taps >> 1) - k]!;
        return Math.fround(sum);
      },
    );
    src.memory.release();
    dst.memory.release();
  },
);

/** SciPy 1.17.1: `ndimage.convolve1d([2, 8, 0, 4, 1, 9, 9, 0], weights, mode=border)`. */
const SCIPY: readonly [readonly number[], Border, readonly number[]][] = [
  [[1, 3], "reflect", [14, 24, 4, 13, 12, 36, 27, 0]],
  [[1, 3], "mirror", [14, 24, 4, 13, 12, 36, 27, 9]],
  [[1, 3], "nearest", [14, 24, 4, 13, 12, 36, 27, 0]],
  [[1, 2, 5], "reflect", [22, 26, 44, 9, 31, 32, 63, 45]],
  [[1, 2, 5], "mirror", [52, 26, 44, 9, 31, 32, 63, 54]],
  [[1, 2, 5], "nearest", [22, 26, 44, 9, 31, 32, 63, 45]],
  [[4, 0, -1, 2], "reflect", [2, 12, 20, 32, 43, -7, 9, 54]],
  [[4, 0, -1, 2], "mirror", [14, 12, 20, 32, 43, -7, 45, 54]],
  [[4, 0, -1, 2], "nearest", [2, 12, 20, 32, 43, -7, 9, 18]],
  [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21],
    "reflect",
    [975, 871, 960, 1049, 948, 840, 901, 903],
  ],
  [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21],
    "mirror",
    [1122, 1206, 1113, 1019, 1116, 1023, 921, 990],
  ],
  [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21],
    "nearest",
    [570, 579, 586, 591, 594, 595, 594, 591],
  ],
];

test.for(SCIPY)("convolve: taps %j with border %s are SciPy's", ([taps, border, expected]) => {
  using src = owner.from(new Int16Array([2, 8, 0, 4, 1, 9, 9, 0]));
  using dst = owner.zeros([8], "int16");
  convolve({ start: 0, stop: 8 }, { src, dst, taps: new MemoryView(new Int32Array(taps)) }, { border });
  expect(dst.toList()).toEqual(expected);
});

test("convolve: refuses axes, borders and taps that are none, and shared memory", () => {
  using src = owner.zeros([4, 4], "float32");
  using dst = owner.zeros([4, 4], "float32");
  const taps = new MemoryView(new Float64Array([1]));
  const range = { start: 0, stop: 4 };
  for (const axis of [2, -3, 0.5, "0" as never]) {
    expect(() => convolve(range, { src, dst, taps }, { axis })).toThrow(ValueError);
  }
  expect(() => convolve(range, { src, dst, taps }, { border: "wrap" as "mirror" })).toThrow(
    'cannot use "wrap" as "border": expected one of reflect, mirror, nearest',
  );
  expect(() => convolve(range, { src, dst, taps: src })).toThrow(ShapeError);
  expect(() => convolve(range, { src, dst, taps: taps.at("0:0") })).toThrow(ShapeError);
  expect(() => convolve(range, { src, dst: src, taps })).toThrow(ValueError);
  expect(() => convolve(range, { src, dst: dst.toReadonly(), taps })).toThrow(ReadonlyError);
  expect(() => convolve(range, { src: src.at(":3"), dst, taps })).toThrow(ShapeError);
});
