/**
 * Values while a program is lowered: what can be had in any dtype.
 *
 * What is weak is brought to a dtype only when it meets one: a literal becomes a constant of it, a parameter a parameter
 * of it, and a choice between two weak values a choice between two of that dtype.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { castParts } from "../expansion/casts.ts";
import type { Parts } from "../expansion/parts.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { type Literal, literalParts } from "./literals.ts";

export interface Value {
  /** @throws an `OverflowError` for a literal that an integer dtype doesn't have */
  as(dtype: DType): Parts;
}

/** A value that has been computed in a dtype. */
export function computedValue(b: GraphBuilder, dtype: DType, parts: Parts): Value {
  return { as: (to) => castParts(b, parts, dtype, to) };
}

export function literalValue(b: GraphBuilder, literal: Literal): Value {
  return { as: (dtype) => literalParts(b, literal, dtype) };
}

/** Of two weak values, when the dtype is known; of any dtype it is made once. */
export function selectedValue(b: GraphBuilder, condition: Node, yes: Value, no: Value): Value {
  const known = new Map<DType, Parts>();
  return {
    as: (dtype) => {
      let parts = known.get(dtype);
      if (parts === undefined) {
        const other = no.as(dtype);
        parts = yes.as(dtype).map((node, part) => b.select(condition, node, other[part]!));
        known.set(dtype, parts);
      }
      return parts;
    },
  };
}
