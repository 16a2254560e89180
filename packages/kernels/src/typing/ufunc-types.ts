/**
 * Which dtypes each function computes in, and gives: NumPy's type resolution.
 *
 * A ufunc has loops, each for some dtypes, and takes the first that its inputs can be cast to safely. So the order of a
 * list counts: ints for hypot become float16, float32 or float64 by their width.
 *
 * Source: `numpy.ufunc.types` of NumPy 2.4, and its resolvers for division, comparison and subtraction.
 *
 * @module
 */
import { type DType, DTypeError } from "@instride/core";
import type { FunctionName } from "../expression/expression.ts";
import { bitsOf, canCast, isInteger, isWeak, kindOf, resultType, type ValueType, withWeak } from "./promotion.ts";

const BOOL = ["bool"] as const;
const INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const;
const FLOATS = ["float16", "float32", "float64"] as const;
const COMPLEX = ["complex64", "complex128"] as const;

const NUMBERS = [...INTEGERS, ...FLOATS, ...COMPLEX] as const;
const REALS = [...INTEGERS, ...FLOATS] as const;
const ALL = [...BOOL, ...NUMBERS] as const;
const ALL_REALS = [...BOOL, ...REALS] as const;
const BITS = [...BOOL, ...INTEGERS] as const;
const INEXACT = [...FLOATS, ...COMPLEX] as const;

/** The dtype of a function's values, by that of the loop. */
type ResultOf = (loop: DType) => DType;

const same: ResultOf = (loop) => loop;
const bool: ResultOf = () => "bool";
const real: ResultOf = (loop) => partOf(loop);

/** The dtype of a complex number's parts; of any other itself. */
export function partOf(dtype: DType): DType {
  if (dtype === "complex64") return "float32";
  return dtype === "complex128" ? "float64" : dtype;
}

function complexOf(dtype: DType): DType {
  return dtype === "float64" ? "complex128" : "complex64";
}

/** The unsigned integer of the same width; of anything else itself. */
export function unsignedOf(dtype: DType): DType {
  return kindOf(dtype) === "signed" ? (`u${dtype}` as DType) : dtype;
}

/** An integer where the loop is of one, else the number of the loop's own kind. */
function integerOr(dtype: DType): ResultOf {
  return (loop) => (kindOf(loop) === "float" ? loop : dtype);
}

interface Loops {
  readonly loops: readonly DType[];
  readonly result: ResultOf;
}

function group(names: readonly FunctionName[], loops: readonly DType[], result: ResultOf = same): Loops & Named {
  return { names, loops, result };
}

interface Named {
  readonly names: readonly FunctionName[];
}

/** Functions of integers as well that are none of theirs: first what NumPy lists. */
const GROUPS: readonly (Loops & Named)[] = [
  group(["add", "multiply", "minimum", "maximum", "fmin", "fmax"], ALL),
  group(["subtract", "negative", "positive", "sign", "square", "reciprocal", "power", "js_power"], NUMBERS),
  group(["conjugate"], NUMBERS),
  group(["divide"], INEXACT),
  group(["floor_divide", "remainder", "fmod"], REALS),
  group(["absolute", "real", "imag"], ALL, real),
  group(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "to_boolean"], ALL, bool),
  group(["logical_and", "logical_or", "logical_xor", "logical_not"], ALL, bool),
  group(["isnan", "isfinite", "isinf"], ALL, bool),
  group(["bitwise_and", "bitwise_or", "bitwise_xor", "invert"], BITS),
  group(["left_shift", "right_shift", "gcd", "lcm"], INTEGERS),
  group(["bitwise_count"], INTEGERS, () => "uint8"),
  group(["floor", "ceil", "trunc"], ALL_REALS),
  group(["rint", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt"], INEXACT),
  group(["sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"], INEXACT),
  group(["arcsinh", "arccosh", "arctanh"], INEXACT),
  group(["cbrt", "hypot", "arctan2", "copysign"], FLOATS),
  group(["signbit"], FLOATS, bool),
  group(["angle"], INEXACT, real),
  group(["complex"], ["float32", "float64"], complexOf),
  group(["js_round", "js_minimum", "js_maximum"], ALL_REALS),
  group(["fround"], FLOATS),
  group(["js_bitwise_and", "js_bitwise_or", "js_bitwise_xor", "js_invert"], ALL_REALS),
  group(["js_left_shift", "js_right_shift"], REALS),
  group(["unsigned_right_shift"], REALS, unsignedOf),
  group(["clz32", "imul"], REALS, integerOr("int32")),
  group(["to_int32"], ALL_REALS, () => "int32"),
  group(["to_uint32"], ALL_REALS, () => "uint32"),
  group(["to_numeric", "to_number"], ALL),
];

const LOOPS: ReadonlyMap<FunctionName, Loops> = new Map(
  GROUPS.flatMap(({ names, ...loops }) => names.map((name) => [name, loops] as const)),
);

/** Bools can be cast to what these take, and are refused all the same: NumPy has other names for what they may mean. */
const NOT_OF_BOOLS: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "subtract",
  "negative",
  "positive",
  "sign",
  "gcd",
  "lcm",
]);

