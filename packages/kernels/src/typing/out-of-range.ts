/**
 * Comparisons of integers with an integer that their dtype doesn't have: its place among them is known all the same.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { Expression, FunctionName } from "../expression/expression.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { sideOf } from "./literals.ts";
import { isInteger, isWeak, type ValueType } from "./promotion.ts";

/** What a comparison of a number with one above, and with one below, all numbers of its dtype gives. */
const BEYOND: Readonly<Partial<Record<FunctionName, readonly [above: boolean, below: boolean]>>> = {
  equal: [false, false],
  not_equal: [true, true],
  less: [true, false],
  less_equal: [true, false],
  greater: [false, true],
  greater_equal: [false, true],
};

/** A weak number beside an integer of some dtype. */
export interface Outlier {
  readonly place: 0 | 1;
  /** What comes of the comparison where it is above all integers of the dtype. */
  readonly above: boolean;
  /** The same where it is below. */
  readonly below: boolean;
}

/** The argument of a comparison that may be out of the other one's range, or null. */
export function outlierOf(name: FunctionName, types: readonly ValueType[]): Outlier | null {
  const beyond = BEYOND[name];
  if (beyond === undefined) return null;
  const place = types.findIndex(isWeak);
  const other = types[1 - place];
  if (place < 0 || other === undefined || isWeak(other) || !isInteger(other)) return null;
  if (types[place] !== "weak int" && types[place] !== "weak bigint") return null;
  const [above, below] = place === 1 ? beyond : [beyond[1], beyond[0]];
  return { place: place === 1 ? 1 : 0, above, below };
}

/** What comes of a comparison with a literal out of a dtype's range; null where it is inside. */
export function comparedLiteral({ above, below }: Outlier, literal: Expression, dtype: DType): boolean | null {
  if (literal.kind !== "literal") return null;
  const side = sideOf(BigInt(literal.value), dtype);
  return side === 0 ? null : side > 0 ? above : below;
}

/**
 * A comparison with a number that is known before the call only.
 *
 * @param side - an i32: above 0, below 0, or 0 where the number is in the range
 * @param inside - the comparison with the nearest number of the dtype
 */
export function comparedBySide(b: GraphBuilder, { above, below }: Outlier, side: Node, inside: Node): Node {
  const zero = b.i32(0);
  const beyond = b.select(b.gtS(side, zero), b.bool(above), b.bool(below));
  return b.select(b.eq(side, zero), inside, beyond);
}
