/**
 * What every call to the scheduler does around its work: lend the operands, run, settle, take them back.
 *
 * The contract that users rely on: **a call settles only once no thread can touch its operands any more**, also on
 * error, cancellation or a thread's death.
 *
 * @module
 */
import { errorFromWire, type Loan, type MemoryOwner, type MemoryView } from "@instride/core";
import { checkSignal, loanRequests } from "./call-checks.ts";
import { DeadlineError, KernelError, ModuleLoadError, ThreadStartError, WorkerLostError } from "./errors.ts";
import { targetName } from "./kernel-source.ts";
import { lendInTime, type WaitOptions } from "./lease-wait.ts";
import type { AbortSignal } from "./pool.ts";
import type { Failure, KernelTarget, Operands } from "./protocol.ts";
import { compareRanges } from "./range.ts";
import { watchReadonly } from "./readonly-check.ts";
import { copyOfArguments } from "./sendable.ts";

/** Views by the names under which a kernel gets them. Read-only views are lent for reading, others for writing. */
export type Views = Readonly<Record<string, MemoryView>>;

/** What every call takes. */
export interface CallOptions extends WaitOptions {
  readonly views?: Views;
  /** Anything that survives structured clone: copied when the call is made. Views go among {@link views}. */
  readonly args?: unknown;
  /** Cancels the call: it rejects with the signal's reason once no thread works on it. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Operands that an outer call has lent already, instead of `views` and `args`.
   *
   * @internal
   */
  readonly lent?: Operands | undefined;
}

/**
 * Lends the operands of a call for as long as `run` takes.
 *
 * @throws a `BorrowError` or `LeaseTimeoutError` if others have them; what `run` throws; with `debug` a
 *   `ReadonlyOperandError`
 */
export async function withLoans<R>(
  owner: MemoryOwner,
  target: KernelTarget,
  options: CallOptions,
  run: (operands: Operands) => Promise<R>,
): Promise<R> {
  const { views = {}, signal, lent } = options;
  checkSignal(signal);
  throwIfAborted(signal);
  if (lent !== undefined) return run(lent);
  const args = copyOfArguments(options.args);
  const requests = loanRequests(views);
  const names = Object.keys(views);
  const lending = lendInTime(owner, targetName(target), requests, options);
  const loans: Loan[] = lending instanceof Promise ? await lending : lending;
  try {
    // Who waited may have been cancelled when its turn had come.
    throwIfAborted(signal);
    const checkReadonly = owner.debug ? watchReadonly(targetName(target), names, requests, loans) : null;
    const descriptors = Object.fromEntries(loans.map(({ descriptor }, i) => [names[i]!, descriptor]));
    const result = await run({ views: descriptors, args });
    checkReadonly?.();
    return result;
  } catch (error) {
    poisonBroken(owner, loans, error);
    throw error;
  } finally {
    owner.giveBack(loans);
  }
}

/**
 * Poisons what a call was writing, if it has failed because its writing was broken off: its deadline had passed, or a
 * thread of it died. A kernel that throws, a loop that is cancelled, and a call that had not begun poison nothing.
 */
export function poisonBroken(owner: MemoryOwner, loans: readonly Loan[], error: unknown): void {
  const lostOne = error instanceof WorkerLostError && !(error instanceof ThreadStartError);
  const saysSo = (error instanceof DeadlineError && error.hasBegun) || lostOne;
  // A thread may have been ended by a signal or by `close`, or have died beside another that threw.
  if (saysSo || loans.some(({ lease }) => owner.leases.isOrphaned(lease))) owner.poison(loans, error);
}

/** @throws the signal's reason */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw signal.reason;
}

/** The error that a caller gets for the failures of a loop: that of the earliest range, with those of all chunks. */
export function errorOfLoop(failures: readonly Failure[], target: KernelTarget): Error {
  // What was thrown outside of the kernel kept a thread from it, and most likely all of them.
  const outside = failures.find(({ range }) => range === null);
  if (outside !== undefined) return errorOf(outside, target, false);
  const kernel = targetName(target);
  const errors = failures.map(({ range, error }) => new KernelError(kernel, range, errorFromWire(error)));
  errors.sort((a, b) => compareRanges(a.range!, b.range!));
  const [first] = errors;
  return errors.length === 1 ? first! : new KernelError(kernel, first!.range, first!.cause, errors);
}

/** The error that a caller gets for a failure on some thread. */
export function errorOf(failure: Failure, target: KernelTarget, isTask: boolean): Error {
  const cause = errorFromWire(failure.error);
  if (cause instanceof ModuleLoadError) return cause;
  // What was thrown before the kernel was entered has a class of its own: a bad descriptor, a module that can't load.
  return failure.range === null && !isTask ? cause : new KernelError(targetName(target), failure.range, cause);
}
