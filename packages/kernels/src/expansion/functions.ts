/**
 * What each function is in primitive operations, for each dtype that it has a loop for.
 *
 * Arguments come in the dtype of the loop, in working lanes; what comes out is of the dtype that `typing/` says. A
 * function of float16 computes in f32 and is rounded once, by {@link expandFunction}.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { type FunctionName } from "../expression/expression.ts";
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { kindOf } from "../typing/promotion.ts";
import { bitOperation, type BitOperation, fromInt32, invertBits, leadingZeros, toInt32 } from "./bits.ts";
import { isNonzero, zeroOf } from "./casts.ts";
import { equalParts, extremeParts, isNaNParts, orderedParts } from "./comparisons.ts";
import { multiplyComplex } from "./complex-numbers.ts";
import * as floats from "./floats.ts";
import { roundToHalf } from "./half.ts";
import * as integers from "./integers.ts";
import { complexFunction, realFunction } from "./mathematics.ts";
import type { Parts } from "./parts.ts";

/** One use of a function. */
export interface Site {
  readonly b: GraphBuilder;
  readonly name: FunctionName;
  /** What the arguments are of: of the first, where two differ. */
  readonly dtype: DType;
  readonly inputs: readonly DType[];
  readonly result: DType;
  /** Whether products may be added without having been rounded. */
  readonly relaxed: boolean;
}

type Expansion = (site: Site, ...args: Parts[]) => Parts;

/** By what the arguments are: one expansion for all, or one for each kind of dtype. */
interface OfKinds {
  readonly bool?: OfNodes;
  readonly integer?: OfNodes;
  readonly float?: OfNodes;
  readonly complex?: Expansion;
}

/** Of values of one part. */
type OfNodes = (site: Site, x: Node, y: Node) => Node;

/** The value of a function of arguments in the dtypes that it takes them in. */
export function expandFunction(site: Site, args: readonly Parts[]): Parts {
  const parts = expanded(site, args);
  const isRounded = site.result === "float16" && !EXACT_IN_HALF.has(site.name);
  return isRounded ? [roundToHalf(site.b, parts[0]!)] : parts;
}

function expanded(site: Site, args: readonly Parts[]): Parts {
  const { name, dtype } = site;
  const special = EXPANSIONS[name];
  if (typeof special === "function") return special(site, ...args);
  const kind = kindOf(dtype);
  if (kind === "complex") return special?.complex?.(site, ...args) ?? complexFunction(site, args);
  const nodes = args.map(([node]) => node!);
  const ofKind = kind === "float" || kind === "bool" ? special?.[kind] : special?.integer;
  return [ofKind === undefined ? realFunction(site, nodes) : ofKind(site, nodes[0]!, nodes[1]!)];
}

/** Of numbers of float16 these give such. */
const EXACT_IN_HALF: ReadonlySet<FunctionName> = new Set<FunctionName>([
  "negative",
  "positive",
  "absolute",
  "sign",
  "conjugate",
  "real",
  "imag",
  "minimum",
  "maximum",
  "fmin",
  "fmax",
  "floor",
  "ceil",
  "trunc",
  "rint",
  "copysign",
  "js_minimum",
  "js_maximum",
  "fround",
]);

const first: OfNodes = (_, x) => x;
const same: Expansion = (_, x) => x;

function ring(op: "add" | "sub" | "mul"): OfNodes {
  return ({ b, dtype }, x, y) => integers.ringOperation(b, op, dtype, x, y);
}

/** Part by part. */
function sumOfComplex(op: "add" | "sub"): Expansion {
  return ({ b }, x, y) => x.map((part, place) => b.binary(op, part, y[place]!));
}

function ofInteger(expand: (b: GraphBuilder, dtype: DType, x: Node, y: Node) => Node): OfNodes {
  return ({ b, dtype }, x, y) => expand(b, dtype, x, y);
}

function ofFloat(expand: (b: GraphBuilder, x: Node, y: Node) => Node): OfNodes {
  return ({ b }, x, y) => expand(b, x, y);
}

