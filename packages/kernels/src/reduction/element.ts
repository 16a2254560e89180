/**
 * The elements of plain reductions: those of one operand, in the accumulator's dtype.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { castParts } from "../expansion/casts.ts";
import { loadParts, partsToStore } from "../expansion/parts.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph } from "../graph/graph.ts";

/** The graph of an operand's elements, cast to the accumulator's dtype: what is reduced where there is no expression. */
export function elementOf(dtype: DType, accumulator: DType): Graph {
  const b = new GraphBuilder([dtype]);
  const value = castParts(b, loadParts(b, 0, []), dtype, accumulator);
  return b.finish([{ dtype: accumulator, value: partsToStore(b, accumulator, value) }]);
}
