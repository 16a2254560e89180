/**
 * Values of a dtype while they are computed: in lanes that have operations.
 *
 * Integers of up to 32 bits are in an i32, always extended to it by their own sign or by zeros; float16 is in an f32 that
 * holds one of its numbers; complex numbers are two floats.
 *
 * @module
 */
import { type DType, DTYPES } from "@instride/core";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane, IntegerLane, LaneType } from "../graph/operations.ts";
import { liesWithin } from "../graph/ranges.ts";
import { LANE_OF_DTYPE } from "../graph/storage.ts";
import { bitsOf, isInteger, kindOf } from "../typing/promotion.ts";
import { decodeHalf, encodeHalf } from "./half.ts";

/** A value: one node, or two for a complex number. */
export type Parts = readonly Node[];

/** The lanes that a dtype is computed in. */
export function workingLane(dtype: DType): LaneType {
  return dtype === "float16" ? "f32" : LANE_OF_DTYPE[dtype];
}

/** The lanes of a float, or of a complex number's parts. */
export function floatLane(dtype: DType): FloatLane {
  return workingLane(dtype) as FloatLane;
}

export function integerLane(dtype: DType): IntegerLane {
  return workingLane(dtype) as IntegerLane;
}

/** An element of an operand, or one beside it. */
export function loadParts(b: GraphBuilder, operand: number, shift: readonly number[]): Parts {
  const dtype = b.operands[operand]!;
  const stored = storedParts(b, operand, shift);
  return dtype === "float16" ? [decodeHalf(b, stored[0]!)] : stored;
}

/** An element of an operand as it is stored. */
export function storedParts(b: GraphBuilder, operand: number, shift: readonly number[] = []): Parts {
  const first = b.load(operand, 0, shift);
  return DTYPES[b.operands[operand]!].lanes === 2 ? [first, b.load(operand, 1, shift)] : [first];
}

/** A value as it is stored. Only the low bits of integers are. */
export function partsToStore(b: GraphBuilder, dtype: DType, parts: Parts): Parts {
  const [first] = parts;
  if (dtype === "float16") return [encodeHalf(b, first!)];
  return isInteger(dtype) ? [lowBits(first!, bitsOf(dtype))] : parts;
}

/**
 * Brings an i32 to an integer of fewer bits, as which it is taken modulo 2^bits. Others are in their range anyway.
 */
export function wrapped(b: GraphBuilder, dtype: DType, node: Node): Node {
  const bits = bitsOf(dtype);
  if (bits >= 32) return node;
  const isUnsigned = kindOf(dtype) === "unsigned";
  const least = isUnsigned ? 0 : -(2 ** (bits - 1));
  if (liesWithin(node, b.operands, least, least + 2 ** bits - 1)) return node;
  const low = lowBits(node, bits);
  if (low.kind === "constant") return wrappedConstant(b, dtype, low.value as number);
  if (isUnsigned) return b.and(low, b.i32(2 ** bits - 1));
  const unused = b.i32(32 - bits);
  return b.shrS(b.shl(low, unused), unused);
}

function wrappedConstant(b: GraphBuilder, dtype: DType, value: number): Node {
  const unused = 32 - bitsOf(dtype);
  const high = value << unused;
  return b.i32(kindOf(dtype) === "unsigned" ? high >>> unused : high >> unused);
}

/** A node with the same low bits, as short as is easy to see: what has been wrapped need not have been. */
export function lowBits(node: Node, bits: number): Node {
  if (node.kind !== "binary" || node.type !== "i32") return node;
  const [value, other] = node.args;
  if (node.op === "and") {
    const mask = constantOf(other);
    if (mask !== null && keepsLow(mask, bits)) return lowBits(value, bits);
    const otherMask = constantOf(value);
    return otherMask !== null && keepsLow(otherMask, bits) ? lowBits(other, bits) : node;
  }
  if (node.op !== "shr_s" || value.kind !== "binary" || value.op !== "shl") return node;
  const [shifted, distance] = value.args;
  const fits = distance === other && distance.kind === "constant" && 32 - (distance.value as number) >= bits;
  return fits ? lowBits(shifted, bits) : node;
}

function constantOf(node: Node): number | null {
  return node.kind === "constant" ? (node.value as number) : null;
}

function keepsLow(mask: number, bits: number): boolean {
  const low = bits >= 32 ? -1 : 2 ** bits - 1;
  return (mask & low) === low;
}
