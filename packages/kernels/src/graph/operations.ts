/**
 * The operations that kernels are made of in the end: of one lane each, with types that are written out.
 *
 * A graph of these (`graph.ts`) is what an emitter turns into code and what the interpreter runs. They are few, and each
 * means the same on every machine, to the last bit: mathematics, rounding to small types and the rules of dtypes are
 * expanded to them beforehand. Nothing here knows of WebAssembly, though each is an instruction or a few there.
 *
 * Types of lanes: `bool`, `i32`, `i64`, `f32`, `f64`. Integers have no sign; operations have (`_s`, `_u`).
 *
 * One NaN is as good as another: neither its sign nor its payload is kept or compared, by no operation. Only
 * `reinterpret` to an integer and the second argument of `copysign` could tell them apart; there some NaN's bits, or
 * some sign, come out, which may differ between machines. An expansion that looks at bits selects NaNs away first.
 *
 * Sources: IEEE 754-2019; the WebAssembly specification, "Numerics", whose names these are.
 *
 * @module
 */

/** What one lane holds. */
export type LaneType = "bool" | "i32" | "i64" | "f32" | "f64";

export type IntegerLane = "i32" | "i64";
export type FloatLane = "f32" | "f64";

/**
 * Two floats to one, rounded to nearest, ties to even. `min` and `max` are NaN if one is, and take -0 for less than +0.
 */
export const FLOAT_BINARY = ["add", "sub", "mul", "div", "min", "max", "copysign"] as const;

/** One float to one. `nearest` rounds to an integer, ties to even. `neg`, `abs` and `copysign` change the sign bit alone. */
export const FLOAT_UNARY = ["sqrt", "abs", "neg", "ceil", "floor", "trunc", "nearest"] as const;

/**
 * Two integers to one, modulo 2^32 or 2^64. Division truncates; by zero it gives 0, and the remainder is 0; the least
 * number divided by -1 gives itself, with remainder 0. A shift's count is taken modulo the width.
 */
export const INTEGER_BINARY = [
  "add",
  "sub",
  "mul",
  "div_s",
  "div_u",
  "rem_s",
  "rem_u",
  "and",
  "or",
  "xor",
  "shl",
  "shr_s",
  "shr_u",
] as const;

/** Two bools to one. */
export const BOOL_BINARY = ["and", "or", "xor"] as const;

/** Two floats to a bool. With a NaN all are false, but `ne`. */
export const FLOAT_COMPARISON = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

/** Two integers to a bool. */
export const INTEGER_COMPARISON = ["eq", "ne", "lt_s", "lt_u", "le_s", "le_u", "gt_s", "gt_u", "ge_s", "ge_u"] as const;

/**
 * One type to another.
 *
 * - `extend_s`, `extend_u`: i32 to i64. `wrap`: i64 to i32, the lower half.
 * - `convert_s`, `convert_u`: an integer to a float, rounded to nearest, ties to even.
 * - `trunc_sat_s`, `trunc_sat_u`: a float to an integer, toward zero; the nearest there is beyond the range; 0 for NaN.
 * - `promote`: f32 to f64. `demote`: f64 to f32, rounded to nearest, ties to even.
 * - `reinterpret`: the same bits, i32 and f32, i64 and f64; of a NaN, the bits of any NaN.
 * - `to_bool`: an i32 or i64 that is not 0. `from_bool`: 0 or 1.
 */
export const CONVERSIONS = [
  "extend_s",
  "extend_u",
  "wrap",
  "convert_s",
  "convert_u",
  "trunc_sat_s",
  "trunc_sat_u",
  "promote",
  "demote",
  "reinterpret",
  "to_bool",
  "from_bool",
] as const;

/** The types that each conversion leads from, and to. */
export const CONVERSION_TYPES = {
  extend_s: [["i32", "i64"]],
  extend_u: [["i32", "i64"]],
  wrap: [["i64", "i32"]],
  convert_s: [
    ["i32", "f32"],
    ["i32", "f64"],
    ["i64", "f32"],
    ["i64", "f64"],
  ],
  convert_u: [
    ["i32", "f32"],
    ["i32", "f64"],
    ["i64", "f32"],
    ["i64", "f64"],
  ],
  trunc_sat_s: [
    ["f32", "i32"],
    ["f32", "i64"],
    ["f64", "i32"],
    ["f64", "i64"],
  ],
  trunc_sat_u: [
    ["f32", "i32"],
    ["f32", "i64"],
    ["f64", "i32"],
    ["f64", "i64"],
  ],
  promote: [["f32", "f64"]],
  demote: [["f64", "f32"]],
  reinterpret: [
    ["i32", "f32"],
    ["f32", "i32"],
    ["i64", "f64"],
    ["f64", "i64"],
  ],
  to_bool: [
    ["i32", "bool"],
    ["i64", "bool"],
  ],
  from_bool: [
    ["bool", "i32"],
    ["bool", "i64"],
  ],
} as const;

export type FloatBinary = (typeof FLOAT_BINARY)[number];
export type FloatUnary = (typeof FLOAT_UNARY)[number];
export type IntegerBinary = (typeof INTEGER_BINARY)[number];
export type BoolBinary = (typeof BOOL_BINARY)[number];
export type UnaryOperation = FloatUnary | "not";
export type BinaryOperation = FloatBinary | IntegerBinary | BoolBinary;
export type FloatComparison = (typeof FLOAT_COMPARISON)[number];
export type IntegerComparison = (typeof INTEGER_COMPARISON)[number];
export type ComparisonOperation = FloatComparison | IntegerComparison;
export type Conversion = (typeof CONVERSIONS)[number];
