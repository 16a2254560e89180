/**
 * Functions of integers, modulo 2^bits as everywhere in NumPy. Dividing by zero gives 0.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { GraphBuilder } from "../graph/builder.ts";
import type { LaneValue, Node } from "../graph/graph.ts";
import type { IntegerLane } from "../graph/operations.ts";
import { bitsOf, kindOf } from "../typing/promotion.ts";
import { lowBits, wrapped } from "./parts.ts";

/** An integer of the type that a node has. */
export function integer(b: GraphBuilder, type: IntegerLane, value: bigint): Node {
  const constant: LaneValue = type === "i64" ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));
  return b.constant(type, constant);
}

function like(b: GraphBuilder, node: Node, value: bigint): Node {
  return integer(b, node.type as IntegerLane, value);
}

function isSigned(dtype: DType): boolean {
  return kindOf(dtype) === "signed";
}

/** Additions, subtractions and products: of what their low bits say, which is all that comes out. */
export function ringOperation(b: GraphBuilder, op: "add" | "sub" | "mul", dtype: DType, x: Node, y: Node): Node {
  const bits = bitsOf(dtype);
  return wrapped(b, dtype, b.binary(op, lowBits(x, bits), lowBits(y, bits)));
}

export function negated(b: GraphBuilder, dtype: DType, x: Node): Node {
  return ringOperation(b, "sub", dtype, like(b, x, 0n), x);
}

/** Of the least number itself. */
export function magnitude(b: GraphBuilder, dtype: DType, x: Node): Node {
  if (!isSigned(dtype)) return x;
  return wrapped(b, dtype, b.select(b.ltS(x, like(b, x, 0n)), b.sub(like(b, x, 0n), x), x));
}

export function signOf(b: GraphBuilder, dtype: DType, x: Node): Node {
  const [zero, one] = [like(b, x, 0n), like(b, x, 1n)];
  const positive = b.select(b.ne(x, zero), one, zero);
  return isSigned(dtype) ? b.select(b.ltS(x, zero), like(b, x, -1n), positive) : positive;
}

/** The quotient toward zero. */
function quotient(b: GraphBuilder, dtype: DType, x: Node, y: Node): Node {
  return isSigned(dtype) ? b.divS(x, y) : b.divU(x, y);
}

/** The remainder with the dividend's sign: C's and JavaScript's %. */
export function fmodOf(b: GraphBuilder, dtype: DType, x: Node, y: Node): Node {
  return isSigned(dtype) ? b.remS(x, y) : b.remU(x, y);
}

/** Whether a quotient toward zero lies above the true one, of which the remainder is `rest`. */
function isRoundedUp(b: GraphBuilder, rest: Node, y: Node): Node {
  const zero = like(b, y, 0n);
  return b.and(b.ne(rest, zero), b.ltS(b.xor(rest, y), zero));
}

export function floorDivide(b: GraphBuilder, dtype: DType, x: Node, y: Node): Node {
  if (!isSigned(dtype)) return b.divU(x, y);
  const toZero = b.divS(x, y);
  const rest = b.sub(x, b.mul(toZero, y));
  const isUp = b.and(isRoundedUp(b, rest, y), b.ne(y, like(b, y, 0n)));
  return wrapped(b, dtype, b.select(isUp, b.sub(toZero, like(b, y, 1n)), toZero));
}

/** The remainder with the divisor's sign. */
export function remainderOf(b: GraphBuilder, dtype: DType, x: Node, y: Node): Node {
  if (!isSigned(dtype)) return b.remU(x, y);
  const rest = b.remS(x, y);
  return b.select(isRoundedUp(b, rest, y), b.add(rest, y), rest);
}

/** C's 1 / x. */
export function reciprocalOf(b: GraphBuilder, dtype: DType, x: Node): Node {
  return quotient(b, dtype, like(b, x, 1n), x);
}

/** Exponents up to this are written out. */
const WRITTEN_OUT_MAX = 64n;

