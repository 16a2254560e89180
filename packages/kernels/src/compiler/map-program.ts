/**
 * Programs lowered for the dtypes of a call: once for each combination.
 *
 * @module
 */
import type { Program } from "../expression/expression.ts";
import { type Lowered, lowerProgram, type LowerRequest } from "../typing/lower-program.ts";
import { RecentMap } from "./recent-map.ts";

/** Combinations that are kept for each program. */
const LOWERED_KEPT_MAX = 64;

const kept = new WeakMap<Program, RecentMap<string, Lowered>>();

/** As `lowerProgram`, and the same object for the same request. */
export function lowerKept(program: Program, request: LowerRequest): Lowered {
  let ofProgram = kept.get(program);
  if (ofProgram === undefined) kept.set(program, (ofProgram = new RecentMap(LOWERED_KEPT_MAX)));
  const key = JSON.stringify({ ...request, parameters: [...request.parameters] });
  const known = ofProgram.get(key);
  if (known !== undefined) return known;
  const lowered = lowerProgram(program, request);
  ofProgram.set(key, lowered);
  return lowered;
}
