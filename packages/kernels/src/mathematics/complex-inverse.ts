/**
 * The inverse trigonometric and hyperbolic functions of complex numbers, in f64.
 *
 * With a = sqrt(1 - z) and c = sqrt(1 + z), arcsin z has the real part atan2(x, Re(a c)) and the imaginary part
 * arcsinh(Im(conj(a) c)); arccos z has 2 atan2(Re a, Re c) and arcsinh(Im(conj(c) a)). None of the sums cancels out. They
 * are known in two parts and rounded before the last step.
 *
 * Source: W. Kahan, "Branch cuts for complex elementary functions, or much ado about nothing's sign bit" (1987). Special
 * values are C99's, annex G.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { type ComplexNodes, complexSelect, exchanged, isFiniteNode, isInfiniteNode, signedAs } from "./complex.ts";
import { type RootParts, rootInParts } from "./complex-arithmetic.ts";
import { arcsinh } from "./hyperbolic.ts";
import { arctan2 } from "./inverse-trigonometric.ts";
import { log1pOfSum } from "./logarithm.ts";
import {
  exactSum,
  negated,
  pairDifference,
  pairOf,
  pairProduct,
  pairQuotient,
  pairSquare,
  pairSum,
  rounded,
} from "./pairs.ts";
import { hypot } from "./roots.ts";

/** Up to here arcsin z is z, and so are its kin. */
const SMALL: number = 2 ** -28;

/** From here on numbers are divided, so that no product overflows; 1 is nothing beside them either way. */
const LARGE: number = 2 ** 500;
const SCALE: number = 2 ** -400;
/** ln 2^400. */
const SCALE_LOGARITHM = 277.25887222397813;

interface Roots {
  readonly ofLess: RootParts;
  readonly ofMore: RootParts;
  readonly isLarge: Node;
  readonly re: Node;
}

/** sqrt(1 - z) and sqrt(1 + z). */
function rootsOf(b: GraphBuilder, z: ComplexNodes): Roots {
  const isLarge = b.gt(b.max(b.abs(z.re), b.abs(z.im)), b.f64(LARGE));
  const factor = b.select(isLarge, b.f64(SCALE), b.f64(1));
  const [re, im] = [b.mul(z.re, factor), b.mul(z.im, factor)];
  const one = b.f64(1);
  return {
    ofLess: rootInParts(b, exactSum(b, one, b.neg(re)), b.neg(im)),
    ofMore: rootInParts(b, exactSum(b, one, re), im),
    isLarge,
    re,
  };
}

/** arcsinh(Im(conj(c) a)) for c = sqrt(1 + z) and a = sqrt(1 - z): of the sign that -y has. */
function imaginaryPart(b: GraphBuilder, { ofLess, ofMore, isLarge }: Roots, im: Node): Node {
  const product = pairDifference(b, pairProduct(b, ofMore.re, ofLess.im), pairProduct(b, ofMore.im, ofLess.re));
  const part = b.abs(arcsinh(b, "f64", rounded(b, product)));
  return b.copysign(b.add(part, b.select(isLarge, b.f64(SCALE_LOGARITHM), b.f64(0))), b.neg(im));
}

/** The part that grows: infinite where a part is, with the sign of the imaginary one; else NaN. */
function growing(b: GraphBuilder, z: ComplexNodes): Node {
  const isInfinite = b.or(isInfiniteNode(b, z.re), isInfiniteNode(b, z.im));
  return b.select(isInfinite, signedAs(b, b.f64(Infinity), z.im), b.f64(Number.NaN));
}

function isFiniteComplex(b: GraphBuilder, { re, im }: ComplexNodes): Node {
  return b.and(isFiniteNode(b, re), isFiniteNode(b, im));
}

export function complexArcsin(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  const { re, im } = z;
  const roots = rootsOf(b, z);
  const { ofLess, ofMore } = roots;
  const product = pairDifference(b, pairProduct(b, ofLess.re, ofMore.re), pairProduct(b, ofLess.im, ofMore.im));
  const isFinite = isFiniteComplex(b, z);
  // Of infinities, the angle between them.
  const [y, x] = [b.select(isFinite, roots.re, re), b.select(isFinite, rounded(b, product), b.abs(im))];
  const angle = arctan2(b, "f64", y, x);
  const usual = { re: angle, im: b.neg(imaginaryPart(b, roots, im)) };
  const isSmall = b.lt(b.max(b.abs(re), b.abs(im)), b.f64(SMALL));
  const finite = complexSelect(b, isSmall, z, usual);
  const isZero = b.eq(re, b.f64(0));
  const other = { re: b.select(isZero, re, angle), im: growing(b, z) };
  return complexSelect(b, isFinite, finite, other);
}

