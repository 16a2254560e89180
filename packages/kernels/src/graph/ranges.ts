/**
 * Between which numbers a node's value lies, whatever the operands hold: so that an expansion leaves out what is never
 * needed, and code is written in narrower lanes.
 *
 * Ranges are never too narrow, and often wider than they need be. Bounds of floats are moved apart after each operation by
 * more than it rounds. Only 32-bit integers and floats have any.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { BinaryNode, ConversionNode, Node, UnaryNode } from "./graph.ts";
import type { BinaryOperation } from "./operations.ts";

/** Of an i32 as a signed number; of a float with its infinities. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Whether it may be no number. */
  readonly isNaN: boolean;
}

/** The range of every 32-bit integer. */
const INTEGERS: Range = integers(-(2 ** 31), 2 ** 31 - 1);

const FLOATS: Range = { min: -Infinity, max: Infinity, isNaN: true };

const LOADED: { readonly [D in DType]?: Range } = {
  int8: integers(-128, 127),
  uint8: integers(0, 255),
  int16: integers(-32_768, 32_767),
  uint16: integers(0, 65_535),
  float16: integers(0, 65_535),
};

/** More than one operation rounds, beside the number itself and for the smallest ones. */
const ROUNDING = { f32: [2 ** -22, 2 ** -140], f64: [2 ** -50, 2 ** -1060] } as const;

/** How far down is looked: beyond, nothing is known. */
const DEPTH_MAX = 32;

/** What was found out of nodes: they never change. */
const known = new WeakMap<Node, Range | null>();

/** Finds a node's range; null for types that have none. @param operands - of the graph, or of its builder */
export function rangeOf(node: Node, operands: readonly DType[], depth: number = DEPTH_MAX): Range | null {
  const found = known.get(node);
  if (found !== undefined) return found;
  const widest = node.type === "i32" ? INTEGERS : node.type === "f32" || node.type === "f64" ? FLOATS : null;
  if (widest === null) return null;
  // Where the way down ends here, it need not from elsewhere.
  if (depth === 0) return widest;
  const argument = (arg: Node): Range => rangeOf(arg, operands, depth - 1) ?? INTEGERS;
  const range = ownRange(node, operands, argument) ?? widest;
  known.set(node, range);
  return range;
}

/** Whether all values of a node lie from the one number to the other. */
export function liesWithin(node: Node, operands: readonly DType[], min: number, max: number): boolean {
  const range = rangeOf(node, operands);
  return range !== null && !range.isNaN && range.min >= min && range.max <= max;
}

/** Null: any. */
function ownRange(node: Node, operands: readonly DType[], argument: (arg: Node) => Range): Range | null {
  switch (node.kind) {
    case "constant": {
      const value = Number(node.value);
      return Number.isNaN(value) ? null : { min: value, max: value, isNaN: false };
    }
    case "load":
      return LOADED[operands[node.operand]!] ?? null;
    case "select": {
      const [yes, no] = [argument(node.args[1]), argument(node.args[2])];
      return { min: Math.min(yes.min, no.min), max: Math.max(yes.max, no.max), isNaN: yes.isNaN || no.isNaN };
    }
    case "unary":
      return node.type === "i32" ? null : unaryRange(node, argument(node.args[0]));
    case "binary": {
      const [a, b] = [argument(node.args[0]), argument(node.args[1])];
      return node.type === "i32" ? integerRange(node.op, a, b) : floatRange(node, a, b);
    }
    case "conversion":
      return conversionRange(node, argument);
    default:
      return null;
  }
}

function integers(min: number, max: number): Range {
  return { min, max, isNaN: false };
}

/** What of 32 bits an exact result is: any, where it may lie outside of them. */
function wrapping(...ends: readonly number[]): Range | null {
  const range = integers(Math.min(...ends), Math.max(...ends));
  return range.min >= INTEGERS.min && range.max <= INTEGERS.max ? range : null;
}

function integerRange(op: BinaryOperation, a: Range, b: Range): Range | null {
  const isPositive = a.min >= 0 && b.min >= 0;
  switch (op) {
    case "add":
      return wrapping(a.min + b.min, a.max + b.max);
    case "sub":
      return wrapping(a.min - b.max, a.max - b.min);
    case "mul":
      return wrapping(a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max);
    case "and":
      if (isPositive) return integers(0, Math.min(a.max, b.max));
      return a.min >= 0 ? integers(0, a.max) : b.min >= 0 ? integers(0, b.max) : null;
    case "or":
    case "xor":
      return isPositive ? integers(0, 2 ** (32 - Math.clz32(a.max | b.max)) - 1) : null;
    default:
      return b.min === b.max ? shiftRange(op, a, b.max & 31) : null;
  }
}

