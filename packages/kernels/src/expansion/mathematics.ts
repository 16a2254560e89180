/**
 * Functions that are expanded elsewhere: the tables of `mathematics/`, by name.
 *
 * @module
 */
import type { Node } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import type { RealExpansion } from "../mathematics/expansion.ts";
import { REAL_FUNCTIONS } from "../mathematics/real-functions.ts";
import type { Site } from "./functions.ts";
import { floatLane, type Parts } from "./parts.ts";

const REAL: Readonly<Record<string, RealExpansion | undefined>> = REAL_FUNCTIONS;

export function realFunction({ b, name, dtype }: Site, args: readonly Node[]): Node {
  const expansion = REAL[name];
  check(expansion !== undefined, `there is no mathematics for ${name} of ${dtype}`);
  return expansion(b, floatLane(dtype), ...args);
}

export function complexFunction({ name, dtype }: Site, args: readonly Parts[]): Parts {
  check(false, `there is no mathematics for ${name} of ${args.length} numbers of ${dtype}`);
}
