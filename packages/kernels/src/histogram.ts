/**
 * How often values fall into each of some equal intervals.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "@instride/core";
import { integer, partsOf, record } from "./arguments.ts";
import { type Floats, forEachBlock, sourceSlot } from "./blocks.ts";
import { checkRange, narrow, openLeadingInput } from "./operands.ts";

export interface HistogramViews {
  readonly src: MemoryView;
}

export interface HistogramArguments {
  readonly bins: number;
  /** Where the first bin begins. */
  readonly low: number;
  /** Where the last bin ends. */
  readonly high: number;
}

/** The result is a plain array, and each chunk of a range makes one. */
export const BINS_MAX = 1_048_576;

/**
 * Counts the elements in each bin; the range runs over `src`.
 *
 * An element `x` is in bin `floor((x - low) * (bins / (high - low)))`, computed in float64; those outside `[low, high)`
 * count in the first or the last bin, NaN in none. Any real dtype.
 *
 * @returns `bins` counts; those of two chunks are joined by {@link joinCounts}
 * @throws a `ValueError` unless `low < high` and `bins` is an integer from 1 to {@link BINS_MAX}, or the range doesn't
 *   fit; a `ShapeError` or `DTypeError` if the view doesn't
 *
 * Cost: O(size + bins).
 */
export function histogram(range: HalfOpenRange, views: HistogramViews, args: HistogramArguments): number[] {
  const bins = integer(record(args, "args").bins, "bins", 1, BINS_MAX);
  const { low, high } = args;
  const scale = partsOf(low, high, bins);
  const input = openLeadingInput(views.src, "src");
  checkRange(range, input);
  const src = sourceSlot(narrow(input, range));
  const counts = new Float64Array(bins);
  forEachBlock([src], (n) => count(n, counts, src.data, src.at, src.step, low, scale));
  return Array.from(counts);
}

/** Adds the counts of two parts of an array. Both have the same length. */
export function joinCounts(first: readonly number[], second: readonly number[]): number[] {
  return first.map((inFirst, bin) => inFirst + second[bin]!);
}

function count(
  n: number,
  counts: Float64Array,
  src: Floats,
  at: number,
  step: number,
  low: number,
  scale: number,
): void {
  const last = counts.length - 1;
  for (let i = 0; i < n; i++, at += step) {
    const place = (src[at]! - low) * scale;
    if (Number.isNaN(place)) continue;
    const bin = place >= last ? last : place > 0 ? Math.trunc(place) : 0;
    counts[bin] = counts[bin]! + 1;
  }
}
