/**
 * Literals: their weak types, and their values in a dtype.
 *
 * @module
 */
import { type DType, OverflowError } from "@instride/core";
import type { GraphBuilder } from "../graph/builder.ts";
import { castParts } from "../expansion/casts.ts";
import { integer } from "../expansion/integers.ts";
import { integerLane, type Parts } from "../expansion/parts.ts";
import { bitsOf, isInteger, kindOf, type ValueType } from "./promotion.ts";

export type Literal = number | bigint | boolean;

/** A number that is whole is a weak int, while float64 has all integers of its size. */
export function typeOfLiteral(value: Literal): ValueType {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "weak bigint";
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? "weak int" : "weak float";
}

/** The least and the greatest number of an integer dtype. */
export function rangeOf(dtype: DType): readonly [least: bigint, greatest: bigint] {
  const bits = BigInt(bitsOf(dtype));
  return kindOf(dtype) === "signed" ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
}

/** -1 where an integer is below the range of a dtype, 1 where it is above, else 0. */
export function sideOf(value: bigint, dtype: DType): -1 | 0 | 1 {
  const [least, greatest] = rangeOf(dtype);
  return value < least ? -1 : value > greatest ? 1 : 0;
}

/** Passes an integer through. @throws an `OverflowError` where a dtype doesn't have it */
export function checkRange(value: bigint, dtype: DType): bigint {
  if (sideOf(value, dtype) === 0) return value;
  const [least, greatest] = rangeOf(dtype);
  throw new OverflowError(
    `cannot take ${value} as ${dtype}: it is out of its range, expected an integer from ${least} to ${greatest}`,
  );
}

/** The float that is nearest to an integer. @throws an `OverflowError` beyond the largest */
export function floatOf(value: number | bigint): number {
  const number = Number(value);
  if (typeof value === "bigint" && !Number.isFinite(number))
    throw new OverflowError(`cannot take ${value} as a float: it is too large, expected at most ${Number.MAX_VALUE}`);
  return number;
}

/**
 * The constant of a literal in a dtype.
 *
 * @throws an `OverflowError` for an integer that an integer dtype doesn't have
 */
export function literalParts(b: GraphBuilder, value: Literal, dtype: DType): Parts {
  if (typeof value === "boolean") return castParts(b, [b.bool(value)], "bool", dtype);
  const isWhole = typeof value === "bigint" || typeOfLiteral(value) === "weak int";
  if (isInteger(dtype) && isWhole) return [integer(b, integerLane(dtype), checkRange(BigInt(value), dtype))];
  if (dtype === "bool") return [b.bool(Number(value) !== 0)];
  return castParts(b, [b.f64(floatOf(value))], "float64", dtype);
}
