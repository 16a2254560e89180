/**
 * The job that does nothing: what is left is the price of handing it out.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";
import { countRuns } from "./run-counts.ts";

/** @param counts - if given, they are asked whether to count how often each iteration runs */
export default function empty(range: HalfOpenRange, _views: object, counts?: Int32Array): void {
  if (counts !== undefined) countRuns(counts, range);
}
