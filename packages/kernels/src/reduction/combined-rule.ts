/**
 * Reductions by a function of the user's, which makes one value of two.
 *
 * The function is taken to be associative and commutative, but for rounding: which elements meet first follows from how
 * many there are, and is not the order in which they lie.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import { decodeHalf, encodeHalf } from "../expansion/half.ts";
import { type Parts, wrapped } from "../expansion/parts.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import { isInteger } from "../typing/promotion.ts";
import type { FoldRule } from "./fold-rules.ts";
import { graft } from "./graft.ts";

/**
 * @param combine - two operands of one dtype, and one store of it. Its parameters are the last of the graphs that the rule
 *   is used in.
 */
export function combinedRule(combine: Graph): FoldRule {
  const [store, ...others] = combine.stores;
  check(store !== undefined && others.length === 0, `a function that combines stores ${combine.stores.length} values`);
  const { dtype } = store;
  check(
    combine.operands.length === 2 && combine.operands.every((operand) => operand === dtype),
    `a function that combines two of ${dtype} takes ${combine.operands.join(" and ")}`,
  );
  return {
    lift: (_, element) => element,
    merge: (b, x, y) => {
      const operands = [storedForm(b, dtype, x), storedForm(b, dtype, y)];
      const ownParameters = b.parameters.length - combine.parameters.length;
      const [result] = graft(b, combine, {
        load: (node) => operands[node.operand]![node.part]!,
        parameter: (node) => b.parameter(ownParameters + node.parameter),
      });
      return workingForm(b, dtype, result!);
    },
    finish: (_, state) => state,
    dtype,
    neutral: null,
    startsWithValue: true,
    hasEmpty: false,
  };
}

/** What a graph has stored, as a value that can be computed on. */
export function workingForm(b: GraphBuilder, dtype: DType, stored: readonly Node[]): Parts {
  if (dtype === "float16") return [decodeHalf(b, stored[0]!)];
  if (isInteger(dtype) && DTYPES[dtype].itemsize < 4) return [wrapped(b, dtype, stored[0]!)];
  return stored;
}

/** A value as a graph would load it. */
function storedForm(b: GraphBuilder, dtype: DType, parts: Parts): Parts {
  return dtype === "float16" ? [encodeHalf(b, parts[0]!)] : parts;
}
