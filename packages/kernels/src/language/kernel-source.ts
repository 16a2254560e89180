/**
 * What a kernel is given as.
 *
 * @module
 */
import { describe, ValueError } from "@instride/core";
import type { Program } from "../expression/expression.ts";

/** A function to compile: itself, its text, or what was read of it before. */
export type KernelSource = string | Program | ((...args: never[]) => unknown);

/** The functions that a function's last parameter names. */
export type KernelSources = Readonly<Record<string, KernelSource>>;

/** Whether it was read before. */
export function isProgram(source: KernelSource): source is Program {
  return typeof source === "object" && source !== null && Array.isArray(source.outputs);
}

/** The text of a function. @throws {@link ValueError} for what is none */
export function textOf(source: KernelSource): string {
  if (typeof source === "string") return source;
  // Not the function's own method: it may have another.
  if (typeof source === "function") return Function.prototype.toString.call(source);
  throw new ValueError(`cannot compile ${describe(source)}: expected a function, or its text`);
}
