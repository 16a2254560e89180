/**
 * Values through a table: equalisation, a tone curve, a palette.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "@instride/core";
import { oneOf, partsOf, record } from "./arguments.ts";
import { type Floats, forEachBlock, sourceSlot, targetSlot } from "./blocks.ts";
import { checkRange, narrow, openInput, openOutput, readVector, refuseOverlap } from "./operands.ts";

/** `src` is broadcast to the shape of `dst`; `table` has one axis. */
export interface LookupViews {
  readonly src: MemoryView;
  readonly table: MemoryView;
  readonly dst: MemoryView;
}

export interface LookupArguments {
  /** What of `src` the table begins with. */
  readonly low: number;
  /** What of `src` the table ends with. */
  readonly high: number;
  /** Default `"step"`. */
  readonly interpolation?: "step" | "linear";
}

/**
 * `dst = table[place of src]`, element by element. The range runs over `dst`.
 *
 * - `"step"`: the table's elements stand for equal intervals of `[low, high)`, as the bins of {@link histogram} do:
 *   `table[floor((x - low) * (n / (high - low)))]`.
 * - `"linear"`: the table's elements are the values at `n` equally spaced points from `low` to `high`, both included;
 *   between two points the result lies on the line between them, as in NumPy's `interp`.
 *
 * What lies outside gets the table's first or last element, NaN gives NaN. Any real dtypes; computed in float64 and
 * rounded once, to the dtype of `dst`. `dst` may be the same view as `src`.
 *
 * @throws a `ValueError` unless `low < high`, or if the range doesn't fit; a `ShapeError`, `DTypeError` or
 *   `ReadonlyError` if the views don't; then nothing is written
 *
 * Cost: O(size), and a copy of the table for each call.
 */
export function lookup(range: HalfOpenRange, views: LookupViews, args: LookupArguments): void {
  const { low, high } = record(args, "args");
  const interpolation = oneOf(args.interpolation ?? "step", "interpolation", ["step", "linear"]);
  const output = openOutput(views.dst, "dst");
  const input = openInput(views.src, "src", output.shape);
  const table = readVector(views.table, "table");
  const between = interpolation === "linear" && table.length > 1;
  const scale = partsOf(low, high, between ? table.length - 1 : table.length);
  checkRange(range, output);
  refuseOverlap(output, [input], true);
  const dst = targetSlot(narrow(output, range));
  const src = sourceSlot(narrow(input, range));
  const loop = between ? interpolate : step;
  forEachBlock([dst, src], (n) => loop(n, dst.data, dst.at, dst.step, src.data, src.at, src.step, table, low, scale));
}

type LookupLoop = (
  n: number,
  out: Floats,
  o: number,
  oStep: number,
  src: Floats,
  i: number,
  iStep: number,
  table: Float64Array,
  low: number,
  scale: number,
) => void;

const step: LookupLoop = (n, out, o, oStep, src, i, iStep, table, low, scale) => {
  const last = table.length - 1;
  for (let k = 0; k < n; k++, o += oStep, i += iStep) {
    const place = (src[i]! - low) * scale;
    if (place >= last) out[o] = table[last]!;
    else if (place > 0) out[o] = table[Math.trunc(place)]!;
    else out[o] = Number.isNaN(place) ? place : table[0]!;
  }
};

const interpolate: LookupLoop = (n, out, o, oStep, src, i, iStep, table, low, scale) => {
  const last = table.length - 1;
  for (let k = 0; k < n; k++, o += oStep, i += iStep) {
    const place = (src[i]! - low) * scale;
    if (place >= last) {
      out[o] = table[last]!;
    } else if (place > 0) {
      const point = Math.trunc(place);
      const left = table[point]!;
      out[o] = left + (place - point) * (table[point + 1]! - left);
    } else {
      out[o] = Number.isNaN(place) ? place : table[0]!;
    }
  }
};
