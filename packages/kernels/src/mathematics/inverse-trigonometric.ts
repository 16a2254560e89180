/**
 * arcsin, arccos, arctan and arctan2.
 *
 * Each is a known angle, or 0, less a short odd polynomial of something small: a quotient, or a square root. The leading
 * sum's rounding error is known exactly and goes into the small terms.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";
import { estrin, horner } from "./expansion.ts";
import { exactSum, fastSum, negated, type Pair, pairOf, pairQuotient, scaled, selectPair } from "./pairs.ts";

/**
 * `arctan t = t - t z A(z)` with `z = t²`, and `arcsin u = u + u z S(z)` with `z = u²`, for |t| and |u| up to
 * 1/2.
 *
 * By Remez' exchange in 300 bits (mpmath), minimising the error relative to t and u, then rounded to the type: 2^-57.3 and
 * 2^-58.9, of f32 2^-27.1 and 2^-30.7.
 */
const ARCTAN: Readonly<Record<FloatLane, readonly number[]>> = {
  f64: [
    0.33333333333332993, -0.19999999999905543, 0.14285714276581502, -0.11111110667474498, 0.09090896427183288,
    -0.07692076582857767, 0.06663836220600293, -0.05858462177350766, 0.05122691951221462, -0.0418833039132602,
    0.02746283625792816, -0.0101354640225939,
  ],
  f32: [0.333332359790802, -0.1999431848526001, 0.14176110923290253, -0.1016523614525795, 0.05141139030456543],
};

const ARCSIN: Readonly<Record<FloatLane, readonly number[]>> = {
  f64: [
    0.16666666666666763, 0.0749999999997022, 0.04464285717516366, 0.030381942681469674, 0.022372215723232846,
    0.01735159892005918, 0.013980975972850676, 0.011397653436475955, 0.010787236231533761, 0.003680296222369101,
    0.021770357020308603, -0.021087242622301192, 0.03268326295757596,
  ],
  f32: [
    0.16666659712791443, 0.07500511407852173, 0.04451565816998482, 0.03181816637516022, 0.014400394633412361,
    0.037568457424640656,
  ],
};

/** An angle as a float and what it is short of. */
type Angle = readonly [number, number];

const RIGHT: Readonly<Record<FloatLane, Angle>> = {
  f64: [1.5707963267948966, 6.123233995736766e-17],
  f32: [1.5707963705062866, -4.371138828673793e-8],
};

const NONE: Angle = [0, 0];

/** Some of a right angle, which is exact in binary. */
function rightAngles(type: FloatLane, count: 0.5 | 1 | 2): Angle {
  const [high, low] = RIGHT[type];
  return [high * count, low * count];
}

/** 3 pi / 4, whose two parts are no multiples of those of pi / 2. */
const THREE_HALVES_RIGHT: Readonly<Record<FloatLane, Angle>> = {
  f64: [2.356194490192345, 9.184850993605148e-17],
  f32: [2.356194496154785, -5.962440319251527e-9],
};

/**
 * Tangents up to the one are small enough by themselves, from the other on by their inverse. Between them `x - 1` is exact
 * where the result is smallest.
 */
const SMALL_TANGENT = 0.5;
const LARGE_TANGENT = 2.5;

/** An angle that is one of several constants, in two nodes. */
interface AngleNodes {
  readonly high: Node;
  readonly low: Node;
}

function angleNodes(b: GraphBuilder, type: FloatLane, [high, low]: Angle): AngleNodes {
  return { high: b.constant(type, high), low: b.constant(type, low) };
}

function selectAngle(b: GraphBuilder, condition: Node, yes: AngleNodes, no: AngleNodes): AngleNodes {
  return { high: b.select(condition, yes.high, no.high), low: b.select(condition, yes.low, no.low) };
}

