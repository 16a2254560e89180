/**
 * sin, cos and tan: of every finite angle, with the signs of zeros; NaN for infinities.
 *
 * What is left of an angle by the nearest multiple of pi/2 (`angle-reduction.ts`) is between about -pi/4 and pi/4, where
 * sin and cos are short polynomials. Each is a leading part that is exact, or whose rounding is known, and a small rest.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { type ReducedAngle, reduceAngle } from "./angle-reduction.ts";
import { horner } from "./expansion.ts";
import { fastSum } from "./pairs.ts";

/**
 * With `z = r²`: `sin r = r - r z S(z)` and `cos r = 1 - z/2 + z² C(z)`, for |r| up to 1.001 pi/4.
 *
 * By Remez' exchange in 300 bits (mpmath), minimising the error of sin relative to r and that of cos, then rounded to the
 * type: 2^-56.8 and 2^-59.5, of f32 2^-27.3 and 2^-30.9.
 */
const SIN: Readonly<Record<FloatLane, readonly number[]>> = {
  f64: [
    0.16666666666666632, -0.008333333333322316, 0.00019841269829725191, -2.755731366205306e-6, 2.505075326388285e-8,
    -1.58965049113292e-10,
  ],
  f32: [0.16666655242443085, -0.008332173340022564, 0.00019516656175255775],
};

const COS: Readonly<Record<FloatLane, readonly number[]>> = {
  f64: [
    0.0416666666666666, -0.001388888888887399, 2.4801587289394916e-5, -2.7557314326027654e-7, 2.0875719558264467e-9,
    -1.1359448656483695e-11,
  ],
  f32: [0.04166664555668831, -0.001388736185617745, 2.4437729734927416e-5],
};

/** A number as a float and a small rest that is yet to be added. */
interface Parts {
  readonly high: Node;
  readonly low: Node;
}

function sinOf(b: GraphBuilder, type: FloatLane, { high, excess }: ReducedAngle): Parts {
  const z = b.mul(high, high);
  // Taken away rather than added, so that -0 stays.
  return { high, low: b.neg(b.add(b.mul(b.mul(high, z), horner(b, z, SIN[type])), excess)) };
}

/** The cosine is 1 less the first and more the second. */
function cosTerms(b: GraphBuilder, type: FloatLane, { high, excess }: ReducedAngle): readonly [Node, Node] {
  const z = b.mul(high, high);
  const small = b.add(b.mul(b.mul(z, z), horner(b, z, COS[type])), b.mul(high, excess));
  return [b.mul(z, b.constant(type, 0.5)), small];
}

function cosOf(b: GraphBuilder, type: FloatLane, angle: ReducedAngle): Parts {
  const one = b.constant(type, 1);
  const [half, small] = cosTerms(b, type, angle);
  const high = b.sub(one, half);
  return { high, low: b.add(b.sub(b.sub(one, high), half), small) };
}

/** The same, rounded; what is taken away from 1 is below 1/3, and so rounded more finely. */
function roundedCosOf(b: GraphBuilder, type: FloatLane, angle: ReducedAngle): Node {
  const [half, small] = cosTerms(b, type, angle);
  return b.sub(b.constant(type, 1), b.sub(half, small));
}

/** Says of which angles an integer of quarter turns is odd. */
function isOdd(b: GraphBuilder, quadrant: Node): Node {
  const one = integerLike(b, quadrant, 1);
  return b.eq(b.and(quadrant, one), one);
}

function integerLike(b: GraphBuilder, { type }: Node, value: number): Node {
  return type === "i32" ? b.i32(value) : b.i64(BigInt(value));
}

/** A float with its sign turned where the bit of an integer that weighs 2 is set. */
function turned(b: GraphBuilder, x: Node, quadrant: Node): Node {
  const two = integerLike(b, quadrant, 2);
  const sign = b.shl(b.and(quadrant, two), integerLike(b, quadrant, x.type === "f32" ? 30 : 62));
  return b.reinterpret(b.xor(b.reinterpret(x), sign));
}

function sum(b: GraphBuilder, { high, low }: Parts): Node {
  return b.add(high, low);
}

/** sin and cos of an angle in two parts, to some 2^-57 of them. Of f64. */
export function sinAndCosInParts(b: GraphBuilder, x: Node): { readonly sin: Parts; readonly cos: Parts } {
  const angle = reduceAngle(b, "f64", x);
  const { quadrant } = angle;
  const odd = isOdd(b, quadrant);
  const [sine, cosine] = [sinOf(b, "f64", angle), cosOf(b, "f64", angle)];
  const pick = (yes: Parts, no: Parts, turns: Node): Parts => {
    const { high, low } = fastSum(b, b.select(odd, yes.high, no.high), b.select(odd, yes.low, no.low));
    return { high: turned(b, high, turns), low: turned(b, low, turns) };
  };
  return { sin: pick(cosine, sine, quadrant), cos: pick(sine, cosine, b.add(quadrant, b.i64(1n))) };
}

export function sin(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const angle = reduceAngle(b, type, x);
  const { quadrant } = angle;
  const value = b.select(isOdd(b, quadrant), roundedCosOf(b, type, angle), sum(b, sinOf(b, type, angle)));
  return turned(b, value, quadrant);
}

export function cos(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const angle = reduceAngle(b, type, x);
  const { quadrant } = angle;
  const value = b.select(isOdd(b, quadrant), sum(b, sinOf(b, type, angle)), roundedCosOf(b, type, angle));
  return turned(b, value, b.add(quadrant, integerLike(b, quadrant, 1)));
}

/** The quotient of sin and cos, or of -cos and sin, corrected by what both are off by. */
export function tan(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const angle = reduceAngle(b, type, x);
  const odd = isOdd(b, angle.quadrant);
  const [sine, cosine] = [sinOf(b, type, angle), cosOf(b, type, angle)];
  const pick = (yes: Parts, no: Parts): Parts => ({
    high: b.select(odd, yes.high, no.high),
    low: b.select(odd, yes.low, no.low),
  });
  const [top, bottom] = [pick(cosine, sine), pick(sine, cosine)];
  const [dividend, divisor] = [sum(b, top), sum(b, bottom)];
  const off = ({ high, low }: Parts, value: Node): Node => b.sub(low, b.sub(value, high));
  const quotient = b.div(dividend, divisor);
  // Taken away rather than added, so that -0 stays.
  const tooMuch = b.div(b.sub(b.mul(quotient, off(bottom, divisor)), off(top, dividend)), divisor);
  const value = b.sub(quotient, tooMuch);
  const sign = b.shl(angle.quadrant, integerLike(b, angle.quadrant, type === "f32" ? 31 : 63));
  return b.reinterpret(b.xor(b.reinterpret(value), sign));
}
