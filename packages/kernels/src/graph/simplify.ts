/**
 * Operations that are another, simpler one for every input, to the last bit.
 *
 * The sign of a zero counts, and what infinities and NaNs do; which NaN comes out does not. So `x * 1` is `x`, and
 * `x + -0` is; `x + 0` is not (of -0 it makes 0), nor is `x - x` zero or `x * 0`. Integers are taken modulo 2^32 or 2^64,
 * where the laws of rings hold.
 *
 * Each function gives null where it knows nothing better.
 *
 * @module
 */
import type { LaneValue, Node } from "./graph.ts";
import type {
  BinaryOperation,
  ComparisonOperation,
  Conversion,
  FloatLane,
  IntegerLane,
  LaneType,
  UnaryOperation,
} from "./operations.ts";

/** What makes nodes, simplifying them in turn. */
export interface Maker {
  constant(type: LaneType, value: LaneValue): Node;
  unary(op: UnaryOperation, a: Node): Node;
  binary(op: BinaryOperation, a: Node, b: Node): Node;
  comparison(op: ComparisonOperation, a: Node, b: Node): Node;
  select(condition: Node, yes: Node, no: Node): Node;
  convert(op: Conversion, a: Node, to: LaneType): Node;
}

/** `a op b` is `b op a`. */
export const COMMUTATIVE: ReadonlySet<string> = new Set(["add", "mul", "min", "max", "and", "or", "xor", "eq", "ne"]);

/** What comes out of these is an integer, or none that rounding changes. */
const ROUNDS: ReadonlySet<string> = new Set(["ceil", "floor", "trunc", "nearest"]);

/** Comparisons whose opposite is one as well, also with NaNs. */
const OPPOSITE: Readonly<Partial<Record<ComparisonOperation, ComparisonOperation>>> = {
  eq: "ne",
  ne: "eq",
  lt_s: "ge_s",
  lt_u: "ge_u",
  le_s: "gt_s",
  le_u: "gt_u",
  gt_s: "le_s",
  gt_u: "le_u",
  ge_s: "lt_s",
  ge_u: "lt_u",
};

export function simplifyUnary(make: Maker, op: UnaryOperation, a: Node): Node | null {
  if (op === "not") {
    if (a.kind !== "comparison") return argumentOf(a, "not");
    const opposite = OPPOSITE[a.op];
    return opposite === undefined ? null : make.comparison(opposite, ...a.args);
  }
  if (op === "neg") return argumentOf(a, "neg");
  if (op === "abs") {
    const negated = argumentOf(a, "neg");
    return negated === null ? argumentOf(a, "abs") && a : make.unary("abs", negated);
  }
  if (!ROUNDS.has(op)) return null;
  const isInteger =
    (a.kind === "unary" && ROUNDS.has(a.op)) ||
    (a.kind === "conversion" && (a.op === "convert_s" || a.op === "convert_u"));
  return isInteger ? a : null;
}

export function simplifyBinary(make: Maker, op: BinaryOperation, a: Node, b: Node): Node | null {
  const [x, y] = a.kind === "constant" && COMMUTATIVE.has(op) ? [b, a] : [a, b];
  switch (a.type) {
    case "bool":
      return simplifyBools(make, op, x, y);
    case "i32":
    case "i64":
      return simplifyIntegers(make, op, x, y, a.type);
    default:
      return simplifyFloats(make, op, x, y, a.type);
  }
}

function simplifyBools(make: Maker, op: BinaryOperation, x: Node, y: Node): Node | null {
  if (x === y) return op === "xor" ? make.constant("bool", false) : x;
  if (y.kind !== "constant") return null;
  if (op === "xor") return y.value === true ? make.unary("not", x) : x;
  return (op === "and") === y.value ? x : y;
}

function simplifyFloats(make: Maker, op: BinaryOperation, x: Node, y: Node, type: FloatLane): Node | null {
  if (x === y && (op === "min" || op === "max" || op === "copysign")) return x;
  if (op === "add" || op === "sub") {
    const [negatedX, negatedY] = [argumentOf(x, "neg"), argumentOf(y, "neg")];
    if (negatedY !== null) return make.binary(op === "add" ? "sub" : "add", x, negatedY);
    if (negatedX !== null && op === "add") return make.binary("sub", y, negatedX);
  }
  if (y.kind !== "constant") return null;
  const value = y.value as number;
  switch (op) {
    case "add":
      return Object.is(value, -0) ? x : null;
    case "sub":
      return Object.is(value, 0) ? x : null;
    case "mul":
      return value === 1 ? x : value === -1 ? make.unary("neg", x) : null;
    case "div": {
      if (value === 1) return x;
      if (value === -1) return make.unary("neg", x);
      const reciprocal = exactReciprocal(value, type);
      return reciprocal === null ? null : make.binary("mul", x, make.constant(type, reciprocal));
    }
    default:
      return null;
  }
}

const f64 = new Float64Array(1);
const bits: BigUint64Array<ArrayBuffer> = new BigUint64Array(f64.buffer);

