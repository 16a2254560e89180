/**
 * JavaScript's operators on bits, and its other functions of 32-bit integers.
 *
 * Integers are taken as they are. Floats are taken for 32-bit integers modulo 2^32, and what comes out is a float again:
 * where one such operator follows another, it takes the very integer that the float was made of.
 *
 * Source: ECMA-262, ToInt32 and the operators on Number.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { bitsOf, kindOf } from "../typing/promotion.ts";
import { castParts } from "./casts.ts";
import { populationCount } from "./integers.ts";
import { lowBits, wrapped } from "./parts.ts";

const TWO_32: number = 2 ** 32;

/** Any real number as a 32-bit integer, modulo 2^32. */
export function toInt32(b: GraphBuilder, dtype: DType, x: Node): Node {
  switch (kindOf(dtype)) {
    case "bool":
      return b.fromBool(x, "i32");
    case "float":
      return floatToInt32(b, x);
    default:
      return x.type === "i64" ? b.wrap(x) : x;
  }
}

/**
 * Every step is exact: what is subtracted are the bits of the magnitude from 2^32 on. NaN and infinities become 0.
 */
function floatToInt32(b: GraphBuilder, x: Node): Node {
  const source = integerSource(x);
  if (source !== null) return source;
  const magnitude = b.abs(x);
  const high = b.floor(b.mul(magnitude, b.constant(x.type, 1 / TWO_32)));
  const low = b.truncSatU(b.sub(magnitude, b.mul(high, b.constant(x.type, TWO_32))), "i32");
  return b.select(b.lt(x, b.constant(x.type, 0)), b.sub(b.i32(0), low), low);
}

/** The i32 that a float was made of. */
function integerSource(x: Node): Node | null {
  if (x.kind !== "conversion" || (x.op !== "convert_s" && x.op !== "convert_u")) return null;
  return x.args[0].type === "i32" ? x.args[0] : null;
}

/** A 32-bit integer as a value of a dtype. */
export function fromInt32(b: GraphBuilder, from: "int32" | "uint32", x: Node, dtype: DType): Node {
  return castParts(b, [x], from, dtype)[0]!;
}

export type BitOperation = "and" | "or" | "xor" | "shl" | "shr" | "shr_u";

/** An operator on two numbers of one dtype; what comes of `shr_u` on integers is unsigned. */
export function bitOperation(b: GraphBuilder, op: BitOperation, dtype: DType, x: Node, y: Node): Node {
  switch (kindOf(dtype)) {
    case "bool":
      return b.binary(op as "and" | "or" | "xor", x, y);
    case "float": {
      const result = integerOperation(b, op, "int32", floatToInt32(b, x), floatToInt32(b, y));
      return fromInt32(b, op === "shr_u" ? "uint32" : "int32", result, dtype);
    }
    default:
      return integerOperation(b, op, dtype, x, y);
  }
}

function integerOperation(b: GraphBuilder, op: BitOperation, dtype: DType, x: Node, y: Node): Node {
  const bits = bitsOf(dtype);
  if (op === "and" || op === "or" || op === "xor") return b.binary(op, x, y);
  const count = bits < 32 ? b.and(y, b.i32(bits - 1)) : y;
  if (op === "shl") return wrapped(b, dtype, b.shl(lowBits(x, bits), count));
  if (op === "shr" && kindOf(dtype) === "signed") return b.shrS(x, count);
  return b.shrU(bits < 32 ? b.and(x, b.i32(2 ** bits - 1)) : x, count);
}

export function invertBits(b: GraphBuilder, dtype: DType, x: Node): Node {
  switch (kindOf(dtype)) {
    case "bool":
      return b.not(x);
    case "float":
      return fromInt32(b, "int32", b.xor(floatToInt32(b, x), b.i32(-1)), dtype);
    default:
      return wrapped(b, dtype, b.xor(x, x.type === "i64" ? b.i64(-1n) : b.i32(-1)));
  }
}

/** Zeros before the first bit that is set. */
export function leadingZeros(b: GraphBuilder, x: Node): Node {
  let filled = x;
  for (const distance of [1, 2, 4, 8, 16]) filled = b.or(filled, b.shrU(filled, b.i32(distance)));
  return populationCount(b, b.xor(filled, b.i32(-1)));
}
