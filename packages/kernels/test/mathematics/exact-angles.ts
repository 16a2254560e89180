/**
 * Trigonometric functions and their inverses in decimals of 50 digits: by series of integers, which is faster than what
 * decimal.js has, and knows enough digits of pi for the largest floats.
 *
 * @module
 */
import { Decimal } from "decimal.js";
import { Precise } from "./oracle.ts";

/** Numbers here are integers times 2^-320. */
const FRACTION_BITS = 320n;

/** Digits of pi/2 behind the binary point: those of the largest float, and as many more. */
const ANGLE_BITS = 1400n;

const Wide: typeof Decimal = Decimal.clone({ precision: 430 });
const RIGHT_ANGLE = BigInt(
  Wide.acos(-1)
    .div(2)
    .times(new Wide(2).pow(Number(ANGLE_BITS)))
    .toFixed(0),
);

const SCALE: Decimal = new Precise(2).pow(Number(FRACTION_BITS));

export const PI: Decimal = decimalOf(RIGHT_ANGLE >> (ANGLE_BITS - FRACTION_BITS - 1n));

function decimalOf(fixed: bigint): Decimal {
  return new Precise(fixed.toString()).div(SCALE);
}

const double = new Float64Array(1);
const doubleBits = new BigUint64Array(double.buffer);

/** Up to here, angles are taken from their decimals; beyond, where those are too few, from the float that they stand for. */
const DECIMALS_MAX: number = 2 ** 20;

/** An angle times 2^1400. */
function angleOf(x: Decimal): bigint {
  if (x.abs().lt(DECIMALS_MAX)) return BigInt(x.times(SCALE).toFixed(0)) << (ANGLE_BITS - FRACTION_BITS);
  double[0] = x.abs().toNumber();
  const exponent = (doubleBits[0]! >> 52n) - 1075n;
  const significand = (doubleBits[0]! & 0xf_ffff_ffff_ffffn) | (1n << 52n);
  const magnitude = significand << (ANGLE_BITS + exponent);
  return x.isNegative() ? -magnitude : magnitude;
}

/** An angle between -pi/4 and pi/4, times 2^320, and the right angles beside it: from 0 to 3. */
interface Rest {
  readonly angle: bigint;
  readonly quadrant: number;
}

function restOf(x: Decimal): Rest {
  const angle = angleOf(x);
  const half = RIGHT_ANGLE / 2n;
  const count = (angle + (angle < 0n ? -half : half)) / RIGHT_ANGLE;
  return {
    angle: (angle - count * RIGHT_ANGLE) >> (ANGLE_BITS - FRACTION_BITS),
    quadrant: Number(BigInt.asUintN(2, count)),
  };
}

/** The sum of x^n / n! with signs in turn, for every other n from the first term's on. */
function series(first: bigint, square: bigint, n: bigint): bigint {
  let sum = first;
  for (let [term, next] = [first, n]; term !== 0n; next += 2n) {
    term = -((term * square) >> FRACTION_BITS) / ((next + 1n) * (next + 2n));
    sum += term;
  }
  return sum;
}

function quarter(angle: bigint, isSine: boolean): Decimal {
  const square = (angle * angle) >> FRACTION_BITS;
  return decimalOf(isSine ? series(angle, square, 1n) : series(1n << FRACTION_BITS, square, 0n));
}

/** Below this an angle's integer would have too few digits, and two terms of its sine are enough. */
const TINY = 1e-20;

export function sin(x: Decimal): Decimal {
  if (x.abs().lt(TINY)) return x.minus(x.pow(3).div(6));
  const { angle, quadrant } = restOf(x);
  const magnitude = quarter(angle, quadrant % 2 === 0);
  return quadrant < 2 ? magnitude : magnitude.neg();
}

export function cos(x: Decimal): Decimal {
  if (x.abs().lt(TINY)) return new Precise(1).minus(x.pow(2).div(2));
  const { angle, quadrant } = restOf(x);
  const magnitude = quarter(angle, quadrant % 2 !== 0);
  return quadrant === 0 || quadrant === 3 ? magnitude : magnitude.neg();
}

export function tan(x: Decimal): Decimal {
  return sin(x).div(cos(x));
}

/** From float64's, which is off by a small angle: that is its tangent less some powers. */
export function arctan2(y: Decimal, x: Decimal): Decimal {
  if (y.isZero()) return x.isNegative() ? PI : y;
  const size = Decimal.max(y.abs(), x.abs());
  const near = new Precise(Math.atan2(y.div(size).toNumber(), x.div(size).toNumber()));
  const [s, c] = [sin(near), cos(near)];
  const tangent = y
    .times(c)
    .minus(x.times(s))
    .div(x.times(c).plus(y.times(s)));
  return near.plus(tangent).minus(tangent.pow(3).div(3));
}

export function arctan(x: Decimal): Decimal {
  return arctan2(x, new Precise(1));
}

/** The other leg of a right triangle whose longest side is 1. */
function otherLeg(x: Decimal): Decimal {
  const one = new Precise(1);
  return one.minus(x).times(one.plus(x)).sqrt();
}

export function arcsin(x: Decimal): Decimal {
  return arctan2(x, otherLeg(x));
}

export function arccos(x: Decimal): Decimal {
  return arctan2(otherLeg(x), x);
}
