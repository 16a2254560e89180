/**
 * Whether what is written may lie where something is still to be read.
 *
 * @module
 */
import { byteBounds, DTYPES } from "@instride/core";
import type { OperandLayout } from "../iteration/layouts.ts";

/**
 * Says whether two arrays may share bytes. Those outside of the heap are taken to lie in one buffer: which they do lie in,
 * a plan is not told.
 *
 * Cost: O(ndim).
 */
export function overlaps(a: OperandLayout, b: OperandLayout): boolean {
  if (a.inHeap !== b.inHeap) return false;
  const [first, second] = [boundsOf(a), boundsOf(b)];
  return first.low < second.high && second.low < first.high;
}

function boundsOf({ dtype, shape, strides, byteOffset }: OperandLayout): ReturnType<typeof byteBounds> {
  return byteBounds({ shape, strides, byteOffset }, DTYPES[dtype].itemsize);
}
