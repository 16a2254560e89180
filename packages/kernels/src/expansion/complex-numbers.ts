/**
 * Arithmetic of complex numbers, by NumPy's own formulas: where they round and overflow, this does.
 *
 * Source: NumPy 2.4, `loops.c.src`; division is R. Smith's, "Algorithm 116: Complex division" (1962).
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { Parts } from "./parts.ts";

export function multiplyComplex(b: GraphBuilder, [xRe, xIm]: Parts, [yRe, yIm]: Parts): Parts {
  return [b.sub(b.mul(xRe!, yRe!), b.mul(xIm!, yIm!)), b.add(b.mul(xRe!, yIm!), b.mul(xIm!, yRe!))];
}

export function divideComplex(b: GraphBuilder, [xRe, xIm]: Parts, [yRe, yIm]: Parts): Parts {
  const isFlat = b.ge(b.abs(yRe!), b.abs(yIm!));
  // The larger part of the divisor, and the other one.
  const larger = b.select(isFlat, yRe!, yIm!);
  const smaller = b.select(isFlat, yIm!, yRe!);
  const ratio = b.div(smaller, larger);
  const scale = b.div(b.constant(larger.type, 1), b.add(larger, b.mul(smaller, ratio)));
  const re = b.select(isFlat, b.add(xRe!, b.mul(xIm!, ratio)), b.add(b.mul(xRe!, ratio), xIm!));
  const im = b.select(isFlat, b.sub(xIm!, b.mul(xRe!, ratio)), b.sub(b.mul(xIm!, ratio), xRe!));
  const magnitude = b.abs(yRe!);
  const isZero = b.and(b.eq(yRe!, zeroLike(b, yRe!)), b.eq(yIm!, zeroLike(b, yIm!)));
  return [
    b.select(isZero, b.div(xRe!, magnitude), b.mul(re, scale)),
    b.select(isZero, b.div(xIm!, magnitude), b.mul(im, scale)),
  ];
}

export function reciprocalComplex(b: GraphBuilder, [re, im]: Parts): Parts {
  const isFlat = b.le(b.abs(im!), b.abs(re!));
  const larger = b.select(isFlat, re!, im!);
  const smaller = b.select(isFlat, im!, re!);
  const ratio = b.div(smaller, larger);
  const divisor = b.add(larger, b.mul(smaller, ratio));
  const one = b.constant(larger.type, 1);
  return [b.div(b.select(isFlat, one, ratio), divisor), b.div(b.neg(b.select(isFlat, ratio, one)), divisor)];
}

export function squareComplex(b: GraphBuilder, [re, im]: Parts): Parts {
  const mixed = b.mul(re!, im!);
  return [b.sub(b.mul(re!, re!), b.mul(im!, im!)), b.add(mixed, mixed)];
}

/** `x / |x|`; of zero, zero; of a number with one infinite part, that part's sign. */
export function signComplex(b: GraphBuilder, [re, im]: Parts, magnitude: Node): Parts {
  const { type } = magnitude;
  const [zero, infinity, nan] = [zeroLike(b, magnitude), b.constant(type, Infinity), b.constant(type, NaN)];
  const isZero = b.eq(magnitude, zero);
  const isInfinite = b.eq(magnitude, infinity);
  const bothInfinite = b.and(b.eq(b.abs(re!), infinity), b.eq(b.abs(im!), infinity));
  return [re!, im!].map((part) => {
    const one = b.copysign(b.constant(type, 1), part);
    const ofInfinite = b.select(bothInfinite, nan, b.select(b.eq(b.abs(part), infinity), one, zero));
    return b.select(isZero, zero, b.select(isInfinite, ofInfinite, b.div(part, magnitude)));
  });
}

function zeroLike(b: GraphBuilder, node: Node): Node {
  return b.constant(node.type, 0);
}
