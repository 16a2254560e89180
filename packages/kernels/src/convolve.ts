/**
 * Convolution along one axis: blurs and derivatives, separable filters axis by axis.
 *
 * The axis may lie in memory in any way, next to axes that lie in any way, and the loops should be long and dense all
 * the same. So the work is cut into bands: a stretch of elements that lie side by side *across* the axis (a piece of a
 * row, where columns are convolved; a pixel's channels, where rows are), followed along the axis by a window
 * (`convolution-window.ts`). Where the axis itself is the densest, a band is one element wide.
 *
 * @module
 */
import { forEachRun, type HalfOpenRange, type IterationPlan, type MemoryView, planIteration } from "@instride/core";
import { integer, oneOf, record } from "./arguments.ts";
import { type Border, BORDERS } from "./borders.ts";
import { ConvolutionWindow } from "./convolution-window.ts";
import { checkRange, narrow, openInput, openOutput, readVector, refuseOverlap } from "./operands.ts";
import { lengthenRun, smallInteger } from "./runs.ts";

/** `src` is broadcast to the shape of `dst`; `taps` has one axis. */
export interface ConvolveViews {
  readonly src: MemoryView;
  readonly taps: MemoryView;
  readonly dst: MemoryView;
}

export interface ConvolveArguments {
  /** The axis to convolve along; negative ones count from the end. Default -1. */
  readonly axis?: number;
  /** How the axis goes on beyond its ends. Default `"reflect"`. */
  readonly border?: Border;
}

/**
 * `dst[..., i, ...] = Σ taps[k] * src[..., i + floor(K / 2) - k, ...]` over the `K` taps. The range runs over the first
 * axis of `dst`, whichever axis is convolved.
 *
 * Any real dtypes; multiplied and added in float64, from 0 on, by ascending `k`, and rounded once, to the dtype of
 * `dst`. Taps are as SciPy's `convolve1d` takes them; reversed they are those of a correlation.
 *
 * @throws a `ValueError` if the axis, the border or the range doesn't fit, or `dst` shares memory with `src`; a
 *   `ShapeError`, `DTypeError` or `ReadonlyError` if the views don't fit; then nothing is written
 *
 * Cost: O(size · K) time, in any layout; O(K) memory, at least some 100 KiB.
 */
export function convolve(range: HalfOpenRange, views: ConvolveViews, args: ConvolveArguments = {}): void {
  const output = openOutput(views.dst, "dst");
  const ndim = output.shape.length;
  const axis = (integer(record(args, "args").axis ?? -1, "axis", -ndim, ndim - 1) + ndim) % ndim;
  const border = oneOf(args.border ?? "reflect", "border", BORDERS);
  const input = openInput(views.src, "src", output.shape);
  const taps = readVector(views.taps, "taps");
  checkRange(range, output);
  refuseOverlap(output, [input], false);

  const length = output.shape[axis]!;
  const positions = axis === 0 ? range : { start: 0, stop: length };
  const dst = axis === 0 ? output : narrow(output, range);
  const src = axis === 0 ? input : narrow(input, range);
  const [toStride, fromStride] = [smallInteger(dst.strides[axis]!), smallInteger(src.strides[axis]!)];
  const across = (list: readonly number[]): readonly number[] => list.toSpliced(axis, 1);
  const plan = bandsOf(planIteration(across(dst.shape), [across(dst.strides), across(src.strides)]), toStride);
  const window = new ConvolutionWindow(
    { ...dst, stride: toStride },
    { ...src, stride: fromStride, length, border },
    taps,
    plan.shape.at(-1)!,
  );
  forEachRun(plan, [dst.offset, src.offset], (n, [to, from], [toStep, fromStep]) => {
    for (let done = 0; done < n; done += window.widthMax) {
      const width = smallInteger(Math.min(window.widthMax, n - done));
      const [t, f] = [to! + done * toStep!, from! + done * fromStep!];
      window.slide(positions, width, smallInteger(t), smallInteger(toStep!), smallInteger(f), smallInteger(fromStep!));
    }
  });
}

/** Makes the run a good band: along an axis that is denser in `dst` than the convolved one, or of one element. */
function bandsOf(plan: IterationPlan, stride: number): IterationPlan {
  const isDenser = plan.strides[0]!.map((other) => Math.abs(other) < Math.abs(stride));
  if (isDenser.at(-1) === true) return lengthenRun(plan, isDenser.indexOf(true));
  return { shape: [...plan.shape, 1], strides: plan.strides.map((own) => [...own, 0]) };
}