/** `base + u + small`, where the base is larger than u, or 0. */
function addToAngle(b: GraphBuilder, { high, low }: AngleNodes, u: Node, small: Node): Node {
  const lead = b.add(high, u);
  const error = b.sub(u, b.sub(lead, high));
  return b.add(lead, b.add(error, b.add(small, low)));
}

function polynomial(b: GraphBuilder, x: Node, coefficients: readonly number[]): Node {
  return coefficients.length > 8 ? estrin(b, x, coefficients) : horner(b, x, coefficients);
}

/** `base + arctan t`, t of at most 1/2. */
function addArctan(b: GraphBuilder, type: FloatLane, base: AngleNodes, t: Node): Node {
  const z = b.mul(t, t);
  return addToAngle(b, base, t, b.neg(b.mul(b.mul(t, z), polynomial(b, z, ARCTAN[type]))));
}

/** arctan x is that of a small number itself, a right angle less that of 1/x, or half of one and that of (x - 1)/(x + 1). */
export function arctan(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const one = b.constant(type, 1);
  const size = b.abs(x);
  const isLarge = b.lt(b.constant(type, LARGE_TANGENT), size);
  const isMiddle = b.lt(b.constant(type, SMALL_TANGENT), size);
  const pick = (large: Node, middle: Node, small: Node): Node =>
    b.select(isLarge, large, b.select(isMiddle, middle, small));
  const dividend = pick(b.constant(type, -1), b.sub(size, one), size);
  const divisor = pick(size, b.add(size, one), one);
  const middle = selectAngle(b, isMiddle, angleNodes(b, type, rightAngles(type, 0.5)), angleNodes(b, type, NONE));
  const base = selectAngle(b, isLarge, angleNodes(b, type, rightAngles(type, 1)), middle);
  return b.copysign(addArctan(b, type, base, b.div(dividend, divisor)), x);
}

/** A point's angle as a known one and the angle of a small tangent, which is a quotient; both between 0 and pi. */
interface Direction {
  readonly base: AngleNodes;
  readonly dividend: Node;
  readonly divisor: Node;
  /** What the two are short of where they are a difference and a sum, else 0. */
  readonly dividendError: Node;
  readonly divisorError: Node;
  /** Says where the quotient is 0, and may not be computed. */
  readonly isNone: Node;
  /** Says where its sign is to be turned. */
  readonly isLeft: Node;
}

function directionOf(b: GraphBuilder, type: FloatLane, y: Node, x: Node): Direction {
  const constant = (value: number): Node => b.constant(type, value);
  // A sum of the two must not overflow, and nothing be lost of small numbers that are of one size.
  const scale = b.select(b.lt(b.abs(y), constant(1)), constant(1), constant(0.25));
  const height = b.mul(b.abs(y), scale);
  const width = b.mul(b.abs(x), scale);
  const isLarge = b.lt(b.mul(width, constant(LARGE_TANGENT)), height);
  const isMiddle = b.or(
    // Doubling is exact, also where halving wouldn't be.
    b.lt(width, b.mul(height, constant(1 / SMALL_TANGENT))),
    // Of two infinities; where only this is one, the tangent is large.
    b.eq(height, constant(Infinity)),
  );
  const pick = (large: Node, middle: Node, small: Node): Node =>
    b.select(isLarge, large, b.select(isMiddle, middle, small));
  const [difference, sum] = [exactSum(b, height, b.neg(width)), exactSum(b, height, width)];
  const isLeft = b.lt(b.copysign(constant(1), x), constant(0));
  const angle = (right: Angle, left: Angle): AngleNodes =>
    selectAngle(b, isLeft, angleNodes(b, type, left), angleNodes(b, type, right));
  const half = angle(rightAngles(type, 0.5), THREE_HALVES_RIGHT[type]);
  const middle = selectAngle(b, isMiddle, half, angle(NONE, rightAngles(type, 2)));
  const zero = constant(0);
  return {
    base: selectAngle(b, isLarge, angleNodes(b, type, rightAngles(type, 1)), middle),
    dividend: pick(b.neg(width), difference.high, height),
    divisor: pick(height, sum.high, width),
    dividendError: pick(zero, difference.low, zero),
    divisorError: pick(zero, sum.low, zero),
    // Two zeros have no quotient, nor have two infinities.
    isNone: b.eq(height, width),
    isLeft,
  };
}

