/**
 * Integer operations that vectors have no instruction for: division, and shifts by a number of bits that differs from
 * lane to lane.
 *
 * @module
 */
import type { BinaryNode } from "../graph/graph.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";
import type { PlainInstruction } from "./instructions.ts";
import type { LaneEmitter } from "./lane-emitter.ts";
import type { Width } from "./lane-plan.ts";
import { constantOf, duplicate, EVEN_32, HIGH_HALF, type NumberLane, SHAPES, vectorOf } from "./vectors.ts";

export type Division = "div_s" | "div_u" | "rem_s" | "rem_u";
export type Shift = "shl" | "shr_s" | "shr_u";

/**
 * 1.5 · 2^52: the sum of this and an integer between -2^51 and 2^51 is exact, and ends in the integer's bits.
 */
const INTEGER_IN_LOW_BITS = 6_755_399_441_055_744;

/** Makes a vector of lanes one by one: `scalar` leaves each. */
export function perLane(f: FunctionBuilder, to: NumberLane, width: Width, scalar: (lane: number) => void): void {
  for (let lane = 0; lane < width; lane++) {
    scalar(lane);
    if (lane === 0) f.op(`${SHAPES[to]}.splat`);
    else f.lane(`${SHAPES[to]}.replace_lane`, lane);
  }
}

/** Leaves a vector shifted by another, whose lanes are taken modulo their width. */
export function emitShift(emitter: LaneEmitter, node: BinaryNode, op: Shift, vector: number): void {
  const { f } = emitter;
  const [value, count] = node.args;
  const type = node.type as "i32" | "i64";
  emitter.value(value, vector);
  if (emitter.count(count)) {
    f.op(`${SHAPES[type]}.${op}`);
    return;
  }
  emitter.value(count, vector);
  const [values, counts] = take(f);
  perLane(f, type, emitter.plan.widthOf(node), (lane) => {
    const extract = `${SHAPES[type]}.extract_lane` as const;
    f.get(values).lane(extract, lane).get(counts).lane(extract, lane).op(`${type}.${op}`);
  });
}

/** Leaves quotients or remainders. By zero both are 0; the least number divided by -1 gives itself, with remainder 0. */
export function emitDivision(emitter: LaneEmitter, node: BinaryNode, op: Division, vector: number): void {
  emitter.value(node.args[0], vector);
  emitter.value(node.args[1], vector);
  const [dividend, divisor] = take(emitter.f);
  if (node.type === "i32") emitDivision32(emitter.f, op, dividend, divisor, emitter.plan.widthOf(node));
  else emitDivision64(emitter.f, op, dividend, divisor);
}

/** Moves the two vectors on the stack into variables. */
function take(f: FunctionBuilder): readonly [Local, Local] {
  const [first, second] = [f.scratch("v128", "first_operand"), f.scratch("v128", "second_operand")];
  f.set(second).set(first);
  return [first, second];
}

/**
 * By division in binary64. The quotient of two integers of 32 bits is either one itself or further from the next than
 * rounding to 53 bits can move it, so truncating it is exact. Lanes with a divisor of 0 are cleared after.
 */
function emitDivision32(f: FunctionBuilder, op: Division, dividend: Local, divisor: Local, width: Width): void {
  const convert = op.endsWith("_u") ? "f64x2.convert_low_i32x4_u" : "f64x2.convert_low_i32x4_s";
  const pushHalf = (source: Local, isHigh: boolean): void => {
    f.get(source);
    if (isHigh) f.get(source).shuffle(HIGH_HALF);
    f.op(convert);
  };
  const pushQuotients = (isHigh: boolean): void => {
    pushHalf(dividend, isHigh);
    pushHalf(divisor, isHigh);
    f.op("f64x2.div").op("f64x2.trunc");
    f.get(constantOf(f, "f64", INTEGER_IN_LOW_BITS)).op("f64x2.add");
  };
  const isRemainder = op.startsWith("rem");
  if (isRemainder) f.get(dividend);
  pushQuotients(false);
  if (width === 4) pushQuotients(true);
  else duplicate(f);
  f.shuffle(EVEN_32);
  if (isRemainder) f.get(divisor).op("i32x4.mul").op("i32x4.sub");
  f.get(divisor).v128(vectorOf("i32", 0)).op("i32x4.eq").op("v128.andnot");
}

/** Lane by lane, with 1 as the divisor where the instruction would trap; quotients there are put right after. */
function emitDivision64(f: FunctionBuilder, op: Division, dividend: Local, divisor: Local): void {
  const safe = f.scratch("v128", "safe_divisor");
  const pushOne = (): void => void f.get(constantOf(f, "i64", 1n));
  const pushIs = (value: bigint): void => {
    f.get(divisor);
    if (value === 0n) f.v128(vectorOf("i64", 0n));
    else f.get(constantOf(f, "i64", value));
    f.op("i64x2.eq");
  };
  pushOne();
  f.get(divisor);
  pushIs(0n);
  if (op === "div_s") {
    pushIs(-1n);
    f.op("v128.or");
  }
  f.op("v128.bitselect").set(safe);
  if (op === "div_s") f.get(dividend).op("i64x2.neg");
  perLane(f, "i64", 2, (lane) => {
    const extract = "i64x2.extract_lane";
    f.get(dividend)
      .lane(extract, lane)
      .get(safe)
      .lane(extract, lane)
      .op(`i64.${op}` as PlainInstruction);
  });
  // The remainder of a division by 1 is 0 already.
  if (op.startsWith("rem")) return;
  if (op === "div_s") {
    pushIs(-1n);
    f.op("v128.bitselect");
  }
  pushIs(0n);
  f.op("v128.andnot");
}
