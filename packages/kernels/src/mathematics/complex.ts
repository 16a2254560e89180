/**
 * What an expansion of a function of complex numbers is.
 *
 * Of complex64 most functions are those of complex128, rounded once at the end: what has to be done in two parts there is
 * nothing that f32 alone would save.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";

/** A complex number: its real and its imaginary part. */
export interface ComplexNodes {
  readonly re: Node;
  readonly im: Node;
}

/** Builds the nodes of a function: takes complex numbers of one type, and gives such, or a float. */
export type ComplexExpansion = (b: GraphBuilder, type: FloatLane, ...args: ComplexNodes[]) => ComplexNodes | Node;

/** The same of f64 alone. */
export type DoubleExpansion = (b: GraphBuilder, ...args: ComplexNodes[]) => ComplexNodes;

/** A function of either type, computed in f64. */
export function inDouble(expansion: DoubleExpansion): ComplexExpansion {
  return (b, type, ...args) => {
    if (type === "f64") return expansion(b, ...args);
    const { re, im } = expansion(b, ...args.map((arg) => ({ re: b.promote(arg.re), im: b.promote(arg.im) })));
    return { re: b.demote(re), im: b.demote(im) };
  };
}

export function complexSelect(b: GraphBuilder, condition: Node, yes: ComplexNodes, no: ComplexNodes): ComplexNodes {
  return { re: b.select(condition, yes.re, no.re), im: b.select(condition, yes.im, no.im) };
}

/** With the parts exchanged: i times the conjugate. */
export function exchanged({ re, im }: ComplexNodes): ComplexNodes {
  return { re: im, im: re };
}

/** Says whether a float is neither infinite nor NaN. */
export function isFiniteNode(b: GraphBuilder, x: Node): Node {
  return b.lt(b.abs(x), b.constant(x.type, Infinity));
}

export function isInfiniteNode(b: GraphBuilder, x: Node): Node {
  return b.eq(b.abs(x), b.constant(x.type, Infinity));
}

/** A magnitude with another float's sign; as it is where that is NaN, which has no sign of its own. */
export function signedAs(b: GraphBuilder, magnitude: Node, sign: Node): Node {
  return b.select(b.eq(sign, sign), b.copysign(magnitude, sign), magnitude);
}
