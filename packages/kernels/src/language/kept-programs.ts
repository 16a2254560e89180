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
const identities = new WeakMap<object, number>();
let identityCount = 0;

/** The program that was read of these sources, if it is kept. */
export function keptProgram(source: KernelSource, kernels: KernelSources): Program | undefined {
  if (isProgram(source)) return source;
  for (const byIdentity of [false, true]) {
    const key = keyOf(source, kernels, byIdentity);
    const program = kept.get(key);
    if (program === undefined) continue;
    keepAs(key, program);
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
  keepAs(keyOf(source, kernels, byIdentity), program);
}

function keepAs(key: string, program: Program): void {
  kept.delete(key);
  kept.set(key, program);
  if (kept.size > PROGRAMS_KEPT_MAX) kept.delete(kept.keys().next().value!);
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
