/**
 * The lesser or the greater of a float and a constant, as a bound makes it: one instruction, or two.
 *
 * `pmin` and `pmax` give their first operand if either is NaN or both are zeros. So the number comes first, for its NaN;
 * of zeros it is the right one as well, unless the constant is the one that would win. What can't be NaN comes second then.
 *
 * @module
 */
import type { BinaryNode, ConstantNode, Node } from "../graph/graph.ts";
import { rangeOf } from "../graph/ranges.ts";
import type { LaneEmitter } from "./lane-emitter.ts";
import { SHAPES } from "./vectors.ts";

/** Leaves the vector; false, and nothing, where neither argument is such a constant. */
export function emitBound(emitter: LaneEmitter, node: BinaryNode, op: "min" | "max", vector: number): boolean {
  const { f } = emitter;
  const [first, second] = node.args;
  const bound = isNumber(second) ? second : isNumber(first) ? first : null;
  if (bound === null || Object.is(bound.value, -0)) return false;
  const shape = SHAPES[node.type as "f32" | "f64"];
  const other = bound === second ? first : second;
  const winsOverZero = op === "max" && bound.value === 0;
  const isFirst = winsOverZero && rangeOf(other, emitter.plan.graph.operands)?.isNaN === false;
  for (const arg of isFirst ? [bound, other] : [other, bound]) emitter.value(arg, vector);
  f.op(`${shape}.p${op}`);
  // max(-0, 0) is 0, as is their sum; what else there is stays.
  if (winsOverZero && !isFirst) {
    emitter.value(bound, vector);
    f.op(`${shape}.add`);
  }
  return true;
}

function isNumber(node: Node): node is ConstantNode {
  return node.kind === "constant" && !Number.isNaN(node.value);
}