/** An integer's power by squaring; 0 for a negative exponent, which is refused where that can be. */
export function powerOf(b: GraphBuilder, dtype: DType, base: Node, exponent: Node): Node {
  const one = like(b, base, 1n);
  const product = (x: Node, y: Node): Node => ringOperation(b, "mul", dtype, x, y);
  if (exponent.kind === "constant" && BigInt(exponent.value) <= WRITTEN_OUT_MAX)
    return writtenOut(base, BigInt(exponent.value), one, product);
  const zero = like(b, base, 0n);
  const isNegative = isSigned(dtype) ? b.ltS(exponent, zero) : b.bool(false);
  const [power] = b.loop(
    [one, base, b.select(isNegative, zero, exponent)],
    bitsOf(dtype) + 1,
    ([result, factor, rest]) => ({
      condition: b.ne(rest!, zero),
      next: [
        b.select(b.toBool(b.and(rest!, one)), product(result!, factor!), result!),
        product(factor!, factor!),
        b.shrU(rest!, one),
      ],
    }),
  );
  return b.select(isNegative, zero, power!);
}

function writtenOut(base: Node, exponent: bigint, one: Node, product: (x: Node, y: Node) => Node): Node {
  let power: Node | null = null;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) power = power === null ? factor : product(power, factor);
    if (rest > 1n) factor = product(factor, factor);
  }
  return power ?? one;
}

/** NumPy's shifts: by the width or more, and by less than 0, nothing is left but the sign. */
export function shifted(b: GraphBuilder, direction: "left" | "right", dtype: DType, x: Node, count: Node): Node {
  const bits = bitsOf(dtype);
  const isInside = b.ltU(count, like(b, count, BigInt(bits)));
  if (direction === "left") return b.select(isInside, wrapped(b, dtype, b.shl(x, count)), like(b, x, 0n));
  if (!isSigned(dtype)) return b.select(isInside, b.shrU(x, count), like(b, x, 0n));
  return b.select(isInside, b.shrS(x, count), b.shrS(x, like(b, x, BigInt(bits - 1))));
}

/** Rounds of Euclid's algorithm for 64-bit integers: their worst case are neighbours among Fibonacci's numbers. */
const EUCLID_ROUNDS_MAX = 128;

export function gcdOf(b: GraphBuilder, dtype: DType, x: Node, y: Node): Node {
  return wrapped(b, dtype, gcdOfMagnitudes(b, unsignedMagnitude(b, dtype, x), unsignedMagnitude(b, dtype, y)));
}

function gcdOfMagnitudes(b: GraphBuilder, x: Node, y: Node): Node {
  const [gcd] = b.loop([x, y], EUCLID_ROUNDS_MAX, ([a, c]) => ({
    condition: b.ne(c!, like(b, c!, 0n)),
    next: [c!, b.remU(a!, c!)],
  }));
  return gcd!;
}

export function lcmOf(b: GraphBuilder, dtype: DType, x: Node, y: Node): Node {
  const [a, c] = [unsignedMagnitude(b, dtype, x), unsignedMagnitude(b, dtype, y)];
  return wrapped(b, dtype, b.mul(b.divU(a, gcdOfMagnitudes(b, a, c)), c));
}

/** How many bits of a number's magnitude are set, as an i32. */
export function bitCount(b: GraphBuilder, dtype: DType, x: Node): Node {
  const count = populationCount(b, unsignedMagnitude(b, dtype, x));
  return count.type === "i64" ? b.wrap(count) : count;
}

/** As an unsigned number: that of the least one is none of the signed ones. */
function unsignedMagnitude(b: GraphBuilder, dtype: DType, x: Node): Node {
  const bits = bitsOf(dtype);
  const absolute = magnitude(b, dtype, x);
  return bits < 32 ? b.and(absolute, b.i32(2 ** bits - 1)) : absolute;
}

/** Set bits of an i32 or i64, added up in fields of 2, 4 and 8 bits. Source: H. Warren, "Hacker's Delight", 5-1. */
export function populationCount(b: GraphBuilder, x: Node): Node {
  const every = (byte: bigint): Node => like(b, x, byte * 0x0101_0101_0101_0101n);
  const by = (distance: bigint): Node => like(b, x, distance);
  const pairs = b.sub(x, b.and(b.shrU(x, by(1n)), every(0x55n)));
  const fours = b.add(b.and(pairs, every(0x33n)), b.and(b.shrU(pairs, by(2n)), every(0x33n)));
  const bytes = b.and(b.add(fours, b.shrU(fours, by(4n))), every(0x0fn));
  return b.shrU(b.mul(bytes, every(1n)), by(x.type === "i64" ? 56n : 24n));
}
