/**
 * sinh, cosh, tanh and their inverses.
 *
 * Large arguments go by exponentials. Where those would cancel out, sinh and tanh are x + x^3 P(x^2), with polynomials of
 * least largest error (Remez's exchange in 60 digits, then rounded). The inverses are logarithms of 1 and something that is
 * accurate for small arguments, of whose rounding errors the largest are given to the logarithm to put right.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { estrin, horner } from "./expansion.ts";
import { HYPERBOLIC_LIMIT, quarterOfExp } from "./exponential.ts";
import { FLOAT_FORMATS, truncateBits } from "./float-bits.ts";
import { log1pOfSum } from "./logarithm.ts";

interface HyperbolicTable {
  /** (sinh x - x) / x^3 for |x| up to 1; of the result 2^-63.3, 2^-34.2. */
  readonly sinh: readonly number[];
  /** (tanh x - x) / x^3 for |x| up to 0.55; of the result 2^-55.5, 2^-29.8. */
  readonly tanh: readonly number[];
  /** From here on tanh is 1. */
  readonly saturated: number;
  /** From here on, up to where squares overflow, x^2 + 1 and x^2 - 1 are x^2, and 1 + x is x. */
  readonly large: number;
  /** Up to here odd functions of slope 1 are their argument. */
  readonly small: number;
  /** Bits to clear so that half of a number's are left. */
  readonly halfBits: number;
}

const TABLES: Readonly<Record<FloatLane, HyperbolicTable>> = {
  f32: {
    sinh: [0.1666666716337204, 0.008333349600434303, 0.0001983615948120132, 2.8169572487968253e-6],
    tanh: [-0.33333316445350647, 0.13332584500312805, -0.05385219678282738, 0.0210711769759655, -0.006273485720157623],
    saturated: 10,
    large: 2 ** 30,
    small: 2 ** -13,
    halfBits: 12,
  },
  f64: {
    sinh: [
      0.16666666666666669, 0.008333333333333148, 0.00019841269841431954, 2.7557319157045213e-6, 2.5052123141137686e-8,
      1.605725941216846e-10, 7.758759981861469e-13,
    ],
    tanh: [
      -0.3333333333333231, 0.133333333331682, -0.05396825387583034, 0.021869485968832328, -0.00886319442336653,
      0.003591719040599164, -0.001453213474903957, 0.000579127168549268, -0.00021028612195378806, 5.101008967506863e-5,
    ],
    saturated: 22,
    large: 2 ** 60,
    small: 2 ** -28,
    halfBits: 27,
  },
};

/** Magnitudes up to which polynomials are used. */
const SINH_SERIES_MAX = 1;
const TANH_SERIES_MAX = 0.55;

/** (e^x - e^-x) / 2. */
export function sinh(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const magnitude = b.abs(x);
  const [quarter, quarterOfInverse] = quartersOfExp(b, type, magnitude);
  const byExp = ofLarge(b, magnitude, b.sub(quarter, quarterOfInverse));
  const isSmall = b.lt(magnitude, b.constant(type, SINH_SERIES_MAX));
  return b.copysign(b.select(isSmall, oddSeries(b, magnitude, TABLES[type].sinh), byExp), x);
}

/** sinh x - x for |x| up to 1. */
export function sinhBeyondLinear(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const square = b.mul(x, x);
  return b.mul(b.mul(x, square), horner(b, square, TABLES[type].sinh));
}

/** (e^x + e^-x) / 2. */
export function cosh(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const magnitude = b.abs(x);
  const [quarter, quarterOfInverse] = quartersOfExp(b, type, magnitude);
  return ofLarge(b, magnitude, b.add(quarter, quarterOfInverse));
}

/** 1 - 2 / (e^2x + 1). */
export function tanh(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const magnitude = b.abs(x);
  const one = b.constant(type, 1);
  const quarter = quarterOfExp(b, type, b.add(magnitude, magnitude));
  const half = b.constant(type, 0.5);
  const byExp = b.sub(one, b.div(half, b.add(quarter, b.constant(type, 0.25))));
  const isSaturated = b.gt(magnitude, b.constant(type, TABLES[type].saturated));
  const isSmall = b.lt(magnitude, b.constant(type, TANH_SERIES_MAX));
  const ofLarger = b.select(isSaturated, one, byExp);
  return b.copysign(b.select(isSmall, oddSeries(b, magnitude, TABLES[type].tanh), ofLarger), x);
}

