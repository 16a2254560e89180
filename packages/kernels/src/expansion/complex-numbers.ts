/**
 * Products of complex numbers, by the formula that they are defined by: where it rounds and overflows, this does.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Parts } from "./parts.ts";

export function multiplyComplex(b: GraphBuilder, [xRe, xIm]: Parts, [yRe, yIm]: Parts): Parts {
  return [b.sub(b.mul(xRe!, yRe!), b.mul(xIm!, yIm!)), b.add(b.mul(xRe!, yIm!), b.mul(xIm!, yRe!))];
}
