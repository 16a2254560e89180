/**
 * Programs that have been read, by the texts that they were read of: functions are often made anew for each call.
 *
 * Text doesn't say all of a function that calls a compiler's helper (`trial.ts`): its program is kept for itself only.
 *
 * @module
 */
import type { Program } from "../expression/expression.ts";
import { MATH_FUNCTIONS } from "./builtins.ts";
import { isProgram, type KernelSource, type KernelSources, textOf } from "./kernel-source.ts";
import { PROGRAMS_KEPT_MAX } from "./limits.ts";

/** By what a program depends on; the one that was asked for last at the end. */
const kept = new Map<string, Program>();
/** Of functions that were given no kernels: a function that is called again and again is found without its text. */
const byFunction = new WeakMap<object, Program>();
const identities = new WeakMap<object, number>();
let identityCount = 0;

/** The program that was read of these sources, if it is kept. */
export function keptProgram(source: KernelSource, kernels: KernelSources): Program | undefined {
  if (isProgram(source)) return source;
  const isAlone = typeof source === "function" && Object.keys(kernels).length === 0;
  const known = isAlone ? byFunction.get(source) : undefined;
  if (known !== undefined) return known;
  for (const byIdentity of [false, true]) {
    const program = kept.get(keyOf(source, kernels, byIdentity));
    if (program === undefined) continue;
    keep(source, kernels, byIdentity, program);
    return program;
  }
  return undefined;
}

/**
 * Keeps a program that was read.
 *
 * @param byIdentity - whether it is one for these very functions, not for all with their text
 */
export function keep(source: KernelSource, kernels: KernelSources, byIdentity: boolean, program: Program): void {
  const key = keyOf(source, kernels, byIdentity);
  kept.delete(key);
  kept.set(key, program);
  if (kept.size > PROGRAMS_KEPT_MAX) kept.delete(kept.keys().next().value!);
  if (typeof source === "function" && Object.keys(kernels).length === 0) byFunction.set(source, program);
}

/** What a program depends on. */
function keyOf(source: KernelSource, kernels: KernelSources, byIdentity: boolean): string {
  const part = (kernel: KernelSource): string | number =>
    isProgram(kernel) || (typeof kernel === "function" && (byIdentity || MATH_FUNCTIONS.has(kernel)))
      ? identityOf(kernel)
      : textOf(kernel);
  return JSON.stringify([part(source), ...Object.entries(kernels).map(([name, kernel]) => [name, part(kernel)])]);
}

function identityOf(kernel: object): number {
  const known = identities.get(kernel) ?? ++identityCount;
  identities.set(kernel, known);
  return known;
}
