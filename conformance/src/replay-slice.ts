/**
 * Replays of `slice.jsonl`: slices, chains of views, broadcasting; of the views their layouts.
 *
 * {@link chainOf} and {@link slicedOf} give the layouts of whole cases, for checks of what is in them.
 *
 * @module
 */
import { diagonal, expandDims, flip, moveAxis, squeeze, swapAxes, transpose } from "../../packages/core/src/axes.ts";
import { broadcastShapes, broadcastTo } from "../../packages/core/src/broadcast.ts";
import { ShapeError } from "../../packages/core/src/errors.ts";
import { type Layout, type Order, contiguousStrides, isContiguous } from "../../packages/core/src/layout.ts";
import { dtypeView, reshape } from "../../packages/core/src/reshape.ts";
import { type IndexKey, applyIndex, slice, sliceIndices } from "../../packages/core/src/slicing.ts";
import { type Case, type Replays, expectOutcome, expectSame, isRaised, outcomeOf } from "./cases.ts";

/** `[start, stop, step]` of a slice. */
type SliceTriple = readonly [number | null, number | null, number | null];

/** Elements of a size, and where they lie. */
export interface ItemLayout {
  readonly layout: Layout;
  readonly itemsize: number;
}

/** What the vectors tell of a view. Only some say where it begins, or how it is contiguous. */
interface LayoutResult {
  readonly shape: readonly number[];
  readonly strides: readonly number[] | null;
  /** Null for arrays without elements. */
  readonly offset?: number | null;
  /** False where NumPy had made a scalar, which is a copy. */
  readonly view?: boolean;
  readonly c?: boolean;
  readonly f?: boolean;
}

/** Throws unless a layout is the one of the vector, strides of axes shorter than 2 and of empty arrays aside. */
export function expectLayout({ layout, itemsize }: ItemLayout, expected: LayoutResult): void {
  const { shape, strides, byteOffset } = layout;
  expectSame("shape", shape, expected.shape);
  if (expected.c !== undefined) expectSame("c_contiguous", isContiguous(shape, strides, itemsize, "C"), expected.c);
  if (expected.f !== undefined) expectSame("f_contiguous", isContiguous(shape, strides, itemsize, "F"), expected.f);
  if (shape.includes(0) || expected.strides === null) return;
  const counts = (_: number, axis: number): boolean => shape[axis]! > 1;
  expectSame("strides", strides.filter(counts), expected.strides.filter(counts));
  if (expected.view === false || expected.offset === undefined) return;
  expectSame("offset", byteOffset, expected.offset);
}

/** Does one step of a chain: its name and its arguments. */
export function chainStep({ layout, itemsize }: ItemLayout, [name, ...args]: readonly unknown[]): ItemLayout {
  const [first, second] = args;
  const axes = first as number | null;
  switch (name) {
    case "index":
      return { layout: applyIndex(layout, (first as readonly unknown[]).map(keyOf)), itemsize };
    case "transpose":
      return { layout: transpose(layout, first as readonly number[]), itemsize };
    case "swapaxes":
      return { layout: swapAxes(layout, first as number, second as number), itemsize };
    case "moveaxis":
      return { layout: moveAxis(layout, first as number, second as number), itemsize };
    case "flip":
      return { layout: flip(layout, axes), itemsize };
    case "squeeze":
      return { layout: squeeze(layout, axes), itemsize };
    case "expand":
      return { layout: expandDims(layout, first as number), itemsize };
    case "diagonal":
      return { layout: diagonal(layout, first as number), itemsize };
    case "broadcast":
      return { layout: broadcastTo(layout, first as readonly number[]), itemsize };
    case "reshape":
      return { layout: reshapeView(layout, itemsize, first as readonly number[], second as Order), itemsize };
    case "ravelview":
      return { layout: reshapeView(layout, itemsize, [-1], "C"), itemsize };
    case "view": {
      const newItemsize = itemsizeOf(first as string);
      return { layout: dtypeView(layout, itemsize, newItemsize), itemsize: newItemsize };
    }
    default:
      throw new Error(`no step of a chain is named ${String(name)}`);
  }
}

