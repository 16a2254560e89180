/**
 * Functions of floats that need no mathematics.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { Site } from "./functions.ts";

/** What a product is made of, where it may go into a sum without having been rounded. */
function factorsOf({ relaxed, dtype }: Site, node: Node): readonly [Node, Node] | null {
  // float16's products are rounded to it.
  if (!relaxed || dtype === "float16") return null;
  return node.kind === "binary" && node.op === "mul" ? node.args : null;
}

export function sum(site: Site, x: Node, y: Node): Node {
  const { b } = site;
  const ofX = factorsOf(site, x);
  if (ofX !== null) return b.fused(...ofX, y);
  const ofY = factorsOf(site, y);
  return ofY === null ? b.add(x, y) : b.fused(...ofY, x);
}

export function difference(site: Site, x: Node, y: Node): Node {
  const { b } = site;
  const ofX = factorsOf(site, x);
  if (ofX !== null) return b.fused(...ofX, b.neg(y));
  const ofY = factorsOf(site, y);
  return ofY === null ? b.sub(x, y) : b.fused(b.neg(ofY[0]), ofY[1], x);
}

/** -1, 0, 1 or NaN: NumPy's sign of -0 is 0. */
export function signOf(b: GraphBuilder, x: Node): Node {
  const zero = b.constant(x.type, 0);
  const one = b.copysign(b.constant(x.type, 1), x);
  return b.select(b.eq(x, zero), zero, b.select(b.eq(x, x), one, x));
}

/** A magnitude with another number's sign, that of NaN being none. */
export function withSignOf(b: GraphBuilder, x: Node, y: Node): Node {
  return b.copysign(x, b.select(b.eq(y, y), y, b.constant(y.type, 1)));
}

/** Of NaN false: its sign is not the same on all machines. */
export function signbitOf(b: GraphBuilder, x: Node): Node {
  const sign = b.copysign(b.constant(x.type, 1), x);
  return b.and(b.lt(sign, b.constant(x.type, 0)), b.eq(x, x));
}

/** `Math.round`. What lies between a number and its floor is exact. */
export function roundHalfUp(b: GraphBuilder, x: Node): Node {
  const floor = b.floor(x);
  const isUp = b.ge(b.sub(x, floor), b.constant(x.type, 0.5));
  return b.copysign(b.select(isUp, b.add(floor, b.constant(x.type, 1)), floor), x);
}

/** Exponents for which a power is as exact without logarithms. */
export function smallPower(b: GraphBuilder, x: Node, exponent: Node): Node | null {
  if (exponent.kind !== "constant") return null;
  const one = b.constant(x.type, 1);
  switch (exponent.value) {
    case -1:
      return b.div(one, x);
    case 0:
      return one;
    case 1:
      return x;
    case 2:
      return b.mul(x, x);
    case 3:
      return b.mul(b.mul(x, x), x);
    default:
      return null;
  }
}

/** Of a real number: 0 or pi, by its sign. */
export function angleOf(site: Site, x: Node): Node {
  const { b } = site;
  const angle = b.select(signbitOf(b, x), b.constant(x.type, Math.PI), b.constant(x.type, 0));
  return b.select(b.eq(x, x), angle, x);
}
