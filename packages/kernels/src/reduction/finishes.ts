/**
 * What the number of elements does to a result: means, variances.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { castParts } from "../expansion/casts.ts";
import type { Parts } from "../expansion/parts.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { kindOf } from "../typing/promotion.ts";

/** What a result depends on beside its state: both f64, null where it doesn't. */
export interface Scalars {
  /** How many elements there are. */
  readonly count: Node | null;
  /** Degrees of freedom that are taken away. */
  readonly ddof: Node | null;
}

/**
 * Divides a sum by how many elements there are. In float64, and then rounded to the sum's dtype, as NumPy does it.
 *
 * @returns a value of the same dtype
 */
export function divideByCount(b: GraphBuilder, dtype: DType, sum: Parts, { count, ddof }: Scalars): Parts {
  const degrees = ddof === null ? count! : b.max(b.sub(count!, ddof), b.f64(0));
  const isComplex = kindOf(dtype) === "complex";
  const wide: DType = isComplex ? "complex128" : "float64";
  const parts = castParts(b, sum, dtype, wide).map((part) => b.div(part, degrees));
  return castParts(b, parts, wide, dtype);
}
