/**
 * Which types the operations take, and give.
 *
 * What doesn't fit is a mistake of the code that builds a graph, never of a user's: errors say "internal".
 *
 * @module
 */
import type { LaneValue, Node } from "./graph.ts";
import {
  BOOL_BINARY,
  type BinaryOperation,
  type ComparisonOperation,
  type Conversion,
  CONVERSION_TYPES,
  FLOAT_BINARY,
  FLOAT_COMPARISON,
  FLOAT_UNARY,
  INTEGER_BINARY,
  INTEGER_COMPARISON,
  type LaneType,
  type UnaryOperation,
} from "./operations.ts";

const UNARY: Readonly<Record<LaneType, readonly string[]>> = {
  bool: ["not"],
  i32: [],
  i64: [],
  f32: FLOAT_UNARY,
  f64: FLOAT_UNARY,
};

const BINARY: Readonly<Record<LaneType, readonly string[]>> = {
  bool: BOOL_BINARY,
  i32: INTEGER_BINARY,
  i64: INTEGER_BINARY,
  f32: FLOAT_BINARY,
  f64: FLOAT_BINARY,
};

const COMPARISON: Readonly<Record<LaneType, readonly string[]>> = {
  bool: [],
  i32: INTEGER_COMPARISON,
  i64: INTEGER_COMPARISON,
  f32: FLOAT_COMPARISON,
  f64: FLOAT_COMPARISON,
};

export function checkUnary(op: UnaryOperation, { type }: Node): void {
  check(UNARY[type].includes(op), `cannot apply ${op} to ${type}`);
}

export function checkBinary(op: BinaryOperation, a: Node, b: Node): void {
  check(a.type === b.type && BINARY[a.type].includes(op), `cannot apply ${op} to ${a.type} and ${b.type}`);
}

export function checkComparison(op: ComparisonOperation, a: Node, b: Node): void {
  check(a.type === b.type && COMPARISON[a.type].includes(op), `cannot compare ${a.type} and ${b.type} by ${op}`);
}

export function checkSelect(condition: Node, yes: Node, no: Node): void {
  const fits = condition.type === "bool" && yes.type === no.type;
  check(fits, `cannot select from ${yes.type} and ${no.type} by ${condition.type}`);
}

export function checkConversion(op: Conversion, { type }: Node, to: LaneType): void {
  const leads = CONVERSION_TYPES[op].some(([source, target]) => source === type && target === to);
  check(leads, `no ${op} leads from ${type} to ${to}`);
}

export function checkFused(a: Node, b: Node, c: Node): void {
  const fits = (a.type === "f32" || a.type === "f64") && a.type === b.type && a.type === c.type;
  check(fits, `cannot fuse a multiplication of ${a.type} and ${b.type} with an addition of ${c.type}`);
}

/**
 * Brings a value to its type: rounds a number to f32, takes an unsigned integer for the signed one of the same bits.
 *
 * @throws an internal error for a value of another type, or beyond the range of an integer's bits
 */
export function valueOf(type: LaneType, value: LaneValue): LaneValue {
  const problem = `no constant of ${type} is ${String(value)}`;
  switch (type) {
    case "bool":
      check(typeof value === "boolean", problem);
      return value;
    case "i32":
      check(typeof value === "number" && ((value | 0) === value || value >>> 0 === value), problem);
      return value | 0;
    case "i64":
      check(typeof value === "bigint", problem);
      check(BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value, problem);
      return BigInt.asIntN(64, value);
    case "f32":
      check(typeof value === "number", problem);
      return Math.fround(value);
    default:
      check(typeof value === "number", problem);
      return value;
  }
}

/** @throws an internal error unless `fact` holds */
export function check(fact: boolean, otherwise: string): asserts fact {
  if (!fact) throw new Error(`internal: ${otherwise}`);
}