const COMPARISONS: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
]);

/** JavaScript's operators on bits: where they meet integers, numbers without a dtype are taken for such. */
const OPERATORS_ON_BITS: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "js_bitwise_and",
  "js_bitwise_or",
  "js_bitwise_xor",
  "js_left_shift",
  "js_right_shift",
  "unsigned_right_shift",
]);

/** How a function computes values of some dtypes. */
export interface Resolution {
  /** What each argument is cast to. All the same, but for comparisons of signed with unsigned 64-bit integers. */
  readonly inputs: readonly DType[];
  readonly result: DType;
}

/**
 * The loop that a function takes for values of some types; of weak ones, at least one is not.
 *
 * @throws a `DTypeError` where it has none
 */
export function resolveFunction(name: FunctionName, types: readonly ValueType[]): Resolution {
  const weakAsBits = OPERATORS_ON_BITS.has(name) && types.every((type) => isWeak(type) || isInteger(type));
  const dtypes = types.map((type) => (isWeak(type) ? dtypeOfWeak(type, types, weakAsBits) : type));
  const { loops, result } = LOOPS.get(name)!;
  if (COMPARISONS.has(name)) {
    const mixed = mixedComparison(dtypes);
    if (mixed !== null) return { inputs: mixed, result: "bool" };
  }
  const wanted = name === "divide" && dtypes.every((dtype) => kindOf(dtype) === "bool" || isInteger(dtype));
  const loop = wanted ? "float64" : loops.find((dtype) => dtypes.every((from) => canCast(from, dtype)));
  if (loop === undefined || (NOT_OF_BOOLS.has(name) && dtypes.every((dtype) => dtype === "bool")))
    throw refusal(name, types, loops);
  return { inputs: dtypes.map(() => loop), result: result(loop) };
}

/** The dtype that a weak value takes beside others. */
function dtypeOfWeak(type: ValueType, types: readonly ValueType[], asBits: boolean): DType {
  const met = resultType(types.filter((other) => !isWeak(other))) as DType;
  if (asBits || !isWeak(type)) return met;
  // As NumPy has it: all weak values take the dtype of all values together.
  return types.reduce<DType>((dtype, other) => (isWeak(other) ? withWeak(dtype, other) : dtype), met);
}

/** Where a signed integer meets one of uint64 there is no integer for both, but an order of both. */
function mixedComparison([a, b]: readonly DType[]): readonly DType[] | null {
  if (a === undefined || b === undefined || !isInteger(a) || !isInteger(b)) return null;
  if (kindOf(a) === kindOf(b)) return null;
  if (kindOf(a) === "signed" && bitsOf(b) === 64) return ["int64", "uint64"];
  return kindOf(b) === "signed" && bitsOf(a) === 64 ? ["uint64", "int64"] : null;
}

const KINDS_OF_LOOPS: readonly (readonly [dtype: DType, name: string])[] = [
  ["bool", "bools"],
  ["int64", "integers"],
  ["float64", "floats"],
  ["complex128", "complex numbers"],
];

function refusal(name: FunctionName, types: readonly ValueType[], loops: readonly DType[]): DTypeError {
  const taken = KINDS_OF_LOOPS.filter(([dtype]) => loops.includes(dtype)).map(([, kinds]) => kinds);
  return new DTypeError(`cannot compute ${name} of ${types.join(" and ")}: expected ${taken.join(", ")}`);
}

/** Whether a function has a loop for a dtype. */
export function takes(name: FunctionName, dtype: DType): boolean {
  return LOOPS.get(name)!.loops.includes(dtype);
}