/** `1 / value` where it is a number of the type, so that multiplying by it rounds the very quotient; else null. */
function exactReciprocal(value: number, type: FloatLane): number | null {
  f64[0] = value;
  const isPowerOfTwo = (bits[0]! & 0xf_ffff_ffff_ffffn) === 0n;
  const reciprocal = 1 / value;
  if (!isPowerOfTwo || !Number.isFinite(value) || !Number.isFinite(reciprocal)) return null;
  return type === "f64" || Math.fround(reciprocal) === reciprocal ? reciprocal : null;
}

function simplifyIntegers(make: Maker, op: BinaryOperation, x: Node, y: Node, type: IntegerLane): Node | null {
  const constant = (value: bigint): Node => make.constant(type, type === "i32" ? Number(value) : value);
  if (x === y) {
    if (op === "sub" || op === "xor") return constant(0n);
    if (op === "and" || op === "or") return x;
  }
  if (y.kind !== "constant") return null;
  const value = BigInt(y.value);
  const width = type === "i32" ? 32 : 64;
  if (leavesAsIs(op, value, width)) return x;
  if (value === 0n && (op === "mul" || op === "and")) return constant(0n);
  if (value === -1n && op === "or") return constant(-1n);
  if ((value === 1n || (value === -1n && op === "rem_s")) && op.startsWith("rem")) return constant(0n);
  const magnitude = BigInt.asUintN(width, value);
  const power = powerOfTwo(magnitude);
  if (power === null) return null;
  switch (op) {
    case "mul":
      return make.binary("shl", x, constant(power));
    case "div_u":
      return make.binary("shr_u", x, constant(power));
    case "rem_u":
      return make.binary("and", x, constant(magnitude - 1n));
    default:
      return null;
  }
}

/** Whether an operation with this number leaves any integer as it is. */
function leavesAsIs(op: BinaryOperation, value: bigint, width: 32 | 64): boolean {
  switch (op) {
    case "add":
    case "sub":
    case "or":
    case "xor":
      return value === 0n;
    case "mul":
    case "div_s":
    case "div_u":
      return value === 1n;
    case "and":
      return value === -1n;
    case "shl":
    case "shr_s":
    case "shr_u":
      return BigInt.asUintN(width, value) % BigInt(width) === 0n;
    default:
      return false;
  }
}

/** The exponent of a power of two, or null. */
function powerOfTwo(value: bigint): bigint | null {
  return value > 0n && (value & (value - 1n)) === 0n ? BigInt(value.toString(2).length - 1) : null;
}

/** The same with both sides exchanged, so that `a > b` and `b < a` are one node. */
const EXCHANGED: Readonly<Partial<Record<ComparisonOperation, ComparisonOperation>>> = {
  gt: "lt",
  ge: "le",
  gt_s: "lt_s",
  gt_u: "lt_u",
  ge_s: "le_s",
  ge_u: "le_u",
};

export function simplifyComparison(make: Maker, op: ComparisonOperation, a: Node, b: Node): Node | null {
  const exchanged = EXCHANGED[op];
  if (exchanged !== undefined) return make.comparison(exchanged, b, a);
  // A float may be a NaN, which is not even equal to itself.
  if (a !== b || (a.type !== "i32" && a.type !== "i64")) return null;
  return make.constant("bool", op === "eq" || op.startsWith("le"));
}

export function simplifySelect(make: Maker, condition: Node, yes: Node, no: Node): Node | null {
  if (yes === no) return yes;
  if (condition.kind === "constant") return condition.value === true ? yes : no;
  const opposite = argumentOf(condition, "not");
  if (opposite !== null) return make.select(opposite, no, yes);
  if (yes.kind !== "constant" || no.kind !== "constant" || yes.type !== "bool") return null;
  // Of two constants that differ.
  return yes.value === true ? condition : make.unary("not", condition);
}

export function simplifyConversion(make: Maker, op: Conversion, a: Node, to: LaneType): Node | null {
  if (a.kind !== "conversion") return null;
  const [x] = a.args;
  switch (op) {
    case "wrap":
      return a.op === "extend_s" || a.op === "extend_u" ? x : null;
    case "to_bool":
      return a.op === "from_bool" ? x : null;
    case "reinterpret":
      // Not so the other way: of an integer's bits that are a NaN, those of another may come back.
      return a.op === "reinterpret" && (to === "f32" || to === "f64") ? x : null;
    case "demote":
      if (a.op === "promote") return x;
      // A number of 32 bits is exact in f64.
      return (a.op === "convert_s" || a.op === "convert_u") && x.type === "i32" ? make.convert(a.op, x, "f32") : null;
    case "convert_s":
    case "convert_u":
      if (a.op === "extend_u") return make.convert("convert_u", x, to);
      return a.op === "extend_s" && op === "convert_s" ? make.convert("convert_s", x, to) : null;
    default:
      return null;
  }
}

/** What `op` is applied to, where a node is such an operation; else null. */
function argumentOf(node: Node, op: UnaryOperation): Node | null {
  return node.kind === "unary" && node.op === op ? node.args[0] : null;
}