function shiftRange(op: BinaryOperation, a: Range, count: number): Range | null {
  switch (op) {
    case "shl":
      return wrapping(a.min * 2 ** count, a.max * 2 ** count);
    case "shr_s":
      return integers(a.min >> count, a.max >> count);
    case "shr_u":
      if (a.min >= 0) return integers(a.min >> count, a.max >> count);
      return count === 0 ? a : integers(0, 2 ** (32 - count) - 1);
    default:
      return null;
  }
}

/** Moves bounds apart by what rounding may do, but not over 0: the sign of what is rounded stays. */
function rounded({ type }: Node, min: number, max: number, isNaN: boolean): Range {
  if (Number.isNaN(min) || Number.isNaN(max)) return FLOATS;
  const [relative, absolute] = ROUNDING[type as "f32" | "f64"];
  const lower = min - Math.abs(min) * relative - absolute;
  const upper = max + Math.abs(max) * relative + absolute;
  const limit = type === "f32" ? 2 ** 127 : 2 ** 1023;
  return {
    min: lower < -limit ? -Infinity : min >= 0 ? Math.max(lower, 0) : lower,
    max: upper > limit ? Infinity : max <= 0 ? Math.min(upper, 0) : upper,
    isNaN,
  };
}

function floatRange(node: BinaryNode, a: Range, b: Range): Range | null {
  const isFinite = [a.min, a.max, b.min, b.max].every(Number.isFinite);
  const isNaN = a.isNaN || b.isNaN;
  switch (node.op) {
    case "min":
      return { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max), isNaN };
    case "max":
      return { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max), isNaN };
    case "copysign": {
      const most = Math.max(Math.abs(a.min), Math.abs(a.max));
      return { min: -most, max: most, isNaN: a.isNaN };
    }
    default:
  }
  // Infinities may give what is no number.
  if (!isFinite) return null;
  switch (node.op) {
    case "add":
      return rounded(node, a.min + b.min, a.max + b.max, isNaN);
    case "sub":
      return rounded(node, a.min - b.max, a.max - b.min, isNaN);
    case "mul":
    case "div": {
      if (node.op === "div" && b.min <= 0 && b.max >= 0) return null;
      const of = (x: number, y: number): number => (node.op === "mul" ? x * y : x / y);
      const ends = [of(a.min, b.min), of(a.min, b.max), of(a.max, b.min), of(a.max, b.max)];
      return rounded(node, Math.min(...ends), Math.max(...ends), isNaN);
    }
    default:
      return null;
  }
}

function unaryRange(node: UnaryNode, { min, max, isNaN }: Range): Range | null {
  switch (node.op) {
    case "abs":
      return { min: min > 0 ? min : max < 0 ? -max : 0, max: Math.max(-min, max), isNaN };
    case "neg":
      return { min: -max, max: -min, isNaN };
    case "sqrt":
      return min >= 0 ? rounded(node, Math.sqrt(min), Math.sqrt(max), isNaN) : null;
    case "ceil":
      return { min: Math.ceil(min), max: Math.ceil(max), isNaN };
    case "floor":
      return { min: Math.floor(min), max: Math.floor(max), isNaN };
    case "trunc":
      return { min: Math.trunc(min), max: Math.trunc(max), isNaN };
    case "nearest":
      return { min: Math.floor(min), max: Math.ceil(max), isNaN };
    default:
      return null;
  }
}

function conversionRange(node: ConversionNode, argument: (arg: Node) => Range): Range | null {
  const [source] = node.args;
  switch (node.op) {
    case "from_bool":
      return integers(0, 1);
    case "convert_s":
    case "convert_u": {
      if (source.type !== "i32") return null;
      const { min, max } = argument(source);
      if (node.op === "convert_s" || min >= 0) return rounded(node, min, max, false);
      return rounded(node, 0, 2 ** 32, false);
    }
    case "trunc_sat_s": {
      if (node.type !== "i32") return null;
      const { min, max, isNaN } = argument(source);
      const end = (value: number): number => Math.min(Math.max(Math.trunc(value), INTEGERS.min), INTEGERS.max);
      const [lower, upper] = [end(min), end(max)];
      return isNaN ? integers(Math.min(lower, 0), Math.max(upper, 0)) : integers(lower, upper);
    }
    case "promote":
      return argument(source);
    case "demote": {
      const { min, max, isNaN } = argument(source);
      return rounded(node, min, max, isNaN);
    }
    default:
      return null;
  }
}
