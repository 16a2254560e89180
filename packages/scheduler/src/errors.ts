/**
 * What can go wrong with a call to the scheduler, by the decision that the caller can take.
 *
 * A call that fails settles only once no thread can touch its operands any more.
 *
 * @module
 */
import { describe, type ErrorContext, registerErrorClass } from "@instride/core";
import { type LoopRange, showRange } from "./range.ts";

/** A kernel or task threw; `cause` is what it threw. */
export class KernelError extends Error {
  override readonly name: string = "KernelError";
  readonly code: string = "kernel";
  /** The kernel's name or URL. */
  readonly kernel: string;
  /** The chunk in which it threw; null for a task. */
  readonly range: LoopRange | null;

  constructor(kernel: string, range: LoopRange | null, cause: unknown) {
    const where = range === null ? "" : ` on range ${showRange(range)}`;
    const fact = cause instanceof Error ? cause.message : describe(cause);
    super(`kernel ${describe(kernel)} failed${where}: ${fact}`, { cause });
    this.kernel = kernel;
    this.range = range;
  }
}

/** A module that could not be loaded, or that has no default export to call. */
export class ModuleLoadError extends Error {
  override readonly name: string = "ModuleLoadError";
  readonly code: string = "module-load";
}

/** A thread ended while it worked on a call. What the call was to write is undefined. */
export class WorkerLostError extends Error {
  override readonly name: string = "WorkerLostError";
  readonly code: string = "worker-lost";
}

/** A call was not done by its deadline. The threads that would not stop were ended; what it was to write is undefined. */
export class DeadlineError extends Error {
  override readonly name: string = "DeadlineError";
  readonly code: string = "deadline";
}

/** The runtime was closed. */
export class ClosedError extends Error {
  override readonly name: string = "ClosedError";
  readonly code: string = "closed";
}

/**
 * The error for arguments or results that can't go to another thread, or null if `cause` is of another kind.
 *
 * @param what - what was to be sent
 */
export function cloneError(what: string, cause: unknown): TypeError | null {
  if (!(cause instanceof Error) || cause.name !== "DataCloneError") return null;
  return new TypeError(`cannot send ${what} to another thread: ${cause.message}`, { cause });
}

/** The error of a call that was given up. */
export function deadlineError(
  { deadlineMs, chunks }: { readonly deadlineMs: number | undefined; readonly chunks: { readonly chunkCount: number } },
  chunksDone: number,
): DeadlineError {
  const progress = `${chunksDone} of ${chunks.chunkCount} chunks were done`;
  return new DeadlineError(
    `the call was not done after ${deadlineMs} ms: ${progress}, and what it was to write is undefined`,
  );
}

const classes: readonly (new (message: string, context?: ErrorContext) => Error)[] = [
  ModuleLoadError,
  WorkerLostError,
  DeadlineError,
  ClosedError,
];
for (const errorClass of classes) registerErrorClass(errorClass.name, errorClass);
