/**
 * Functions that are expanded elsewhere: the tables of `mathematics/`, by name.
 *
 * @module
 */
import type { Node } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import { COMPLEX_FUNCTIONS, type ComplexExpansion } from "../mathematics/complex-functions.ts";
import type { RealExpansion } from "../mathematics/expansion.ts";
import { REAL_FUNCTIONS } from "../mathematics/real-functions.ts";
import type { Site } from "./functions.ts";
import { floatLane, type Parts } from "./parts.ts";

const REAL: Readonly<Record<string, RealExpansion | undefined>> = REAL_FUNCTIONS;
const COMPLEX: Readonly<Record<string, ComplexExpansion | undefined>> = COMPLEX_FUNCTIONS;

/** A function of floats, which a complex number's parts are as well. */
export function realFunction({ b, name, dtype }: Site, args: readonly Node[]): Node {
  const expansion = REAL[name];
  check(expansion !== undefined, `there is no mathematics for ${name} of ${dtype}`);
  return expansion(b, floatLane(dtype), ...args);
}

/** A function of complex numbers; what comes of it may be one float. */
export function complexFunction({ b, name, dtype }: Site, args: readonly Parts[]): Parts {
  const expansion = COMPLEX[name];
  check(expansion !== undefined, `there is no mathematics for ${name} of ${dtype}`);
  const value = expansion(b, floatLane(dtype), ...args.map(([re, im]) => ({ re: re!, im: im! })));
  return "re" in value ? [value.re, value.im] : [value];
}
