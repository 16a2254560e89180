/**
 * What a kernel's text may name without being given it: `Math`, `Number`, and the constants of numbers.
 *
 * @module
 */
import type { Expression, FunctionName } from "../expression/expression.ts";
import type { ExpressionBuilder } from "./builder.ts";
import { type BuiltinValue, type NamespaceValue, UNDEFINED, type Value } from "./values.ts";

type Apply = (builder: ExpressionBuilder, ...args: readonly Expression[]) => Expression;

/** Functions of `Math` that are one function of expressions, of as many arguments. */
const MATH: Readonly<Record<string, readonly [name: FunctionName, arity: 1 | 2]>> = {
  abs: ["absolute", 1],
  acos: ["arccos", 1],
  acosh: ["arccosh", 1],
  asin: ["arcsin", 1],
  asinh: ["arcsinh", 1],
  atan: ["arctan", 1],
  atan2: ["arctan2", 2],
  atanh: ["arctanh", 1],
  cbrt: ["cbrt", 1],
  ceil: ["ceil", 1],
  clz32: ["clz32", 1],
  cos: ["cos", 1],
  cosh: ["cosh", 1],
  exp: ["exp", 1],
  expm1: ["expm1", 1],
  floor: ["floor", 1],
  fround: ["fround", 1],
  imul: ["imul", 2],
  log: ["log", 1],
  log10: ["log10", 1],
  log1p: ["log1p", 1],
  log2: ["log2", 1],
  round: ["js_round", 1],
  sin: ["sin", 1],
  sinh: ["sinh", 1],
  sqrt: ["sqrt", 1],
  tan: ["tan", 1],
  tanh: ["tanh", 1],
  trunc: ["trunc", 1],
};

const CONSTANTS = ["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"] as const;

const NUMBER_CONSTANTS = [
  "EPSILON",
  "MAX_SAFE_INTEGER",
  "MAX_VALUE",
  "MIN_SAFE_INTEGER",
  "MIN_VALUE",
  "NaN",
  "NEGATIVE_INFINITY",
  "POSITIVE_INFINITY",
] as const;

/** A function that takes numbers: a bool is taken for one. */
function ofNumbers(name: string, min: number, max: number, apply: Apply): BuiltinValue {
  return {
    kind: "builtin",
    name,
    arity: [min, max],
    apply: (builder, args) => apply(builder, ...args.map((arg) => builder.numeric(arg))),
  };
}

/** `Math.max` and its kin: from two to many, one after the other. */
function ofMany(name: string, functionName: FunctionName, ofNone: number, ofOne?: FunctionName): BuiltinValue {
  return ofNumbers(name, 0, Infinity, (builder, first, ...others) => {
    if (first === undefined) return builder.literal(ofNone);
    if (others.length === 0) return ofOne === undefined ? first : builder.call(ofOne, first);
    return others.reduce((value, other) => builder.call(functionName, value, other), first);
  });
}

/** `base ** exponent`. NumPy's power differs from JavaScript's only in powers of 1 and of -1. */
export function power(builder: ExpressionBuilder, base: Expression, exponent: Expression): Expression {
  const isFinite = exponent.kind === "literal" && Number.isFinite(Number(exponent.value));
  const isOther = base.kind === "literal" && Math.abs(Number(base.value)) !== 1;
  return builder.call(isFinite || isOther ? "power" : "js_power", base, exponent);
}

/** NumPy's sign of -0 is 0, JavaScript's is -0. */
function sign(builder: ExpressionBuilder, value: Expression): Expression {
  return builder.select(builder.call("equal", value, builder.literal(0)), value, builder.call("sign", value));
}

function isInteger(builder: ExpressionBuilder, value: Expression): Expression {
  const isWhole = builder.call("equal", builder.call("trunc", value), value);
  return builder.and(builder.call("isfinite", value), isWhole);
}

function isSafeInteger(builder: ExpressionBuilder, value: Expression): Expression {
  const limit = builder.literal(Number.MAX_SAFE_INTEGER);
  return builder.and(isInteger(builder, value), builder.call("less_equal", builder.call("absolute", value), limit));
}

