/**
 * Where kernels come from: a module of the user's, or the registry of built-ins that the environment brings along.
 *
 * @module
 */
import { describe, type MemoryView } from "@instride/core";
import { ModuleLoadError } from "./errors.ts";
import type { KernelCode, KernelTarget } from "./protocol.ts";
import type { LoopRange } from "./range.ts";
import { settlesWithin } from "./time-limit.ts";

/**
 * The body of a loop: works on the part of its operands that the range stands for.
 *
 * A scan calls it twice for each part: first without a prefix, for the part's total; then with the total of all parts
 * before it, to write what it scans.
 */
export type LoopBody = (
  range: LoopRange,
  views: Readonly<Record<string, MemoryView>>,
  args: unknown,
  prefix?: unknown,
) => unknown;

/** A task: a function that is called once. */
export type TaskBody = (views: Readonly<Record<string, MemoryView>>, args: unknown) => unknown;

/**
 * Looks a built-in kernel up.
 *
 * @param code - what it is made with, if it runs code that was generated
 * @throws if there is none of that name
 */
export type KernelRegistry = (name: string, code?: KernelCode) => LoopBody;

/** As {@link KernelRegistry}, of a thread that loads the built-ins with the first of them that it is to run. */
export interface LateRegistry {
  (name: string, code: KernelCode): LoopBody;
  (name: string, code?: KernelCode): LoopBody | Promise<LoopBody>;
}

const modules = new Map<string, (...parameters: never) => unknown>();

/**
 * Loads what a target names: at once for a built-in and for a module that was loaded before.
 *
 * @throws {@link ModuleLoadError} if the module can't be loaded or its default export is no function
 */
export async function loadKernel(
  target: KernelTarget,
  registry: LateRegistry,
): Promise<(...parameters: never) => unknown> {
  if ("name" in target) return registry(target.name, target.code);
  const known = modules.get(target.url);
  if (known !== undefined) return known;
  const body = await importDefault(target.url);
  modules.set(target.url, body);
  return body;
}

/** A module that is not loaded after so many milliseconds is given up: awaiting at its top level it may never be. */
const LOAD_MS_MAX = 15_000;

async function importDefault(url: string): Promise<(...parameters: never) => unknown> {
  let module: { readonly default?: unknown };
  try {
    const loading = import(/* @vite-ignore */ /* webpackIgnore: true */ url) as Promise<typeof module>;
    const isInTime = await settlesWithin(LOAD_MS_MAX, loading);
    if (!isInTime) throw new Error(`it was not loaded after ${LOAD_MS_MAX / 1000} s`);
    module = await loading;
  } catch (cause) {
    const fact = cause instanceof Error ? cause.message : String(cause);
    throw new ModuleLoadError(`cannot load the kernel module ${url}: ${fact}`, { cause });
  }
  const { default: body } = module;
  if (typeof body === "function" && !isClass(body)) return body as (...parameters: never) => unknown;
  throw new ModuleLoadError(
    `cannot use the kernel module ${url}: expected a function as its default export, found ${found(module)}`,
  );
}

/** A class has the type of a function, and can't be called. */
function isClass(body: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(body));
}

const EXPORTS_SHOWN = 8;

function found(module: { readonly default?: unknown }): string {
  const { default: body } = module;
  if (body !== undefined) return typeof body === "function" ? `class ${body.name || "(anonymous)"}` : describe(body);
  const names = Object.keys(module);
  const more = names.length > EXPORTS_SHOWN ? ", ..." : "";
  return names.length === 0 ? "no exports" : `exports of ${names.slice(0, EXPORTS_SHOWN).join(", ")}${more}`;
}

/** Whether a target is code that was generated. Its arguments are the generator's own: nobody changes them. */
export function isGenerated(target: KernelTarget): boolean {
  return "name" in target && target.code !== undefined;
}

/** What errors call a target. */
export function targetName(target: KernelTarget): string {
  return "name" in target ? (target.label ?? target.name) : target.url;
}
