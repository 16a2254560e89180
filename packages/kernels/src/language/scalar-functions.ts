/**
 * What each function of an expression gives for JavaScript's numbers and bools: with constants, and on trial.
 *
 * It is the meaning of a function for operands of float64 and bool, as this engine computes it. How exact mathematics is
 * differs between engines: {@link EXACT} has the functions that are the same on all.
 *
 * @module
 */
import type { FunctionName } from "../expression/expression.ts";

export type Scalar = number | boolean;
type Scalars = readonly [number, number];
type ScalarFunction = (...args: Scalars) => Scalar;

/** Functions of complex numbers take these for what they are: numbers with imaginary part 0. `complex` makes none. */
export const SCALAR_FUNCTIONS: Readonly<Record<FunctionName, ScalarFunction>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  floor_divide: floorDivide,
  remainder,
  fmod: (a, b) => a % b,
  power: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  negative: (a) => -a,
  positive: (a) => a,
  absolute: (a) => Math.abs(a),
  sign: (a) => (a === 0 ? 0 : Math.sign(a)),
  reciprocal: (a) => 1 / a,
  square: (a) => a * a,
  equal: (a, b) => a === b,
  not_equal: (a, b) => a !== b,
  less: (a, b) => a < b,
  less_equal: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greater_equal: (a, b) => a >= b,
  // NumPy's truth: NaN is true.
  logical_and: (a, b) => a !== 0 && b !== 0,
  logical_or: (a, b) => a !== 0 || b !== 0,
  logical_xor: (a, b) => (a !== 0) !== (b !== 0),
  logical_not: (a) => a === 0,
  gcd,
  lcm: (a, b) => (a === 0 || b === 0 ? 0 : Math.abs(a / gcd(a, b)) * Math.abs(b)),
  bitwise_count: bitwiseCount,
  bitwise_and: (a, b) => a & b,
  bitwise_or: (a, b) => a | b,
  bitwise_xor: (a, b) => a ^ b,
  invert: (a) => ~a,
  left_shift: (a, b) => (b < 32 ? a << b : 0),
  right_shift: (a, b) => a >> Math.min(b, 31),
  minimum: (a, b) => (a < b || Number.isNaN(a) ? a : b),
  maximum: (a, b) => (a > b || Number.isNaN(a) ? a : b),
  fmin: (a, b) => (a < b || Number.isNaN(b) ? a : b),
  fmax: (a, b) => (a > b || Number.isNaN(b) ? a : b),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  trunc: (a) => Math.trunc(a),
  rint,
  exp: (a) => Math.exp(a),
  exp2: (a) => 2 ** a,
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log2: (a) => Math.log2(a),
  log10: (a) => Math.log10(a),
  log1p: (a) => Math.log1p(a),
  sqrt: (a) => Math.sqrt(a),
  cbrt: (a) => Math.cbrt(a),
  hypot: (a, b) => Math.hypot(a, b),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  arcsin: (a) => Math.asin(a),
  arccos: (a) => Math.acos(a),
  arctan: (a) => Math.atan(a),
  arctan2: (a, b) => Math.atan2(a, b),
  sinh: (a) => Math.sinh(a),
  cosh: (a) => Math.cosh(a),
  tanh: (a) => Math.tanh(a),
  arcsinh: (a) => Math.asinh(a),
  arccosh: (a) => Math.acosh(a),
  arctanh: (a) => Math.atanh(a),
  isnan: (a) => Number.isNaN(a),
  isfinite: (a) => Number.isFinite(a),
  isinf: (a) => Math.abs(a) === Infinity,
  signbit,
  copysign: (a, b) => (signbit(a) === signbit(b) ? a : -a),
  conjugate: (a) => a,
  real: (a) => a,
  imag: (a) => (Number.isNaN(a) ? NaN : 0),
  angle: (a) => (Number.isNaN(a) ? NaN : signbit(a) ? Math.PI : 0),
  complex: () => NaN,
  js_round: (a) => Math.round(a),
  js_power: (a, b) => a ** b,
  js_minimum: (a, b) => Math.min(a, b),
  js_maximum: (a, b) => Math.max(a, b),
  fround: (a) => Math.fround(a),
  clz32: (a) => Math.clz32(a),
  imul: (a, b) => Math.imul(a, b),
  js_bitwise_and: (a, b) => a & b,
  js_bitwise_or: (a, b) => a | b,
  js_bitwise_xor: (a, b) => a ^ b,
  js_invert: (a) => ~a,
  js_left_shift: (a, b) => a << b,
  js_right_shift: (a, b) => a >> b,
  unsigned_right_shift: (a, b) => a >>> b,
  to_int32: (a) => a | 0,
  to_uint32: (a) => a >>> 0,
  to_boolean: (a) => a !== 0 && !Number.isNaN(a),
  to_numeric: (a) => a,
  to_number: (a) => a,
};

/** The functions that give the same for the same constants in every engine, as IEEE 754 or ECMAScript says exactly. */
export const EXACT: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "add",
  "subtract",
  "multiply",
  "divide",
  "fmod",
  "negative",
  "absolute",
  "sign",
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
  "js_bitwise_and",
  "js_bitwise_or",
  "js_bitwise_xor",
  "js_invert",
  "js_left_shift",
  "js_right_shift",
  "minimum",
  "maximum",
  "floor",
  "ceil",
  "trunc",
  "sqrt",
  "isnan",
  "isfinite",
  "js_round",
  "js_minimum",
  "js_maximum",
  "fround",
  "clz32",
  "imul",
  "unsigned_right_shift",
  "to_int32",
  "to_uint32",
  "to_boolean",
  "to_numeric",
  "to_number",
]);

function signbit(a: number): boolean {
  return a < 0 || Object.is(a, -0);
}

/** The greatest common divisor; of 0 and a number, the number. */
function gcd(a: number, b: number): number {
  return b === 0 || Number.isNaN(b) ? Math.abs(a) : gcd(b, a % b);
}

/** How many bits of an integer's absolute value are set. */
function bitwiseCount(a: number): number {
  let count = 0;
  for (let rest = Math.abs(Math.trunc(a)); rest >= 1 && rest < Infinity; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/** The remainder with the divisor's sign. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return signbit(b) ? -0 : 0;
  return signbit(rest) === signbit(b) ? rest : rest + b;
}

function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  const quotient = (a - rest) / b;
  const whole = rest !== 0 && signbit(rest) !== signbit(b) ? quotient - 1 : quotient;
  if (whole === 0) return signbit(a) === signbit(b) ? 0 : -0;
  const floor = Math.floor(whole);
  return whole - floor > 0.5 ? floor + 1 : floor;
}

/** To the nearest integer, ties to even. */
function rint(a: number): number {
  const floor = Math.floor(a);
  const rest = a - floor;
  if (rest === 0 || !Number.isFinite(a)) return a;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  const nearest = up ? floor + 1 : floor;
  return nearest === 0 && signbit(a) ? -0 : nearest;
}
