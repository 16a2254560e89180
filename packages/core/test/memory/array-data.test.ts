import { expect, test, vi } from "vitest";
import { arrayData, type DataOptions, type Nested } from "../../src/memory/array-data.ts";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { type DType, DTYPES, typedArrayOver } from "../../src/formats/dtype.ts";
import { DTypeError, ShapeError, ValueError } from "../../src/errors.ts";
import type { Exportable, Exporter } from "../../src/protocol/exporter.ts";
import { NDIM_MAX } from "../../src/layout/layout.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { type BufferInfo, fillInfo } from "../../src/protocol/py-buffer.ts";
import { Memory } from "./wasm-memory.ts";

/** What the data makes: dtype, shape, and its elements as a typed array has them. */
function made<D extends DType>(
  data: Exportable | readonly Nested[],
  options: DataOptions<D> = {},
): [dtype: DType, shape: readonly number[], elements: unknown[]] {
  using source = arrayData(data, options);
  const size = source.shape.reduce((product, length) => product * length, 1);
  const bytes = new Uint8Array(size * DTYPES[source.dtype].itemsize);
  source.writeTo(bytes);
  const elements = typedArrayOver<DType, ArrayBuffer>(source.dtype, bytes.buffer, 0, size);
  return [source.dtype, source.shape, Array.from(elements as ArrayLike<unknown>)];
}

test("arrayData: nested arrays are float64, in the shape of their nesting", () => {
  expect(made([1, 2.5, -3])).toEqual(["float64", [3], [1, 2.5, -3]]);
  expect(
    made([
      [1, 2, 3],
      [4, 5, 6],
    ]),
  ).toEqual(["float64", [2, 3], [1, 2, 3, 4, 5, 6]]);
  expect(made([[[1], [2]]])).toEqual(["float64", [1, 2, 1], [1, 2]]);
  expect(made([])).toEqual(["float64", [0], []]);
  expect(made([[], [], []])).toEqual(["float64", [3, 0], []]);
});

test("arrayData: nested arrays take a dtype, and a shape of as many elements", () => {
  expect(made([1, 2, 3, 4], { dtype: "int16", shape: [2, 2] })).toEqual(["int16", [2, 2], [1, 2, 3, 4]]);
  expect(made([[1n], [-2n]], { dtype: "int64", shape: [2] })).toEqual(["int64", [2], [1n, -2n]]);
  expect(made([true, 0, 5, false], { dtype: "bool" })).toEqual(["bool", [4], [1, 0, 1, 0]]);
  expect(() => made([1, 2, 3], { shape: [2, 2] })).toThrow(ShapeError);
  expect(() => made([1, 2, 3], { shape: [2, 2] })).toThrow(
    "cannot give shape [2, 2] to 3 float64 elements: it takes 4",
  );
});

test("arrayData: refuses ragged nested arrays wherever they are ragged, also if the count would do", () => {
  const ragged: readonly unknown[][] = [
    [[1, 2], [3]],
    [[1, 2], [3], [4, 5, 6]],
    [1, [2]],
    [[1], 2],
    [[], 1],
    [[], [1]],
    [[[]], []],
    [[[1, 2]], [[3], [4]]],
    [
      [1, 2],
      [3, [4]],
    ],
  ];
  for (const data of ragged) {
    expect(() => made(data as Nested[])).toThrow(ShapeError);
    expect(() => made(data as Nested[])).toThrow("cannot make an array of ragged data: found ");
  }
  expect(() => made([[1, 2], [3]])).toThrow("found an array of 1 at depth 1, expected an array of 2");
  expect(() => made([1, [2]])).toThrow("found an array of 1 at depth 1, expected a number");
});

test("arrayData: refuses arrays nested deeper than there are axes, and those that hold themselves", () => {
  let deep: Nested[] = [1];
  for (let depth = 1; depth < NDIM_MAX; depth++) deep = [deep];
  expect(made(deep)[1]).toHaveLength(NDIM_MAX);
  expect(() => made([deep])).toThrow(ShapeError);
  const cyclic: Nested[] = [];
  cyclic.push(cyclic);
  expect(() => made(cyclic)).toThrow(`cannot make an array of arrays nested more than ${NDIM_MAX} deep`);
});

test("arrayData: what is no number is refused by the dtype, as `set` refuses it", () => {
  expect(() => made(["1" as unknown as number])).toThrow(TypeError);
  expect(() => made(Object.assign([1], { 2: 3 }))).toThrow(TypeError);
  expect(() => made([null as unknown as number])).toThrow(TypeError);
  expect(() => made([256], { dtype: "uint8" })).toThrow(ValueError);
  expect(() => made([0.5], { dtype: "uint8" })).toThrow(TypeError);
  expect(() => made([new Float64Array(2)] as unknown as number[])).toThrow(TypeError);
  expect(made([1e300], { dtype: "float32" })[2]).toEqual([Infinity]);
  expect(() => made([1e300], { dtype: "float16" })).toThrow(ValueError);
});