/** The angle of the point (x, y), as C99 has it for zeros and infinities. */
export function arctan2(b: GraphBuilder, type: FloatLane, y: Node, x: Node): Node {
  const { base, dividend, divisor, isNone, isLeft } = directionOf(b, type, y, x);
  const quotient = b.select(isNone, b.constant(type, 0), b.div(dividend, divisor));
  return b.copysign(addArctan(b, type, base, b.select(isLeft, b.neg(quotient), quotient)), y);
}

/** The same in two parts, to some 2^-56 of it. Of f64, of finite numbers. */
export function arctan2InParts(b: GraphBuilder, y: Node, x: Node): Pair {
  const { base, dividend, divisor, dividendError, divisorError, isNone, isLeft } = directionOf(b, "f64", y, x);
  const zero = pairOf(b, b.f64(0));
  const parts = [dividend, divisor].map((high, at) => ({ high, low: at === 0 ? dividendError : divisorError }));
  const quotient = selectPair(b, isNone, zero, pairQuotient(b, parts[0]!, parts[1]!));
  const { high: t, low } = selectPair(b, isLeft, negated(b, quotient), quotient);
  const z = b.mul(t, t);
  const small = b.mul(b.mul(t, z), polynomial(b, z, ARCTAN.f64));
  // The slope there is 1 / (1 + t^2).
  const rest = b.sub(b.div(low, b.add(z, b.f64(1))), small);
  const lead = fastSum(b, base.high, t);
  const sum = fastSum(b, lead.high, b.add(lead.low, b.add(rest, base.low)));
  return scaled(b, sum, b.copysign(b.f64(1), y));
}

/** What arcsin and arccos of x are made of: for |x| above 1/2 by `arcsin x = pi/2 - 2 arcsin sqrt((1 - x)/2)`. */
interface HalfAngle {
  readonly isSmall: Node;
  /** Of |x| above 1/2: twice the square root. */
  readonly root: Node;
  /** What arcsin of u adds to u, relative to it. */
  readonly growth: Node;
}

function halfAngle(b: GraphBuilder, type: FloatLane, x: Node): HalfAngle {
  const half = b.constant(type, 0.5);
  const size = b.abs(x);
  const isSmall = b.le(size, half);
  const other = b.mul(b.sub(b.constant(type, 1), size), half);
  const root = b.sqrt(other);
  const z = b.select(isSmall, b.mul(x, x), other);
  return { isSmall, root: b.add(root, root), growth: b.mul(z, polynomial(b, z, ARCSIN[type])) };
}

export function arcsin(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { isSmall, root, growth } = halfAngle(b, type, x);
  const base = selectAngle(b, isSmall, angleNodes(b, type, NONE), angleNodes(b, type, rightAngles(type, 1)));
  const u = b.select(isSmall, b.abs(x), b.neg(root));
  return b.copysign(addToAngle(b, base, u, b.mul(u, growth)), x);
}

export function arccos(b: GraphBuilder, type: FloatLane, x: Node): Node {
  const { isSmall, root, growth } = halfAngle(b, type, x);
  const isLeft = b.lt(x, b.constant(type, 0));
  const angle = (angles: Angle): AngleNodes => angleNodes(b, type, angles);
  const outer = selectAngle(b, isLeft, angle(rightAngles(type, 2)), angle(NONE));
  const base = selectAngle(b, isSmall, angle(rightAngles(type, 1)), outer);
  const u = b.select(isSmall, b.neg(x), b.select(isLeft, b.neg(root), root));
  return addToAngle(b, base, u, b.mul(u, growth));
}
