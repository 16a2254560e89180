/**
 * power of complex numbers, in f64.
 *
 * Exponents that are integers below 100 are products, as NumPy has them, of numbers in two parts. Others are
 * e^(w log z), with the logarithm in two parts: an error of it of 2^-56 is one of the result's of as much times |w log z|.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import { type ComplexNodes, complexSelect, isFiniteNode, isInfiniteNode, signedAs } from "./complex.ts";
import { complexReciprocal } from "./complex-arithmetic.ts";
import { exponentialOf } from "./complex-exponential.ts";
import { complexLog, logMagnitude } from "./complex-logarithm.ts";
import { arctan2InParts } from "./inverse-trigonometric.ts";
import {
  negated,
  type Pair,
  pairDifference,
  pairOf,
  pairProduct,
  pairQuotient,
  pairSquare,
  pairSum,
  rounded,
  selectPair,
} from "./pairs.ts";

/** Exponents up to this magnitude are multiplied out. */
const INTEGER_MAX = 99;

/** Binary digits of such. */
const ROUNDS_MAX = 8;

interface ComplexPair {
  readonly re: Pair;
  readonly im: Pair;
}

function product(b: GraphBuilder, x: ComplexPair, y: ComplexPair): ComplexPair {
  return {
    re: pairDifference(b, pairProduct(b, x.re, y.re), pairProduct(b, x.im, y.im)),
    im: pairSum(b, pairProduct(b, x.re, y.im), pairProduct(b, x.im, y.re)),
  };
}

function plainProduct(b: GraphBuilder, x: ComplexNodes, y: ComplexNodes): ComplexNodes {
  return {
    re: b.sub(b.mul(x.re, y.re), b.mul(x.im, y.im)),
    im: b.add(b.mul(x.re, y.im), b.mul(x.im, y.re)),
  };
}

/** 1/z: in parts where that neither overflows nor loses bits. */
function inverse(b: GraphBuilder, z: ComplexPair): ComplexNodes {
  const larger = b.max(b.abs(z.re.high), b.abs(z.im.high));
  const isModerate = b.and(b.lt(larger, b.f64(2 ** 400)), b.gt(larger, b.f64(2 ** -400)));
  const divisor = pairSum(b, pairSquare(b, z.re), pairSquare(b, z.im));
  const quotient = {
    re: rounded(b, pairQuotient(b, z.re, divisor)),
    im: rounded(b, pairQuotient(b, negated(b, z.im), divisor)),
  };
  const plain = complexReciprocal(b, "f64", { re: rounded(b, z.re), im: rounded(b, z.im) });
  return complexSelect(b, isModerate, quotient, plain);
}

/** z to an integer exponent, by its binary digits from the lowest on. A loop: without such an exponent it is not entered. */
function integerPower(b: GraphBuilder, z: ComplexNodes, exponent: Node, isInteger: Node): ComplexNodes {
  const [zero, one] = [b.f64(0), b.f64(1)];
  const magnitude = b.select(isInteger, b.abs(exponent), zero);
  const initial = [magnitude, one, zero, zero, zero, z.re, zero, z.im, zero, one, zero, z.re, z.im];
  const results = b.loop(initial, ROUNDS_MAX, ([digits, ...carried]) => {
    const complexAt = (at: number): ComplexPair => ({
      re: { high: carried[at]!, low: carried[at + 1]! },
      im: { high: carried[at + 2]!, low: carried[at + 3]! },
    });
    const [sum, power] = [complexAt(0), complexAt(4)];
    const plainSum = { re: carried[8]!, im: carried[9]! };
    const plainPower = { re: carried[10]!, im: carried[11]! };
    const half = b.floor(b.mul(digits!, b.f64(0.5)));
    const isOdd = b.ne(b.add(half, half), digits!);
    const next = product(b, sum, power);
    const re = selectPair(b, isOdd, next.re, sum.re);
    const im = selectPair(b, isOdd, next.im, sum.im);
    const square = product(b, power, power);
    const plain = complexSelect(b, isOdd, plainProduct(b, plainSum, plainPower), plainSum);
    const plainSquare = plainProduct(b, plainPower, plainPower);
    return {
      condition: b.gt(digits!, zero),
      next: [
        half,
        ...[re, im, square.re, square.im].flatMap(({ high, low }) => [high, low]),
        ...[plain, plainSquare].flatMap((number) => [number.re, number.im]),
      ],
    };
  });
  const exact = {
    re: { high: results[1]!, low: results[2]! },
    im: { high: results[3]!, low: results[4]! },
  };
  // Beyond the range parts are of no use; then what NumPy computes.
  const isFinite = b.and(isFiniteNode(b, rounded(b, exact.re)), isFiniteNode(b, rounded(b, exact.im)));
  const plain = { re: results[9]!, im: results[10]! };
  const isNegative = b.lt(exponent, zero);
  // A product with 1 would make NaN of what is infinite in one part.
  const ofTwo = complexSelect(b, b.eq(exponent, b.f64(2)), plainProduct(b, z, z), plain);
  const ofPlain = complexSelect(b, isNegative, complexReciprocal(b, "f64", plain), ofTwo);
  const inParts = { re: rounded(b, exact.re), im: rounded(b, exact.im) };
  return complexSelect(b, isFinite, complexSelect(b, isNegative, inverse(b, exact), inParts), ofPlain);
}