/** Quarters of e^x and e^-x, of which a sum doesn't overflow before it is doubled. */
function quartersOfExp(b: GraphBuilder, type: FloatLane, x: Node): readonly [Node, Node] {
  const quarter = quarterOfExp(b, type, x);
  return [quarter, b.div(b.constant(type, 0.0625), quarter)];
}

/** Twice a result, or infinity. */
function ofLarge(b: GraphBuilder, magnitude: Node, half: Node): Node {
  const type = half.type as FloatLane;
  const isOut = b.gt(magnitude, b.constant(type, HYPERBOLIC_LIMIT[type]));
  return b.select(isOut, b.constant(type, Infinity), b.add(half, half));
}

/** x + x^3 P(x^2). */
function oddSeries(b: GraphBuilder, x: Node, coefficients: readonly number[]): Node {
  const square = b.mul(x, x);
  const series = coefficients.length > 8 ? estrin(b, square, coefficients) : horner(b, square, coefficients);
  return b.add(x, b.mul(b.mul(x, square), series));
}

/** log(|x| + sqrt(x^2 + 1)), where what is added to 1 is |x| + x^2 / (1 + sqrt(x^2 + 1)). */
export function arcsinh(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const magnitude = b.abs(x);
  const one = b.constant(type, 1);
  const square = b.mul(magnitude, magnitude);
  const more = b.div(square, b.add(one, b.sqrt(b.add(square, one))));
  const sum = b.add(magnitude, more);
  const low = b.sub(more, b.sub(sum, magnitude));
  return odd(b, x, magnitude, log1pOrLarge(b, type, magnitude, sum, low));
}

/** log(x + sqrt(x^2 - 1)), where what is added to 1 is t + sqrt(t (t + 2)) with t = x - 1. */
export function arccosh(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const t = b.sub(x, b.constant(type, 1));
  // For negative t both factors may be negative, but there is no result.
  const product = b.copysign(b.mul(t, b.add(t, b.constant(type, 2))), t);
  const root = b.sqrt(product);
  // What rounding has done to the root: its upper half's square is exact, and from there it is a quotient to the exact root.
  const high = truncateBits(b, root, TABLES[type].halfBits);
  const remainder = b.sub(product, b.mul(high, high));
  // So little changes no divisor but 0.
  const divisor = b.add(b.add(root, high), b.constant(type, FLOAT_FORMATS[type].tiny));
  const rootLow = b.sub(b.div(remainder, divisor), b.sub(root, high));
  // The root is the larger one.
  const sum = b.add(root, t);
  const low = b.add(b.sub(t, b.sub(sum, root)), rootLow);
  return log1pOrLarge(b, type, x, sum, low);
}

/** log((1 + x) / (1 - x)) / 2, where what is added to 1 is q = 2 x / (1 - x). */
export function arctanh(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const magnitude = b.abs(x);
  const one = b.constant(type, 1);
  const rest = b.sub(one, magnitude);
  const restError = b.sub(b.sub(one, rest), magnitude);
  const q = b.div(b.add(magnitude, magnitude), rest);
  // 1 / (1 - x) is 1 + q / 2.
  const low = b.neg(b.mul(b.mul(q, restError), b.add(one, b.mul(q, b.constant(type, 0.5)))));
  return odd(b, x, magnitude, b.mul(log1pOfSum(b, type, q, low), b.constant(type, 0.5)));
}

/** log(1 + sum + low), and for large x, of which the sum is about twice as much, log(2 x). */
function log1pOrLarge(b: GraphBuilder, type: FloatLane, x: Node, sum: Node, low: Node): Node {
  const isLarge = b.gt(x, b.constant(type, TABLES[type].large));
  const zero = b.constant(type, 0);
  const result = log1pOfSum(b, type, b.select(isLarge, x, sum), b.select(isLarge, zero, low));
  return b.add(result, b.select(isLarge, b.constant(type, Math.LN2), zero));
}

/** A function of the magnitude, with the argument's sign; small arguments give themselves. */
function odd(b: GraphBuilder, x: Node, magnitude: Node, result: Node): Node {
  const type = x.type as FloatLane;
  const isSmall = b.lt(magnitude, b.constant(type, TABLES[type].small));
  return b.select(isSmall, x, b.copysign(result, x));
}
