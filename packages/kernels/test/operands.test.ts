import { DTypeError, type Exporter, MemoryView, ShapeError, ValueError } from "@instride/core";
import { add, convert, copy, KERNELS } from "@instride/kernels";
import { expect, test } from "vitest";
import { owner } from "./model.ts";

const src = new MemoryView(new Float32Array(4));
const dst = new MemoryView(new Float32Array(4));
const range = { start: 0, stop: 4 };

const flat = { readonly: false, ndim: 1, suboffsets: null } as const;

/** Memory of any format. */
function exporting(format: string, itemsize: number, byteOffset: number, length: number): MemoryView {
  const exporter: Exporter = {
    getBuffer: () => ({
      ...flat,
      buffer: new ArrayBuffer(64),
      byteOffset,
      nbytes: itemsize * length,
      itemsize,
      format,
      shape: [length],
      strides: [itemsize],
    }),
  };
  return new MemoryView(exporter);
}

test("kernels: reject a range that is none of their leading view's", () => {
  for (const [start, stop] of [[-1, 2], [0, 5], [3, 2], [0.5, 1], [0, NaN], ["0", 1] as never]) {
    expect(() => convert({ start: start!, stop: stop! }, { src, dst })).toThrow(ValueError);
  }
  expect(() => convert({ start: 2, stop: 9 }, { src, dst })).toThrow(
    'cannot run over [2, 9): "dst" has length 4 along its first axis, expected integers from 0 to 4 in order',
  );
});

test("kernels: take empty ranges and empty views", () => {
  const none = new MemoryView(new Float32Array(0)).reshape([0, 3]);
  const args = { amount: 1, bins: 1, low: 0, high: 1, weights: { a: 1 } };
  for (const { name, run } of Object.values(KERNELS)) {
    const call = run as (range: unknown, views: object, args: unknown) => unknown;
    const other =
      name === "weightedSum" ? { a: none } : { a: none, b: none, blurred: none, src: none, taps: src, table: src };
    const returned = call({ start: 0, stop: 0 }, { ...other, dst: none }, args);
    expect(returned).toEqual(name === "histogram" ? [0] : undefined);
  }
});

test("kernels: reject views of no axes", () => {
  expect(() => convert({ start: 0, stop: 0 }, { src, dst: dst.at(0) })).toThrow(ShapeError);
});

test("kernels: every one names the view that is missing", () => {
  const args = { amount: 1, bins: 1, low: 0, high: 1, weights: { a: 1 } };
  for (const { run, leading } of Object.values(KERNELS)) {
    const call = run as (range: unknown, views: object, args: unknown) => unknown;
    expect(() => call(range, {}, args)).toThrow(`cannot run without a view named "${leading}": got undefined`);
  }
});

test("kernels: reject complex numbers where real ones are needed", () => {
  using complex = owner.zeros([4], "complex64");
  expect(() => convert(range, { src: complex, dst })).toThrow(
    'cannot loop over "src" of complex64: expected real numbers',
  );
  expect(() => convert(range, { src, dst: complex })).toThrow(DTypeError);
});

test("kernels: reject formats that no typed array has, and elements that lie unaligned", () => {
  expect(() => convert(range, { src: exporting(">f", 4, 0, 4), dst })).toThrow(
    'cannot loop over "src" of format ">f": expected a format with a dtype',
  );
  expect(() => copy(range, { src, dst: exporting("T{f:x:}", 4, 0, 4) })).toThrow(DTypeError);
  expect(() => convert(range, { src: exporting("f", 4, 2, 4), dst })).toThrow(ValueError);
  expect(() => convert(range, { src, dst: exporting("f", 4, 2, 4) })).toThrow(ValueError);
});

test("kernels: reject views that were released", () => {
  const released = new MemoryView(new Float32Array(4));
  released.release();
  expect(() => convert(range, { src: released, dst })).toThrow("released");
});

test("kernels: keep no hold on the views that they broadcast", () => {
  let exports = 0;
  const { buffer } = new Float32Array(4);
  const exporter: Exporter = {
    getBuffer: () => {
      exports++;
      return { ...flat, buffer, format: "f", itemsize: 4, byteOffset: 0, nbytes: 16, shape: [4], strides: [4] };
    },
    releaseBuffer: () => exports--,
  };
  using target = owner.zeros([3, 4], "float32");
  const view = new MemoryView(exporter);
  add({ start: 0, stop: 3 }, { a: view, b: view, dst: target });
  expect(exports).toBe(1);
  view.release();
  expect(exports).toBe(0);
});
