/**
 * Another dtype for the same elements, with a scale and an offset on the way.
 *
 * @module
 */
import { forEachRun, type HalfOpenRange, type MemoryView } from "@instride/core";
import { finite, record } from "./arguments.ts";
import { forEachBlock, newLine, sourceLine, targetLine } from "./blocks.ts";
import { checkRange, narrow, openInput, openOutput, type Operand, refuseOverlap } from "./operands.ts";
import { INT64_MAX, INT64_MIN, UINT64_MAX } from "./rounding.ts";
import { planRuns } from "./runs.ts";

/** `src` is broadcast to the shape of `dst`. */
export interface ConvertViews {
  readonly src: MemoryView;
  readonly dst: MemoryView;
}

export interface ConvertArguments {
  /** Default 1. */
  readonly scale?: number;
  /** Default none. */
  readonly offset?: number;
}

/**
 * `dst = src * scale + offset`, element by element, from any real dtype to any. The range runs over `dst`.
 *
 * Computed in float64 and rounded once, to the dtype of `dst`: to nearest, ties to even; beyond the range of an integer
 * type the nearest in it, NaN to 0; to bool all but zero is true. From a 64-bit integer type to another (with neither
 * scale nor offset) it is exact; else integers of more than 53 bits are rounded first. `dst` may be the same view as
 * `src`.
 *
 * @throws a `ValueError` unless scale and offset are finite and the range fits; a `ShapeError`, `DTypeError` or
 *   `ReadonlyError` if the views don't; then nothing is written
 *
 * Cost: O(size).
 */
export function convert(range: HalfOpenRange, views: ConvertViews, args: ConvertArguments = {}): void {
  const scale = finite(record(args, "args").scale ?? 1, "scale");
  // Adding -0 changes no number, not even -0.
  const offset = finite(args.offset ?? -0, "offset");
  const output = openOutput(views.dst, "dst");
  const input = openInput(views.src, "src", output.shape);
  checkRange(range, output);
  refuseOverlap(output, [input], true);
  const dst = narrow(output, range);
  const src = narrow(input, range);
  if (isBigInt(dst) && isBigInt(src) && scale === 1 && offset === 0) {
    convertBigInts(dst, src);
    return;
  }
  // Loading a line scales it and storing it rounds, so nothing is left to do in between.
  const line = newLine();
  forEachBlock([targetLine(dst, line), sourceLine(src, line, scale, offset)], () => {});
}

type BigIntOperand = Operand<"int64" | "uint64">;

function isBigInt(operand: Operand): operand is BigIntOperand {
  return operand.dtype === "int64" || operand.dtype === "uint64";
}

function convertBigInts(dst: BigIntOperand, src: BigIntOperand): void {
  const [min, max] = dst.dtype === "int64" ? [INT64_MIN, INT64_MAX] : [0n, UINT64_MAX];
  const plan = planRuns(dst.shape, [dst.strides, src.strides]);
  forEachRun(plan, [dst.offset, src.offset], (length, [to, from], [toStep, fromStep]) => {
    for (let i = 0, t = to!, f = from!; i < length; i++, t += toStep!, f += fromStep!) {
      const value = src.data[f]!;
      dst.data[t] = value < min ? min : value > max ? max : value;
    }
  });
}
