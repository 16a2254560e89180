/**
 * Replays of `layout.jsonl` and of the strides in `flags.jsonl`: contiguity, byte bounds, sizes.
 *
 * @module
 */
import { type Layout, byteBounds, contiguousStrides, isContiguous, sizeOf } from "../../packages/core/src/layout.ts";
import { type Case, type Replays, expectSame } from "./cases.ts";

/** A structure of `layout.jsonl`, with what CPython and NumPy say of it. */
interface LayoutCase extends Case {
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly nbytes: number;
  readonly c: boolean;
  readonly f: boolean;
  readonly any: boolean;
  /** The orders for which `PyBuffer_IsContiguous` is true. */
  readonly pybuffer: string;
  readonly np_c?: boolean;
  readonly np_f?: boolean;
  readonly np_bounds?: readonly [number, number] | null;
}

/** The structure of a case. */
export function layoutOfCase(c: Case): Layout {
  const { shape, strides, offset } = c as LayoutCase;
  return { shape, strides, byteOffset: offset };
}

function layoutFacts(c: Case): void {
  const { itemsize, shape, strides, nbytes, pybuffer, np_c, np_f, np_bounds } = c as LayoutCase;
  expectMemoryviewContiguity(c as LayoutCase, itemsize);
  const orders = (["C", "F", "A"] as const).filter((order) => isContiguous(shape, strides, itemsize, order));
  expectSame("PyBuffer_IsContiguous", orders.join(""), pybuffer);
  if (np_c !== undefined) expectSame("flags.c_contiguous", orders.includes("C"), np_c);
  if (np_f !== undefined) expectSame("flags.f_contiguous", orders.includes("F"), np_f);
  expectSame("nbytes", sizeOf(shape) * itemsize, nbytes);
  if (np_bounds !== undefined && np_bounds !== null) {
    const { low, high } = byteBounds(layoutOfCase(c), itemsize);
    expectSame("byte_bounds", [low, high], np_bounds);
  }
}

function contiguityEdge(c: Case): void {
  expectMemoryviewContiguity(c as LayoutCase, 1);
}

function expectMemoryviewContiguity({ shape, strides, c, f, any }: LayoutCase, itemsize: number): void {
  // The one corner where memoryview's properties differ from the C API, which we follow.
  if (shape.length === 1 && shape[0] === 0 && strides[0] !== itemsize) return;
  expectSame("c_contiguous", isContiguous(shape, strides, itemsize, "C"), c);
  expectSame("f_contiguous", isContiguous(shape, strides, itemsize, "F"), f);
  expectSame("contiguous", isContiguous(shape, strides, itemsize, "A"), any);
}

export function fillContiguousStrides(c: Case): void {
  const { shape, itemsize, strides } = c as LayoutCase;
  expectSame("strides", contiguousStrides(shape, itemsize, c["order"] as "C" | "F"), strides);
}

export const replays: Replays = {
  layout: layoutFacts,
  "contig-edge": contiguityEdge,
  FillContiguousStrides: fillContiguousStrides,
};
