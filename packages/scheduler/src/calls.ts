/**
 * What every call to the scheduler does around its work: lend the operands, run, settle, take them back.
 *
 * The contract that users rely on: **a call settles only once no thread can touch its operands any more**, also on
 * error, cancellation or a thread's death.
 *
 * @module
 */
import { describe, errorFromWire, type Loan, type MemoryOwner, MemoryView } from "@instride/core";
import { KernelError } from "./errors.ts";
import { targetName } from "./kernel-source.ts";
import type { AbortSignal } from "./pool.ts";
import type { Failure, KernelTarget, Operands } from "./protocol.ts";

/** Views by the names under which a kernel gets them. Read-only views are lent for reading, others for writing. */
export type Views = Readonly<Record<string, MemoryView>>;

/** What every call takes. */
export interface CallOptions {
  readonly views?: Views;
  /** Anything that survives structured clone. */
  readonly args?: unknown;
  /** Cancels the call: it rejects with the signal's reason once no thread works on it. */
  readonly signal?: AbortSignal | undefined;
}

/** Which function a call is to run: a module's URL, or a built-in's name. */
export function checkTarget(target: unknown): KernelTarget {
  if (typeof target === "string") return { name: target };
  const href = typeof target === "object" && target !== null ? (target as { readonly href?: unknown }).href : undefined;
  if (typeof href === "string") return { url: href };
  throw new TypeError(
    `cannot run ${describe(target)}: expected the URL of a module with a default export ` +
      '(new URL("./my.kernel.ts", import.meta.url)), or the name of a built-in kernel',
  );
}

/** Lends the operands of a call for as long as `run` takes. */
export async function withLoans<R>(
  owner: MemoryOwner,
  target: KernelTarget,
  { views = {}, args, signal }: CallOptions,
  run: (operands: Operands) => Promise<R>,
): Promise<R> {
  throwIfAborted(signal);
  const names = Object.keys(views);
  const requests = names.map((name) => {
    const view = views[name];
    if (!(view instanceof MemoryView))
      throw new TypeError(`cannot lend ${describe(view)} as view "${name}": expected a MemoryView`);
    return { view, mode: view.readonly ? ("read" as const) : ("write" as const) };
  });
  const loans: Loan[] = owner.lend(targetName(target), requests);
  try {
    const descriptors = Object.fromEntries(loans.map(({ descriptor }, i) => [names[i]!, descriptor]));
    return await run({ views: descriptors, args });
  } finally {
    for (const { lease } of loans) owner.leases.release(lease);
  }
}

/** @throws the signal's reason */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw signal.reason;
}

/** The error that a caller gets for a failure on some thread. */
export function errorOf(failure: Failure, target: KernelTarget, isTask: boolean): Error {
  const cause = errorFromWire(failure.error);
  // What was thrown before the kernel was entered has a class of its own: a bad descriptor, a module that can't load.
  return failure.range === null && !isTask ? cause : new KernelError(targetName(target), failure.range, cause);
}