/** The product as C99 has it, annex G.5.1: with an infinite part it is infinite, whatever the other parts are. */
function recoveredProduct(b: GraphBuilder, x: ComplexNodes, y: ComplexNodes): ComplexNodes {
  const [zero, infinity] = [b.f64(0), b.f64(Infinity)];
  const boxed = ({ re, im }: ComplexNodes, isBoxed: Node): ComplexNodes => {
    const unit = (part: Node): Node => signedAs(b, b.select(isInfiniteNode(b, part), b.f64(1), zero), part);
    return { re: b.select(isBoxed, unit(re), re), im: b.select(isBoxed, unit(im), im) };
  };
  const known = ({ re, im }: ComplexNodes, isOther: Node): ComplexNodes => {
    const orZero = (part: Node): Node => b.select(b.and(isOther, b.ne(part, part)), zero, part);
    return { re: orZero(re), im: orZero(im) };
  };
  const isAny = ({ re, im }: ComplexNodes): Node => b.or(isInfiniteNode(b, re), isInfiniteNode(b, im));
  const [isX, isY] = [isAny(x), isAny(y)];
  const box = plainProduct(b, known(boxed(x, isX), isY), known(boxed(y, isY), isX));
  const plain = plainProduct(b, x, y);
  const isLost = b.and(b.ne(plain.re, plain.re), b.ne(plain.im, plain.im));
  const infinite = { re: b.mul(box.re, infinity), im: b.mul(box.im, infinity) };
  return complexSelect(b, b.and(isLost, b.or(isX, isY)), infinite, plain);
}

/** e^(w log z). */
function generalPower(b: GraphBuilder, z: ComplexNodes, w: ComplexNodes): ComplexNodes {
  const logarithm = logMagnitude(b, z);
  const angle = arctan2InParts(b, z.im, z.re);
  const [re, im] = [pairOf(b, w.re), pairOf(b, w.im)];
  const growth = pairDifference(b, pairProduct(b, re, logarithm), pairProduct(b, im, angle));
  const turn = pairSum(b, pairProduct(b, re, angle), pairProduct(b, im, logarithm));
  // Of infinities and of what overflows, parts make no sense.
  const plain = recoveredProduct(b, w, complexLog(b, z));
  const areFinite = [z.re, z.im, rounded(b, growth), rounded(b, turn)].map((part) => isFiniteNode(b, part));
  const isFinite = areFinite.reduce((all, each) => b.and(all, each));
  return exponentialOf(
    b,
    selectPair(b, isFinite, growth, pairOf(b, plain.re)),
    selectPair(b, isFinite, turn, pairOf(b, plain.im)),
  );
}

/** z to the power of w, as NumPy has it: of 0 it is 1, 0 where Re w > 0, else NaN. */
export function complexPower(b: GraphBuilder, z: ComplexNodes, w: ComplexNodes): ComplexNodes {
  const [zero, one, nan] = [b.f64(0), b.f64(1), b.f64(Number.NaN)];
  const isReal = b.eq(w.im, zero);
  const isInteger = b.and(isReal, b.and(b.le(b.abs(w.re), b.f64(INTEGER_MAX)), b.eq(b.floor(w.re), w.re)));
  const usual = complexSelect(b, isInteger, integerPower(b, z, w.re, isInteger), generalPower(b, z, w));
  const isZero = b.and(b.eq(z.re, zero), b.eq(z.im, zero));
  const vanishing = b.select(b.gt(w.re, zero), zero, nan);
  const ofOthers = complexSelect(b, isZero, { re: vanishing, im: vanishing }, usual);
  const isNone = b.and(b.eq(w.re, zero), isReal);
  const isSame = b.and(b.eq(w.re, one), isReal);
  return complexSelect(b, isNone, { re: one, im: zero }, complexSelect(b, isSame, z, ofOthers));
}