function ordered(order: "less" | "less_equal", isSwapped: boolean): Expansion {
  return ({ b, inputs }, x, y) =>
    isSwapped ? [orderedParts(b, order, inputs.toReversed(), y, x)] : [orderedParts(b, order, inputs, x, y)];
}

function extreme(which: "minimum" | "maximum", nan: "kept" | "left"): Expansion {
  return ({ b, dtype }, x, y) => extremeParts(b, dtype, which, nan, [x, y]);
}

/** `Math.min` and `Math.max`, which is what the primitive operations are. */
function jsExtreme(which: "minimum" | "maximum"): Expansion {
  return ({ b, dtype }, x, y) => {
    if (kindOf(dtype) !== "float") return extremeParts(b, dtype, which, "kept", [x, y]);
    return [b.binary(which === "minimum" ? "min" : "max", x[0]!, y[0]!)];
  };
}

function truthOf(b: GraphBuilder, parts: Parts): Node {
  return parts.map((node) => isNonzero(b, node)).reduce((a, c) => b.or(a, c));
}

function logic(op: "and" | "or" | "xor"): Expansion {
  return ({ b }, x, y) => [b.binary(op, truthOf(b, x), truthOf(b, y))];
}

function bits(op: BitOperation): Expansion {
  return ({ b, dtype }, [x], [y]) => [bitOperation(b, op, dtype, x!, y!)];
}

function shift(direction: "left" | "right"): Expansion {
  return ({ b, dtype }, [x], [count]) => [integers.shifted(b, direction, dtype, x!, count!)];
}

/** Of integers themselves; of bools as well. */
function rounding(expand: OfNodes): OfKinds {
  return { bool: first, integer: first, float: expand };
}

/** Whether a test of floats holds for any part, or for all. */
function test(expand: (b: GraphBuilder, x: Node) => Node, join: "and" | "or", ofOthers: boolean): Expansion {
  return ({ b, dtype }, x) => {
    if (kindOf(dtype) !== "float" && kindOf(dtype) !== "complex") return [b.bool(ofOthers)];
    return [x.map((part) => expand(b, part)).reduce((a, c) => b.binary(join, a, c))];
  };
}

const power: OfKinds = {
  integer: ofInteger(integers.powerOf),
  float: (site, x, y) => floats.smallPower(site.b, x, y) ?? realFunction(site, [x, y]),
  // JavaScript has no complex numbers, and so no other power of them.
  complex: (site, x, y) => complexFunction({ ...site, name: "power" }, [x, y]),
};