test("arrayData: an exporter's elements keep their dtype and shape", () => {
  expect(made(new Int16Array([1, -2]))).toEqual(["int16", [2], [1, -2]]);
  expect(made(new BigUint64Array([2n ** 63n]))).toEqual(["uint64", [1], [2n ** 63n]]);
  expect(made(new Uint8ClampedArray([255]))).toEqual(["uint8", [1], [255]]);
  expect(made(new Float16Array([0.5]))[0]).toBe("float16");
  const grid = new MemoryView(new Float32Array([1, 2, 3, 4, 5, 6])).reshape([2, 3]);
  expect(made(grid)).toEqual(["float32", [2, 3], [1, 2, 3, 4, 5, 6]]);
  expect(made(grid.at(0, 1))).toEqual(["float32", [], [2]]);
  expect(made(new Int8Array(0))).toEqual(["int8", [0], []]);
});

test("arrayData: takes a view's elements in C order, however they lie", () => {
  const grid = new MemoryView(new Int32Array([1, 2, 3, 4, 5, 6])).reshape([2, 3]);
  expect(made(grid.transpose())).toEqual(["int32", [3, 2], [1, 4, 2, 5, 3, 6]]);
  expect(made(grid.at("::-1", "::2"))).toEqual(["int32", [2, 2], [4, 6, 1, 3]]);
  expect(made(grid.at(0).broadcastTo([2, 3]))).toEqual(["int32", [2, 3], [1, 2, 3, 1, 2, 3]]);
  expect(made(grid.transpose(), { shape: [6] })[2]).toEqual([1, 4, 2, 5, 3, 6]);
});

test("arrayData: nothing is converted: another dtype than the exporter's is a DTypeError", () => {
  expect(made(new Float32Array([1]), { dtype: "float32" })[0]).toBe("float32");
  for (const data of [new Float64Array(2), new Uint8Array(8), new MemoryView(new Uint8Array(8))]) {
    expect(() => made(data, { dtype: "float32" })).toThrow(DTypeError);
  }
  expect(() => made(new Uint8Array(8), { dtype: "float32" })).toThrow(
    "cannot make a float32 array of uint8 data: nothing is converted here",
  );
  const place = { buffer: new ArrayBuffer(8), byteOffset: 0, shape: [2], suboffsets: null, readonly: false };
  for (const [format, itemsize] of [
    [">i", 4],
    ["c", 1],
    ["T{i:a:}", 4],
  ] as const) {
    const { view } = borrowView({ ...place, strides: [itemsize], format, itemsize, lease: null }, null);
    expect(() => made(view)).toThrow(`cannot make an array of format "${format}": it has no dtype`);
    expect(() => made(view, { dtype: "int32" })).toThrow(DTypeError);
  }
  for (const data of [[1], new Uint8Array(4), new ArrayBuffer(4)]) {
    expect(() => made(data, { dtype: "float63" as "float64" })).toThrow('no dtype is named "float63"');
  }
});

test("arrayData: memory that says nothing of its elements takes the dtype that it is given", () => {
  const floats = new Float32Array([1.5, -2]);
  const { buffer } = floats;
  const shared = new SharedArrayBuffer(8);
  new Uint8Array(shared).set(new Uint8Array(buffer));
  for (const data of [buffer, shared, new DataView(buffer), Buffer.from(buffer)]) {
    expect(made(data, { dtype: "float32" })).toEqual(["float32", [2], [1.5, -2]]);
    expect(made(data, { dtype: "float32", shape: [2, 1] })[1]).toEqual([2, 1]);
    expect(made(data).slice(0, 2)).toEqual(["uint8", [8]]);
  }
  const memory = new Memory({ initial: 1 });
  expect(made(memory, { dtype: "float64" })[1]).toEqual([8192]);
  expect(() => made(new ArrayBuffer(7), { dtype: "int32" })).toThrow(ShapeError);
  expect(() => made(new ArrayBuffer(7), { dtype: "int32" })).toThrow(
    "cannot read 7 bytes as int32: expected a multiple of 4",
  );
});

test("arrayData: anything else is a TypeError", () => {
  for (const data of ["text", 5, null, undefined, {}, new Map(), new Set([1])] as unknown as number[][]) {
    expect(() => made(data)).toThrow(TypeError);
    expect(() => made(data)).toThrow("cannot make an array from ");
  }
});

test("arrayData: refuses what is no shape", () => {
  for (const shape of [[-3], [1.5], "3", 3, [3, Number.NaN]] as unknown as number[][]) {
    expect(() => made([1, 2, 3], { shape })).toThrow(ShapeError);
    expect(() => made(new Uint8Array(3), { shape })).toThrow(ShapeError);
  }
});

test("arrayData: holds the exporter until it is disposed of, and not at all if it is refused", () => {
  const releaseBuffer = vi.fn<(info: BufferInfo) => void>();
  const flat = { buffer: new ArrayBuffer(4), byteOffset: 0, nbytes: 4, readonly: true, itemsize: 1, format: "B" };
  const exporter: Exporter = { getBuffer: (flags) => fillInfo(flat, flags, "it"), releaseBuffer };
  const source = arrayData(exporter, {});
  expect(releaseBuffer).not.toHaveBeenCalled();
  source[Symbol.dispose]();
  expect(releaseBuffer).toHaveBeenCalledTimes(1);
  expect(() => arrayData(exporter, { shape: [5] })).toThrow(ShapeError);
  expect(() => arrayData(exporter, { dtype: "int8" })).toThrow(DTypeError);
  expect(releaseBuffer).toHaveBeenCalledTimes(3);
});
