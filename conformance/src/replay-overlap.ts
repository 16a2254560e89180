/**
 * Replays of the questions of overlap in `assign.jsonl`.
 *
 * @module
 */
import { type Extent, mayShareBounds, selfOverlaps, sharesMemory } from "../../packages/core/src/overlap.ts";
import { type Case, type Replays, expectSame } from "./cases.ts";

/** An array over the common memory of a case. */
interface ArrayCase {
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset?: number;
}

function extentOf({ itemsize, shape, strides, offset }: ArrayCase): Extent {
  return { itemsize, shape, strides, byteOffset: offset ?? 0 };
}

function sharedMemory(c: Case): void {
  const [a, b] = [extentOf(c["a"] as ArrayCase), extentOf(c["b"] as ArrayCase)];
  expectSame("shares_memory", sharesMemory(a, b), c["exact"] === true ? "yes" : "no");
  expectSame("shares_memory, exchanged", sharesMemory(b, a), c["exact"] === true ? "yes" : "no");
  expectSame("may_share_memory", mayShareBounds(a, b), c["bounds"]);
}

function internalOverlap(c: Case): void {
  expectSame("overlaps", selfOverlaps(extentOf(c as Case & ArrayCase)), c["overlaps"] === true ? "yes" : "no");
}

export const replays: Replays = {
  "shares-memory": sharedMemory,
  "self-overlap": internalOverlap,
};
