/**
 * What a kernel's function says, before dtypes are known: expressions of elements, parameters and literals.
 *
 * A function is read into a program once (`language/`); for each combination of dtypes the program is then typed by
 * NumPy's rules and expanded to a graph of primitive operations (`graph/`).
 *
 * Statements are gone: variables are the expressions that they hold, branches are selects, and loops carry what they
 * change. One expression may occur in several places, as the same object.
 *
 * @module
 */

/** An element of the operand, or one beside it: `shift` elements along each axis, for stencils. Empty: none. */
export interface OperandExpression {
  readonly kind: "operand";
  readonly operand: number;
  readonly shift: readonly number[];
}

/** A number or bool of the call, by its name in the function's last parameter. */
export interface ParameterExpression {
  readonly kind: "parameter";
  readonly name: string;
}

/** The index of the element along an axis, counted from the first; negative from the last. */
export interface IndexExpression {
  readonly kind: "index";
  readonly axis: number;
}

/** A literal: of NEP 50's weak types. A number that was written without a fraction is still one of float64's numbers. */
export interface LiteralExpression {
  readonly kind: "literal";
  readonly value: number | bigint | boolean;
}

/** A function of NumPy's, or one of JavaScript's that NumPy hasn't, by its name in {@link FUNCTIONS}. */
export interface CallExpression {
  readonly kind: "call";
  readonly name: FunctionName;
  readonly args: readonly Expression[];
}

/**
 * The second where the first, a bool, is true, else the third. Nothing has an effect, so both may be computed: a loop on
 * one side only has it in its own condition whether that side is taken.
 */
export interface SelectExpression {
  readonly kind: "select";
  readonly args: readonly [Expression, Expression, Expression];
}

/** What a loop changes, as its condition and its body see it. */
export interface CarriedExpression {
  readonly kind: "carried";
  readonly loop: LoopKey;
  readonly slot: number;
}

/** What a loop has left in a slot. */
export interface LoopResultExpression {
  readonly kind: "loop-result";
  readonly loop: LoopExpression;
  readonly slot: number;
}

/** Tells loops apart: compared by identity. */
export interface LoopKey {
  /** Where it begins in the source, for errors: line from 1, column from 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * A loop: while `condition`, a bool, holds, the slots become `next`, all at once. A slot that nobody looks at before a round
 * has given it a value begins with false, and so has the type of whatever comes.
 */
export interface LoopExpression {
  readonly key: LoopKey;
  readonly initial: readonly Expression[];
  readonly condition: Expression;
  readonly next: readonly Expression[];
}

export type Expression =
  | OperandExpression
  | ParameterExpression
  | IndexExpression
  | LiteralExpression
  | CallExpression
  | SelectExpression
  | CarriedExpression
  | LoopResultExpression;

/** What stands for a parameter that a call doesn't give. */
export type ParameterDefaults = ReadonlyMap<string, number | bigint | boolean>;

/** What a function computes for each element: one expression for each output. */
export interface Program {
  /** The names of the operands, in order: errors and `explain()` use them. */
  readonly operands: readonly string[];
  /** The names of the parameters that it uses. */
  readonly parameters: readonly string[];
  /** Those too that its function names and doesn't use. */
  readonly named: readonly string[];
  /** For those of the parameters that have one. */
  readonly defaults: ParameterDefaults;
  readonly outputs: readonly Expression[];
  /** How the function gives its outputs: the one by itself, an array of them, or an object with these names. */
  readonly returns: "value" | "array" | readonly string[];
}

/**
 * The functions that expressions call, and how many arguments each takes. Names are NumPy's where NumPy has the
 * function; what follows them is JavaScript's, with JavaScript's meaning.
 */
export const FUNCTIONS = {
  // Arithmetic. `divide` is true division; `remainder` has the divisor's sign, `fmod` (JavaScript's %) the dividend's.
  add: 2,
  subtract: 2,
  multiply: 2,
  divide: 2,
  floor_divide: 2,
  remainder: 2,
  fmod: 2,
  power: 2,
  negative: 1,
  positive: 1,
  absolute: 1,
  sign: 1,
  reciprocal: 1,
  square: 1,
  // Comparison and logic.
  equal: 2,
  not_equal: 2,
  less: 2,
  less_equal: 2,
  greater: 2,
  greater_equal: 2,
  logical_and: 2,
  logical_or: 2,
  logical_xor: 2,
  logical_not: 1,
  // Integers' own.
  gcd: 2,
  lcm: 2,
  bitwise_count: 1,
  // Bits of integers and bools. A shift by the width or more leaves nothing but the sign.
  bitwise_and: 2,
  bitwise_or: 2,
  bitwise_xor: 2,
  invert: 1,
  left_shift: 2,
  right_shift: 2,
  // Extremes: `minimum` and `maximum` give NaN if one is, `fmin` and `fmax` the other.
  minimum: 2,
  maximum: 2,
  fmin: 2,
  fmax: 2,
  // Rounding: `rint` to even.
  floor: 1,
  ceil: 1,
  trunc: 1,
  rint: 1,
  // Exponentials, logarithms, powers.
  exp: 1,
  exp2: 1,
  expm1: 1,
  log: 1,
  log2: 1,
  log10: 1,
  log1p: 1,
  sqrt: 1,
  cbrt: 1,
  hypot: 2,
  // Trigonometric and hyperbolic.
  sin: 1,
  cos: 1,
  tan: 1,
  arcsin: 1,
  arccos: 1,
  arctan: 1,
  arctan2: 2,
  sinh: 1,
  cosh: 1,
  tanh: 1,
  arcsinh: 1,
  arccosh: 1,
  arctanh: 1,
  // Floats' own.
  isnan: 1,
  isfinite: 1,
  isinf: 1,
  signbit: 1,
  copysign: 2,
  // Complex numbers.
  conjugate: 1,
  real: 1,
  imag: 1,
  angle: 1,
  complex: 2,
  // JavaScript's. `js_round` is Math.round (halves up), `js_power` its power (NaN for 1 to the power of NaN or Infinity),
  // `js_minimum` and `js_maximum` take -0 for less than 0, where NumPy takes the second of two equal numbers.
  js_round: 1,
  js_power: 2,
  js_minimum: 2,
  js_maximum: 2,
  fround: 1,
  // Its operators on bits take floats for 32-bit integers, modulo 2^32, and integers as they are; a shift's count is taken
  // modulo the width. `clz32` and `imul` are of 32-bit integers whatever they are given.
  clz32: 1,
  imul: 2,
  js_bitwise_and: 2,
  js_bitwise_or: 2,
  js_bitwise_xor: 2,
  js_invert: 1,
  js_left_shift: 2,
  js_right_shift: 2,
  unsigned_right_shift: 2,
  to_int32: 1,
  to_uint32: 1,
  // JavaScript's conversions. `to_boolean`: neither 0 nor NaN. `to_numeric`, of what arithmetic takes: a bool as a weak 0
  // or 1, all else as it is. `to_number`: the same, and 64-bit integers as float64.
  to_boolean: 1,
  to_numeric: 1,
  to_number: 1,
} as const;

export type FunctionName = keyof typeof FUNCTIONS;
