/**
 * Functions that are expanded elsewhere: the tables of `mathematics/`, by name. They are loaded when the first is used.
 *
 * @module
 */
import type { Node } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import type { ComplexExpansion } from "../mathematics/complex-functions.ts";
import type { RealExpansion } from "../mathematics/expansion.ts";
import type { Site } from "./functions.ts";
import { MissingPart } from "./missing-part.ts";
import { floatLane, type Parts } from "./parts.ts";

/** The expansions by name. */
interface Tables {
  readonly real: Readonly<Record<string, RealExpansion | undefined>>;
  readonly complex: Readonly<Record<string, ComplexExpansion | undefined>>;
}

let loaded: Tables | null = null;

/** Loads the tables, once. */
export async function loadMathematics(): Promise<void> {
  const { COMPLEX_FUNCTIONS, REAL_FUNCTIONS } = await import("../mathematics/mathematics.ts");
  loaded = { real: REAL_FUNCTIONS, complex: COMPLEX_FUNCTIONS };
}

function tables(): Tables {
  if (loaded === null) throw new MissingPart("the mathematics", loadMathematics);
  return loaded;
}

/** A function of floats, which a complex number's parts are as well. @throws a {@link MissingPart} */
export function realFunction({ b, name, dtype }: Site, args: readonly Node[]): Node {
  const expansion = tables().real[name];
  check(expansion !== undefined, `there is no mathematics for ${name} of ${dtype}`);
  return expansion(b, floatLane(dtype), ...args);
}

/** A function of complex numbers; what comes of it may be one float. @throws a {@link MissingPart} */
export function complexFunction({ b, name, dtype }: Site, args: readonly Parts[]): Parts {
  const expansion = tables().complex[name];
  check(expansion !== undefined, `there is no mathematics for ${name} of ${dtype}`);
  const value = expansion(b, floatLane(dtype), ...args.map(([re, im]) => ({ re: re!, im: im! })));
  return "re" in value ? [value.re, value.im] : [value];
}
