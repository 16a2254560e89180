/**
 * The unsharp mask: a picture, sharpened by what a blur took from it.
 *
 * @module
 */
import { type HalfOpenRange, type MemoryView, ValueError } from "@instride/core";
import { finite, real, record } from "./arguments.ts";
import { type Floats, forEachBlock, sourceSlot, targetSlot } from "./blocks.ts";
import { checkRange, narrow, openInput, openOutput, refuseOverlap } from "./operands.ts";

/** `src` and `blurred` are broadcast to the shape of `dst`. */
export interface UnsharpViews {
  readonly src: MemoryView;
  readonly blurred: MemoryView;
  readonly dst: MemoryView;
}

export interface UnsharpArguments {
  /** How much of the difference is added; 0 for none. */
  readonly amount: number;
  /** What lower results become. Default -Infinity. */
  readonly low?: number;
  /** What higher results become. Default Infinity. */
  readonly high?: number;
}

/**
 * `dst = clip(src + amount * (src - blurred), low, high)`, element by element. The range runs over `dst`.
 *
 * Any real dtypes; computed in float64 and rounded once, to the dtype of `dst`. NaN stays NaN. `dst` may be the same view
 * as `src` or `blurred`.
 *
 * @throws a `ShapeError`, `DTypeError`, `ReadonlyError` or {@link ValueError} if the views, the range or the arguments
 *   don't fit; then nothing is written
 *
 * Cost: O(size).
 */
export function unsharp(range: HalfOpenRange, views: UnsharpViews, args: UnsharpArguments): void {
  const amount = finite(record(args, "args").amount, "amount");
  const low = real(args.low ?? -Infinity, "low");
  const high = real(args.high ?? Infinity, "high");
  if (low > high) throw new ValueError(`cannot clip to "low" ${low} and "high" ${high}: expected them in order`);
  const output = openOutput(views.dst, "dst");
  const inputs = [
    openInput(views.src, "src", output.shape),
    openInput(views.blurred, "blurred", output.shape),
  ] as const;
  checkRange(range, output);
  refuseOverlap(output, inputs, true);
  const dst = targetSlot(narrow(output, range));
  const src = sourceSlot(narrow(inputs[0], range));
  const blurred = sourceSlot(narrow(inputs[1], range));
  forEachBlock([dst, src, blurred], (n) => {
    sharpen(
      n,
      dst.data,
      dst.at,
      dst.step,
      src.data,
      src.at,
      src.step,
      blurred.data,
      blurred.at,
      blurred.step,
      amount,
      low,
      high,
    );
  });
}

function sharpen(
  n: number,
  out: Floats,
  o: number,
  oStep: number,
  src: Floats,
  i: number,
  iStep: number,
  blurred: Floats,
  j: number,
  jStep: number,
  amount: number,
  low: number,
  high: number,
): void {
  for (let k = 0; k < n; k++, o += oStep, i += iStep, j += jStep) {
    const value = src[i]! + amount * (src[i]! - blurred[j]!);
    out[o] = value < low ? low : value > high ? high : value;
  }
}
