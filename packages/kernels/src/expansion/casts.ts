/**
 * Casts between all dtypes, as NumPy's `astype` computes them on x86-64.
 *
 * Integers are taken modulo the target's range. Floats are truncated; what an integer can't hold, NaN included, becomes
 * what x86-64's conversion instructions give: the least integer of 32 or 64 bits, of which narrower ones take the low
 * bits. NumPy leaves this to C, which leaves it open. Complex numbers lose their imaginary part.
 *
 * Source: NumPy 2.4, `lowlevel_strided_loops.c.src`; Intel's manual on CVTTSD2SI.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane, IntegerLane } from "../graph/operations.ts";
import { rangeOf } from "../graph/ranges.ts";
import { bitsOf, kindOf } from "../typing/promotion.ts";
import { roundToHalf } from "./half.ts";
import { integer } from "./integers.ts";
import { floatLane, type Parts, workingLane, wrapped } from "./parts.ts";

/** A value of one dtype as one of another. */
export function castParts(b: GraphBuilder, parts: Parts, from: DType, to: DType): Parts {
  if (from === to) return parts;
  const [re, im] = parts as readonly [Node, Node | undefined];
  const part = partDType(from);
  if (kindOf(to) === "bool") {
    const truths = parts.map((node) => isNonzero(b, node));
    return [truths.reduce((a, c) => b.or(a, c))];
  }
  if (kindOf(to) !== "complex") return [castReal(b, re, part, to)];
  const target = partDType(to);
  return [
    castReal(b, re, part, target),
    im === undefined ? b.constant(floatLane(target), 0) : castReal(b, im, part, target),
  ];
}

/** The dtype of the parts of a complex dtype; another's is itself. */
function partDType(dtype: DType): DType {
  return kindOf(dtype) === "complex" ? (bitsOf(dtype) === 64 ? "float64" : "float32") : dtype;
}

/** Whether a number is not 0; of NaN it is true. */
export function isNonzero(b: GraphBuilder, node: Node): Node {
  if (node.type === "bool") return node;
  if (node.type === "i32" || node.type === "i64") return b.toBool(node);
  return b.ne(node, b.constant(node.type, 0));
}

function castReal(b: GraphBuilder, node: Node, from: DType, to: DType): Node {
  if (from === to) return node;
  switch (kindOf(to)) {
    case "signed":
    case "unsigned":
      return toInteger(b, node, from, to);
    default:
      return toFloat(b, node, from, to);
  }
}

function toInteger(b: GraphBuilder, node: Node, from: DType, to: DType): Node {
  const is64 = bitsOf(to) === 64;
  switch (kindOf(from)) {
    case "bool":
      return b.fromBool(node, is64 ? "i64" : "i32");
    case "float":
      return floatToInteger(b, node, from, to);
    default: {
      if (is64) return bitsOf(from) === 64 ? node : extended(b, node, from);
      const low = bitsOf(from) === 64 ? b.wrap(node) : node;
      const fits = bitsOf(from) < bitsOf(to) && (kindOf(from) === "unsigned" || kindOf(to) === "signed");
      return fits ? low : wrapped(b, to, low);
    }
  }
}

/** An integer of up to 32 bits, in 64. */
export function extended(b: GraphBuilder, node: Node, from: DType): Node {
  return kindOf(from) === "unsigned" ? b.extendU(node) : b.extendS(node);
}

function floatToInteger(b: GraphBuilder, node: Node, from: DType, to: DType): Node {
  switch (to) {
    case "int64":
      return truncated(b, node, "i64");
    case "uint64":
      return floatToUnsigned(b, node, "i64");
    case "uint32":
      // Of float16 NumPy goes by 64 bits.
      return from === "float16" ? b.wrap(truncated(b, node, "i64")) : floatToUnsigned(b, node, "i32");
    case "int32":
      return truncated(b, node, "i32");
    default:
      return wrapped(b, to, lowTruncated(b, node));
  }
}

/** What {@link truncated} gives, as far as 16 bits go: those of the least integer are zeros, which is less code. */
function lowTruncated(b: GraphBuilder, node: Node): Node {
  const number = b.truncSatS(node, "i32");
  return isBelowEnd(b, node) ? number : b.select(b.lt(node, endOf(b, node, "i32")), number, b.i32(0));
}

/** Whether a float lies below the range's end for sure, or is none: then converting it gives 0. */
function isBelowEnd(b: GraphBuilder, node: Node): boolean {
  const range = rangeOf(node, b.operands);
  return range !== null && range.max < 2 ** 31;
}

/** What CVTTSD2SI gives: beyond the range, and for NaN, the least integer. */
function truncated(b: GraphBuilder, node: Node, to: IntegerLane): Node {
  const number = rangeOf(node, b.operands);
  // Below the range the conversion itself gives the least.
  if (number !== null && !number.isNaN && number.max < 2 ** 31) return b.truncSatS(node, to);
  return b.select(b.lt(node, endOf(b, node, to)), b.truncSatS(node, to), integer(b, to, LEAST[to]));
}

const LEAST: Readonly<Record<IntegerLane, bigint>> = { i32: -(2n ** 31n), i64: -(2n ** 63n) };

/** Where the signed integers of a type end. */
function endOf(b: GraphBuilder, node: Node, to: IntegerLane): Node {
  return b.constant(node.type, -Number(LEAST[to]));
}

/** Numbers that no signed integer is as large as are converted without that one's sign bit, which is put back. */
function floatToUnsigned(b: GraphBuilder, node: Node, to: IntegerLane): Node {
  const end = endOf(b, node, to);
  const high = b.xor(truncated(b, b.sub(node, end), to), integer(b, to, LEAST[to]));
  return b.select(b.ge(node, end), high, truncated(b, node, to));
}

function toFloat(b: GraphBuilder, node: Node, from: DType, to: DType): Node {
  const lane = floatLane(to);
  const isHalf = to === "float16";
  switch (kindOf(from)) {
    case "bool":
      return b.convertU(b.fromBool(node, "i32"), lane);
    case "float":
      if (isHalf) return roundToHalf(b, node);
      return laneTo(b, node, lane);
    default: {
      const number = kindOf(from) === "unsigned" ? b.convertU(node, lane) : b.convertS(node, lane);
      // By way of float32, as NumPy does. What has 8 bits is exact.
      return isHalf && bitsOf(from) > 8 ? roundToHalf(b, number) : number;
    }
  }
}

/** A float in other lanes. */
export function laneTo(b: GraphBuilder, node: Node, lane: FloatLane): Node {
  if (node.type === lane) return node;
  return lane === "f64" ? b.promote(node) : b.demote(node);
}

/** Zero, of any dtype. */
export function zeroOf(b: GraphBuilder, dtype: DType): Parts {
  const lane = workingLane(dtype);
  const zero = lane === "bool" ? b.bool(false) : b.constant(lane, lane === "i64" ? 0n : 0);
  return kindOf(dtype) === "complex" ? [zero, zero] : [zero];
}