/** Of `Number`: what is no number to begin with is neither NaN, nor finite, nor an integer. */
function ofNumberOnly(
  name: string,
  apply: (builder: ExpressionBuilder, value: Expression) => Expression,
): BuiltinValue {
  return {
    kind: "builtin",
    name,
    arity: [1, 1],
    apply: (builder, [value]) =>
      builder.kindOf(value!) === "boolean" ? builder.false : apply(builder, builder.numeric(value!)),
  };
}

function isNaNOf(builder: ExpressionBuilder, value: Expression): Expression {
  return builder.call("isnan", value);
}

function isFiniteOf(builder: ExpressionBuilder, value: Expression): Expression {
  return builder.call("isfinite", value);
}

const TO_BOOLEAN: BuiltinValue = {
  kind: "builtin",
  name: "Boolean",
  arity: [1, 1],
  apply: (builder, [value]) => builder.truth(value!),
};

const TO_NUMBER: BuiltinValue = {
  kind: "builtin",
  name: "Number",
  arity: [1, 1],
  apply: (builder, [value]) => builder.call("to_number", value!),
};

function literal(value: number): Expression {
  return { kind: "literal", value };
}

const FUNCTIONS_OF_MATH: readonly (readonly [string, BuiltinValue])[] = [
  ...Object.entries(MATH).map(
    ([name, [functionName, arity]]) =>
      [
        name,
        ofNumbers(`Math.${name}`, arity, arity, (builder, ...args) => builder.call(functionName, ...args)),
      ] as const,
  ),
  ["pow", ofNumbers("Math.pow", 2, 2, (builder, base, exponent) => power(builder, base, exponent))],
  ["sign", ofNumbers("Math.sign", 1, 1, (builder, value) => sign(builder, value))],
  ["max", ofMany("Math.max", "js_maximum", -Infinity)],
  ["min", ofMany("Math.min", "js_minimum", Infinity)],
  ["hypot", ofMany("Math.hypot", "hypot", 0, "absolute")],
];

/** The functions of `Math` that are given as kernels themselves, by what they are. */
export const MATH_FUNCTIONS: ReadonlyMap<unknown, BuiltinValue> = new Map(
  FUNCTIONS_OF_MATH.map(([name, value]) => [Math[name as keyof Math], value] as const),
);

const MATH_MEMBERS: readonly (readonly [string, Value])[] = [
  ...FUNCTIONS_OF_MATH,
  ...CONSTANTS.map((name) => [name, literal(Math[name])] as const),
];

const NUMBER_MEMBERS: readonly (readonly [string, Value])[] = [
  ...NUMBER_CONSTANTS.map((name) => [name, literal(Number[name])] as const),
  ["isNaN", ofNumberOnly("Number.isNaN", isNaNOf)],
  ["isFinite", ofNumberOnly("Number.isFinite", isFiniteOf)],
  ["isInteger", ofNumberOnly("Number.isInteger", isInteger)],
  ["isSafeInteger", ofNumberOnly("Number.isSafeInteger", isSafeInteger)],
];

const MATH_NAMESPACE: NamespaceValue = { kind: "namespace", name: "Math", members: new Map(MATH_MEMBERS) };

const NUMBER_NAMESPACE: NamespaceValue = {
  kind: "namespace",
  name: "Number",
  members: new Map(NUMBER_MEMBERS),
  call: TO_NUMBER,
};

/** Globals that are taken for what they are. Literals among them are of no builder: it makes its own of them. */
export const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["Math", MATH_NAMESPACE],
  ["Number", NUMBER_NAMESPACE],
  ["Boolean", TO_BOOLEAN],
  ["NaN", literal(NaN)],
  ["Infinity", literal(Infinity)],
  ["undefined", UNDEFINED],
  ["isNaN", ofNumbers("isNaN", 1, 1, (builder, value) => isNaNOf(builder, value))],
  ["isFinite", ofNumbers("isFinite", 1, 1, (builder, value) => isFiniteOf(builder, value))],
]);