/** The layout at the end of a case's chain of NumPy views. Throws what a step throws. */
export function chainOf(c: Case): ItemLayout {
  const shape = c["shape"] as readonly number[];
  const itemsize = itemsizeOf(c["dtype"] as string);
  const strides = contiguousStrides(shape, itemsize, c["order"] as "C" | "F");
  const start: ItemLayout = { layout: { shape, strides, byteOffset: 0 }, itemsize };
  return (c["chain"] as readonly (readonly unknown[])[]).reduce(chainStep, start);
}

/** The layout of a case that slices an array of bytes in C order. */
export function slicedOf(c: Case): ItemLayout {
  const shape = c["shape"] as readonly number[];
  const layout = { shape, strides: contiguousStrides(shape, 1, "C"), byteOffset: 0 };
  return { layout: applyIndex(layout, (c["slices"] as readonly SliceTriple[]).map(keyOf)), itemsize: 1 };
}

/** NumPy's `copy=False`, which raises where we give null. */
function reshapeView(layout: Layout, itemsize: number, shape: readonly number[], order: Order): Layout {
  const reshaped = reshape(layout, itemsize, shape, order);
  if (reshaped === null) throw new ShapeError("cannot avoid a copy");
  return reshaped;
}

function keyOf(key: unknown): IndexKey {
  if (Array.isArray(key)) return slice(...(key as unknown as SliceTriple));
  return key === "new" ? null : (key as number | "...");
}

/** The bytes of a NumPy dtype such as `<i2`. */
function itemsizeOf(dtype: string): number {
  return Number(dtype.slice(-1));
}

function sliceIndicesGrid(c: Case): void {
  const length = c["n"] as number;
  for (const row of c["rows"] as readonly (readonly (number | null)[])[]) {
    const [start, stop, step] = row as unknown as SliceTriple;
    const indices = sliceIndices(slice(start, stop, step), length);
    const found = [indices.start, indices.stop, indices.step, indices.length];
    expectSame(`slice(${start}, ${stop}, ${step}).indices(${length})`, found, row.slice(3));
  }
}

function sliceIndicesError(c: Case): void {
  const [start, stop, step] = c["slice"] as SliceTriple;
  expectOutcome("slice.indices", () => sliceIndices(slice(start, stop, step), c["n"] as number), c["result"]);
}

function broadcastOfShapes(c: Case): void {
  const shapes = c["shapes"] as readonly (readonly number[])[];
  expectOutcome("broadcast_shapes", () => ({ shape: broadcastShapes(...shapes) }), c["result"]);
}

function numpyChain(c: Case): void {
  expectLayoutOutcome(() => chainOf(c), c["result"]);
}

function slicedModel(c: Case): void {
  expectLayoutOutcome(() => slicedOf(c), c["result"]);
  // CPython's memoryview slices one axis only; we take what its model exporter does for all of them.
  const memoryview = c["memoryview"];
  if (isRaised(memoryview) && memoryview.error === "NotImplementedError") return;
  expectLayoutOutcome(() => slicedOf(c), memoryview);
}

function expectLayoutOutcome(run: () => ItemLayout, expected: unknown): void {
  if (isRaised(expected)) {
    // NumPy's AxisError is an IndexError and a ValueError; ours is an IndexError.
    const error = expected.error === "AxisError" ? "IndexError" : expected.error;
    expectOutcome("layout", () => run().layout, { ...expected, error });
    return;
  }
  const outcome = outcomeOf(run);
  if ("error" in outcome) throw outcome.thrown;
  expectLayout(outcome.value, expected as LayoutResult);
}

export const replays: Replays = {
  "slice-indices": sliceIndicesGrid,
  "slice-indices-error": sliceIndicesError,
  "nd-slice": slicedModel,
  "np-chain": numpyChain,
  "broadcast-shapes": broadcastOfShapes,
};