export function complexArccos(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  const { re, im } = z;
  const roots = rootsOf(b, z);
  const { ofLess, ofMore } = roots;
  const half = arctan2(b, "f64", rounded(b, ofLess.re), rounded(b, ofMore.re));
  const right = b.f64(Math.PI / 2);
  const isSmall = b.lt(b.max(b.abs(re), b.abs(im)), b.f64(SMALL));
  const usual = { re: b.add(half, half), im: imaginaryPart(b, roots, im) };
  const finite = complexSelect(b, isSmall, { re: b.sub(right, re), im: b.neg(im) }, usual);
  const isZero = b.eq(re, b.f64(0));
  const angle = b.select(isZero, right, arctan2(b, "f64", b.abs(im), re));
  return complexSelect(b, isFiniteComplex(b, z), finite, { re: angle, im: b.neg(growing(b, z)) });
}

/** arcsinh(x + i y) is arcsin(y + i x) with the parts exchanged. */
export function complexArcsinh(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return exchanged(complexArcsin(b, exchanged(z)));
}

/** arccos z turned by a right angle, to where the real part isn't negative. */
export function complexArccosh(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  const { re, im } = complexArccos(b, z);
  return { re: b.abs(im), im: signedAs(b, re, z.im) };
}

/** From here on arctanh z is a right angle's imaginary and about 1/z. */
const ARCTANH_LARGE: number = 2 ** 60;

/** log(1 + 4 x / ((1 - x)^2 + y^2)) / 4 for x from 0 on, and atan2(2 y, (1 - x) (1 + x) - y^2) / 2. */
export function complexArctanh(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  const [zero, one] = [b.f64(0), b.f64(1)];
  const [x, y] = [b.abs(z.re), b.abs(z.im)];
  const larger = b.max(x, y);
  const isLarge = b.gt(larger, b.f64(ARCTANH_LARGE));
  const isSmall = b.lt(larger, b.f64(SMALL));
  // Neither overflows nor vanishes for what is selected in the end.
  const [width, height] = [b.select(isLarge, one, x), b.select(isLarge, one, y)];
  const less = exactSum(b, one, b.neg(width));
  const more = exactSum(b, one, width);
  const square = pairSquare(b, pairOf(b, height));
  const quotient = pairQuotient(b, pairOf(b, b.mul(width, b.f64(4))), pairSum(b, pairSquare(b, less), square));
  const logarithm = b.mul(log1pOfSum(b, "f64", quotient.high, quotient.low), b.f64(0.25));
  const across = rounded(b, pairSum(b, pairProduct(b, less, more), negated(b, square)));
  const angle = b.mul(arctan2(b, "f64", b.add(height, height), across), b.f64(0.5));
  const usual = { re: logarithm, im: angle };
  const isPole = b.and(b.eq(x, one), b.eq(y, zero));
  const near = complexSelect(b, isPole, { re: b.f64(Infinity), im: zero }, usual);
  const magnitude = hypot(b, "f64", x, y);
  const vanishing = b.select(isInfiniteNode(b, magnitude), zero, b.div(b.div(x, magnitude), magnitude));
  const isUnknown = b.ne(y, y);
  const far = { re: vanishing, im: b.select(isUnknown, y, b.f64(Math.PI / 2)) };
  const isFar = b.or(isLarge, b.or(isInfiniteNode(b, x), isInfiniteNode(b, y)));
  const finite = complexSelect(b, isSmall, { re: x, im: y }, complexSelect(b, isFar, far, near));
  const isTurnless = b.eq(x, zero);
  return {
    re: signedAs(b, b.select(isTurnless, x, finite.re), z.re),
    im: signedAs(b, finite.im, z.im),
  };
}

/** arctan(x + i y) is arctanh(y + i x) with the parts exchanged. */
export function complexArctan(b: GraphBuilder, z: ComplexNodes): ComplexNodes {
  return exchanged(complexArctanh(b, exchanged(z)));
}
