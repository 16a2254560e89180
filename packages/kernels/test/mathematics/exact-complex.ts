/**
 * Functions of complex numbers in decimals of 50 digits.
 *
 * @module
 */
import type { Decimal } from "decimal.js";
import type { ComplexFunctionName } from "../../src/mathematics/complex-functions.ts";
import { arctan2, cos, sin } from "./exact-angles.ts";
import { arcsinh, cosh, expm1, log1p, sinh } from "./exact-functions.ts";
import { Precise } from "./oracle.ts";

export interface ComplexDecimal {
  readonly re: Decimal;
  readonly im: Decimal;
}

const ZERO: Decimal = new Precise(0);
const ONE: Decimal = new Precise(1);
const LN2: Decimal = Precise.ln(2);
const LN10: Decimal = Precise.ln(10);

export function magnitude({ re, im }: ComplexDecimal): Decimal {
  return re.times(re).plus(im.times(im)).sqrt();
}

function times(x: ComplexDecimal, y: ComplexDecimal): ComplexDecimal {
  return {
    re: x.re.times(y.re).minus(x.im.times(y.im)),
    im: x.re.times(y.im).plus(x.im.times(y.re)),
  };
}

function over({ re, im }: ComplexDecimal, divisor: Decimal): ComplexDecimal {
  return { re: re.div(divisor), im: im.div(divisor) };
}

function conjugate({ re, im }: ComplexDecimal): ComplexDecimal {
  return { re, im: im.neg() };
}

function exchanged({ re, im }: ComplexDecimal): ComplexDecimal {
  return { re: im, im: re };
}

function reciprocal(z: ComplexDecimal): ComplexDecimal {
  return over(conjugate(z), z.re.times(z.re).plus(z.im.times(z.im)));
}

function divide(x: ComplexDecimal, y: ComplexDecimal): ComplexDecimal {
  return times(x, reciprocal(y));
}

function exp({ re, im }: ComplexDecimal): ComplexDecimal {
  const e = re.exp();
  return { re: e.times(cos(im)), im: e.times(sin(im)) };
}

function complexExpm1({ re, im }: ComplexDecimal): ComplexDecimal {
  const half = sin(im.div(2));
  return {
    re: expm1(re).times(cos(im)).minus(half.times(half).times(2)),
    im: re.exp().times(sin(im)),
  };
}

/** Of 1 + z. */
function complexLog1p({ re, im }: ComplexDecimal): ComplexDecimal {
  const beyond = re.times(2).plus(re.times(re)).plus(im.times(im));
  return { re: log1p(beyond).div(2), im: arctan2(im, re.plus(1)) };
}

function log({ re, im }: ComplexDecimal): ComplexDecimal {
  if (re.minus(1).abs().plus(im.abs()).lt(0.5)) return complexLog1p({ re: re.minus(1), im });
  return { re: re.times(re).plus(im.times(im)).ln().div(2), im: arctan2(im, re) };
}

function complexSinh({ re, im }: ComplexDecimal): ComplexDecimal {
  return { re: sinh(re).times(cos(im)), im: cosh(re).times(sin(im)) };
}

function complexCosh({ re, im }: ComplexDecimal): ComplexDecimal {
  return { re: cosh(re).times(cos(im)), im: sinh(re).times(sin(im)) };
}

function complexTanh(z: ComplexDecimal): ComplexDecimal {
  return divide(complexSinh(z), complexCosh(z));
}

export function sqrt({ re, im }: ComplexDecimal): ComplexDecimal {
  const root = re.abs().plus(magnitude({ re, im })).div(2).sqrt();
  if (root.isZero()) return { re: ZERO, im: ZERO };
  const other = im.abs().div(root).div(2);
  const [real, imaginary] = re.isNegative() ? [other, root] : [root, other];
  return { re: real, im: im.isNegative() ? imaginary.neg() : imaginary };
}

function roots(z: ComplexDecimal): { readonly less: ComplexDecimal; readonly more: ComplexDecimal } {
  return { less: sqrt({ re: ONE.minus(z.re), im: z.im.neg() }), more: sqrt({ re: ONE.plus(z.re), im: z.im }) };
}

export function arcsin(z: ComplexDecimal): ComplexDecimal {
  const { less, more } = roots(z);
  return { re: arctan2(z.re, times(less, more).re), im: arcsinh(times(conjugate(less), more).im) };
}

export function arccos(z: ComplexDecimal): ComplexDecimal {
  const { less, more } = roots(z);
  return { re: arctan2(less.re, more.re).times(2), im: arcsinh(times(conjugate(more), less).im) };
}

function arccosh(z: ComplexDecimal): ComplexDecimal {
  const { re, im } = arccos(z);
  return { re: im.abs(), im: z.im.isNegative() ? re.neg() : re };
}

export function arctanh({ re, im }: ComplexDecimal): ComplexDecimal {
  const less = ONE.minus(re);
  const square = im.times(im);
  return {
    re: log1p(re.times(4).div(less.times(less).plus(square))).div(4),
    im: arctan2(im.times(2), less.times(ONE.plus(re)).minus(square)).div(2),
  };
}

type Exact = (...args: ComplexDecimal[]) => ComplexDecimal;

const real = (re: Decimal): ComplexDecimal => ({ re, im: ZERO });

export const EXACT_COMPLEX: Readonly<Record<ComplexFunctionName, Exact>> = {
  absolute: (z) => real(magnitude(z)),
  angle: (z) => real(arctan2(z.im, z.re)),
  sign: (z) => over(z, magnitude(z)),
  square: (z) => times(z, z),
  reciprocal: (z) => reciprocal(z),
  divide: (x, y) => divide(x, y),
  sqrt: (z) => sqrt(z),
  power: (z, w) => exp(times(w, log(z))),
  exp: (z) => exp(z),
  exp2: (z) => exp({ re: z.re.times(LN2), im: z.im.times(LN2) }),
  expm1: (z) => complexExpm1(z),
  log: (z) => log(z),
  log2: (z) => over(log(z), LN2),
  log10: (z) => over(log(z), LN10),
  log1p: (z) => complexLog1p(z),
  sin: (z) => exchanged(complexSinh(exchanged(z))),
  cos: (z) => conjugate(complexCosh(exchanged(z))),
  tan: (z) => exchanged(complexTanh(exchanged(z))),
  sinh: (z) => complexSinh(z),
  cosh: (z) => complexCosh(z),
  tanh: (z) => complexTanh(z),
  arcsin: (z) => arcsin(z),
  arccos: (z) => arccos(z),
  arctan: (z) => exchanged(arctanh(exchanged(z))),
  arcsinh: (z) => exchanged(arcsin(exchanged(z))),
  arccosh: (z) => arccosh(z),
  arctanh: (z) => arctanh(z),
};