const EXPANSIONS: Readonly<Partial<Record<FunctionName, Expansion | OfKinds>>> = {
  add: {
    bool: ({ b }, x, y) => b.or(x, y),
    integer: ring("add"),
    float: floats.sum,
    complex: sumOfComplex("add"),
  },
  subtract: { integer: ring("sub"), float: floats.difference, complex: sumOfComplex("sub") },
  multiply: {
    bool: ({ b }, x, y) => b.and(x, y),
    integer: ring("mul"),
    float: ofFloat((b, x, y) => b.mul(x, y)),
    complex: ({ b }, x, y) => multiplyComplex(b, x, y),
  },
  divide: { float: ofFloat((b, x, y) => b.div(x, y)) },
  floor_divide: { integer: ofInteger(integers.floorDivide) },
  remainder: { integer: ofInteger(integers.remainderOf) },
  fmod: { integer: ofInteger(integers.fmodOf) },
  power,
  js_power: power,
  negative: {
    integer: ofInteger(integers.negated),
    float: ofFloat((b, x) => b.neg(x)),
    complex: ({ b }, x) => x.map((part) => b.neg(part)),
  },
  positive: same,
  absolute: {
    bool: first,
    integer: ofInteger(integers.magnitude),
    float: ofFloat((b, x) => b.abs(x)),
  },
  sign: {
    integer: ofInteger(integers.signOf),
    float: ofFloat(floats.signOf),
  },
  reciprocal: {
    integer: ofInteger(integers.reciprocalOf),
    float: ofFloat((b, x) => b.div(b.constant(x.type, 1), x)),
  },
  square: {
    integer: ({ b, dtype }, x) => integers.ringOperation(b, "mul", dtype, x, x),
    float: ofFloat((b, x) => b.mul(x, x)),
  },
  equal: ({ b, inputs }, x, y) => [equalParts(b, inputs, x, y)],
  not_equal: ({ b, inputs }, x, y) => [b.not(equalParts(b, inputs, x, y))],
  less: ordered("less", false),
  less_equal: ordered("less_equal", false),
  greater: ordered("less", true),
  greater_equal: ordered("less_equal", true),
  logical_and: logic("and"),
  logical_or: logic("or"),
  logical_xor: logic("xor"),
  logical_not: ({ b }, x) => [b.not(truthOf(b, x))],
  gcd: { integer: ofInteger(integers.gcdOf) },
  lcm: { integer: ofInteger(integers.lcmOf) },
  bitwise_count: { integer: ofInteger(integers.bitCount) },
  bitwise_and: bits("and"),
  bitwise_or: bits("or"),
  bitwise_xor: bits("xor"),
  invert: ({ b, dtype }, [x]) => [invertBits(b, dtype, x!)],
  left_shift: shift("left"),
  right_shift: shift("right"),
  minimum: extreme("minimum", "kept"),
  maximum: extreme("maximum", "kept"),
  fmin: extreme("minimum", "left"),
  fmax: extreme("maximum", "left"),
  floor: rounding(ofFloat((b, x) => b.floor(x))),
  ceil: rounding(ofFloat((b, x) => b.ceil(x))),
  trunc: rounding(ofFloat((b, x) => b.trunc(x))),
  rint: { float: ofFloat((b, x) => b.nearest(x)), complex: ({ b }, x) => x.map((part) => b.nearest(part)) },
  sqrt: { float: ofFloat((b, x) => b.sqrt(x)) },
  isnan: ({ b }, x) => [isNaNParts(b, x)],
  isfinite: test((b, x) => b.lt(b.abs(x), b.constant(x.type, Infinity)), "and", true),
  isinf: test((b, x) => b.eq(b.abs(x), b.constant(x.type, Infinity)), "or", false),
  signbit: { float: ofFloat(floats.signbitOf) },
  copysign: { float: ofFloat(floats.withSignOf) },
  conjugate: ({ b }, [re, im]) => (im === undefined ? [re!] : [re!, b.neg(im)]),
  real: (_, [re]) => [re!],
  imag: ({ b, dtype }, [, im]) => (im === undefined ? zeroOf(b, dtype) : [im]),
  complex: (_, [re], [im]) => [re!, im!],
  angle: {
    float: (site, x) => floats.angleOf(site, x),
  },
  js_round: rounding(ofFloat(floats.roundHalfUp)),
  js_minimum: jsExtreme("minimum"),
  js_maximum: jsExtreme("maximum"),
  fround: { float: ofFloat((b, x) => (x.type === "f64" ? b.promote(b.demote(x)) : x)) },
  js_bitwise_and: bits("and"),
  js_bitwise_or: bits("or"),
  js_bitwise_xor: bits("xor"),
  js_invert: ({ b, dtype }, [x]) => [invertBits(b, dtype, x!)],
  js_left_shift: bits("shl"),
  js_right_shift: bits("shr"),
  unsigned_right_shift: bits("shr_u"),
  clz32: ({ b, dtype, result }, [x]) => [fromInt32(b, "int32", leadingZeros(b, toInt32(b, dtype, x!)), result)],
  imul: ({ b, dtype, result }, [x], [y]) => [
    fromInt32(b, "int32", b.mul(toInt32(b, dtype, x!), toInt32(b, dtype, y!)), result),
  ],
  to_int32: ({ b, dtype }, [x]) => [toInt32(b, dtype, x!)],
  to_uint32: ({ b, dtype }, [x]) => [toInt32(b, dtype, x!)],
  // NaN is not true in JavaScript.
  to_boolean: ({ b, dtype }, x) => {
    if (kindOf(dtype) !== "float" && kindOf(dtype) !== "complex") return [truthOf(b, x)];
    return [x.map((part) => b.gt(b.abs(part), b.constant(part.type, 0))).reduce((a, c) => b.or(a, c))];
  },
  to_numeric: same,
  to_number: same,
};
