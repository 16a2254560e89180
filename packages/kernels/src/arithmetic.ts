/**
 * Element by element: the sum, difference, product and quotient of two operands.
 *
 * Computed in float64 from operands of any real dtypes, and rounded once, to the dtype of `dst` (`lines.ts` has the
 * rule). That is exact where it fits: sums of 32-bit integers are, products beyond 53 bits are rounded.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "@instride/core";
import { type Floats, forEachBlock, sourceSlot, targetSlot } from "./blocks.ts";
import { checkRange, narrow, openInput, openOutput, refuseOverlap } from "./operands.ts";

/** Two operands and the result. `a` and `b` are broadcast to the shape of `dst`. */
export interface BinaryViews {
  readonly a: MemoryView;
  readonly b: MemoryView;
  readonly dst: MemoryView;
}

/** A binary operation as a kernel. It takes no arguments. */
export type BinaryKernel = (range: HalfOpenRange, views: BinaryViews) => void;

/**
 * `dst = a + b`. The range runs over `dst`.
 *
 * `dst` may be the same view as `a` or `b`.
 *
 * @throws a `ShapeError`, `DTypeError`, `ReadonlyError` or `ValueError` if the views or the range don't fit; then nothing
 *   is written
 *
 * Cost: O(size).
 */
export const add: BinaryKernel = elementwise((n, out, o, oStep, a, i, iStep, b, j, jStep) => {
  for (let k = 0; k < n; k++, o += oStep, i += iStep, j += jStep) out[o] = a[i]! + b[j]!;
});

/** `dst = a - b`. As {@link add}. */
export const subtract: BinaryKernel = elementwise((n, out, o, oStep, a, i, iStep, b, j, jStep) => {
  for (let k = 0; k < n; k++, o += oStep, i += iStep, j += jStep) out[o] = a[i]! - b[j]!;
});

/** `dst = a * b`. As {@link add}. */
export const multiply: BinaryKernel = elementwise((n, out, o, oStep, a, i, iStep, b, j, jStep) => {
  for (let k = 0; k < n; k++, o += oStep, i += iStep, j += jStep) out[o] = a[i]! * b[j]!;
});

/** `dst = a / b`; infinite where `b` alone is 0, NaN where both are. As {@link add}. */
export const divide: BinaryKernel = elementwise((n, out, o, oStep, a, i, iStep, b, j, jStep) => {
  for (let k = 0; k < n; k++, o += oStep, i += iStep, j += jStep) out[o] = a[i]! / b[j]!;
});

/** `out[o + k * oStep] = a[i + k * iStep] op b[j + k * jStep]` for `n` elements. */
type BinaryLoop = (
  n: number,
  out: Floats,
  o: number,
  oStep: number,
  a: Floats,
  i: number,
  iStep: number,
  b: Floats,
  j: number,
  jStep: number,
) => void;

function elementwise(loop: BinaryLoop): BinaryKernel {
  return (range, views) => {
    const output = openOutput(views.dst, "dst");
    const inputs = [openInput(views.a, "a", output.shape), openInput(views.b, "b", output.shape)] as const;
    checkRange(range, output);
    refuseOverlap(output, inputs, true);
    const dst = targetSlot(narrow(output, range));
    const a = sourceSlot(narrow(inputs[0], range));
    const b = sourceSlot(narrow(inputs[1], range));
    forEachBlock([dst, a, b], (n) => {
      loop(n, dst.data, dst.at, dst.step, a.data, a.at, a.step, b.data, b.at, b.step);
    });
  };
}
