/**
 * A kernel as a function, whose calls are made by what is loaded with the first of them: a program that makes none has
 * none of it to load.
 *
 * @module
 */
import type { Explanation } from "@instride/kernels/compiler";
import { withParts } from "./compiler-loading.ts";

/** What can be done with a kernel, each with the arguments as they are given. */
export interface Calls {
  /** Loads what the compiler lacks for it; the others leave that to whoever calls them. */
  call(args: readonly unknown[]): Promise<unknown>;
  prepare(args: readonly unknown[]): Promise<unknown>;
  warm(args: readonly unknown[]): Promise<void>;
  explain(args: readonly unknown[]): Promise<Explanation>;
}

/** The calls of a kernel as a function, and what else there is to be done with it. */
export interface LateCalls {
  (...args: readonly unknown[]): Promise<unknown>;
  readonly label: string;
  prepare(...args: readonly unknown[]): Promise<unknown>;
  warm(...args: readonly unknown[]): Promise<void>;
  explain(...args: readonly unknown[]): Promise<Explanation>;
}

/** Makes the function. @param load - loads what makes the calls; if it fails, whoever calls next tries again */
export function lateCalls(label: string, load: () => Promise<Calls>): LateCalls {
  let calls: Calls | null = null;
  // Several may wait for it at the beginning: all of them call the same.
  const loaded = async (): Promise<Calls> => {
    const made = await load();
    return (calls ??= made);
  };
  const call = (...args: readonly unknown[]): Promise<unknown> =>
    calls === null ? loaded().then((ready) => ready.call(args)) : calls.call(args);
  return Object.assign(call, {
    label,
    prepare: (...args: readonly unknown[]) => withParts(async () => (await loaded()).prepare(args)),
    warm: (...args: readonly unknown[]) => withParts(async () => (await loaded()).warm(args)),
    explain: (...args: readonly unknown[]) => withParts(async () => (await loaded()).explain(args)),
  });
}
