/**
 * What can go wrong with a call to the scheduler, by the decision that the caller can take.
 *
 * A call that fails settles only once no thread can touch its operands any more.
 *
 * @module
 */
import {
  describe,
  type ErrorContext,
  type HalfOpenRange,
  ReadonlyError,
  registerErrorClass,
  registerErrorTravel,
  WIRE_ERRORS_MAX,
} from "@instride/core";
import { type LoopRange, showRange } from "./range.ts";

/** How many errors of chunks a {@link KernelError} keeps. */
export const KERNEL_ERRORS_MAX: number = WIRE_ERRORS_MAX;

/** A kernel or task threw; `cause` is what it threw. If several chunks failed it is the error of the earliest range. */
export class KernelError extends Error {
  override readonly name: string = "KernelError";
  readonly code: string = "kernel";
  /** The kernel's name or URL. */
  readonly kernel: string;
  /** The chunk in which it threw; null for a task. */
  readonly range: LoopRange | null;
  /**
   * If several chunks failed: an error for each, sorted by range, that of {@link range} among them, as in an
   * `AggregateError`; the first {@link KERNEL_ERRORS_MAX} of them. Otherwise empty. Which chunks come to fail is a matter
   * of timing: once one has, no further chunk starts.
   */
  readonly errors: readonly KernelError[];

  /** @param errors - those of all chunks that failed, sorted by range, if they are several */
  constructor(kernel: string, range: LoopRange | null, cause: unknown, errors: readonly KernelError[] = []) {
    const where = range === null ? "" : ` on range ${showRange(range)}`;
    const fact = cause instanceof Error ? cause.message : describe(cause);
    const others = errors.length - 1;
    const more = others > 0 ? `; and ${others} more ${others === 1 ? "chunk" : "chunks"} failed` : "";
    super(`kernel ${describe(kernel)} failed${where}: ${fact}${more}`, { cause });
    this.kernel = kernel;
    this.range = range;
    this.errors = Object.freeze(errors.slice(0, KERNEL_ERRORS_MAX));
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

/** No thread could be started for a call, so none touched what it was to write. */
export class ThreadStartError extends WorkerLostError {
  override readonly name: string = "ThreadStartError";
  override readonly code: string = "thread-start";
}

/**
 * What threads run was built from other versions of the packages than what starts them. Such a thread touches nothing that
 * is shared.
 */
export class ProtocolVersionError extends ThreadStartError {
  override readonly name: string = "ProtocolVersionError";
  override readonly code: string = "protocol-version";
}

/** A call was not done by its deadline. The threads that would not stop were ended; what it was to write is undefined. */
export class DeadlineError extends Error {
  override readonly name: string = "DeadlineError";
  readonly code: string = "deadline";
  /** False for a call that only waited until then, for a thread or for its memory: it has written nothing. */
  readonly hasBegun: boolean;

  constructor(message: string, { cause, hasBegun = true }: ErrorContext & { readonly hasBegun?: boolean } = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.hasBegun = hasBegun;
  }
}

/** A read-only operand was changed while a call had it. Only `debug` looks. */
export class ReadonlyOperandError extends ReadonlyError {
  override readonly name: string = "ReadonlyOperandError";
  override readonly code: string = "readonly-operand";
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

/**
 * The error of a call that was given up.
 *
 * @param hasBegun - whether any chunk was
 */
export function deadlineError(
  { deadlineMs, chunks }: { readonly deadlineMs: number | undefined; readonly chunks: { readonly chunkCount: number } },
  chunksDone: number,
  hasBegun: boolean,
): DeadlineError {
  const fact = hasBegun
    ? `${chunksDone} of ${chunks.chunkCount} chunks were done, and what it was to write is undefined`
    : "it had not begun, and has written nothing";
  return new DeadlineError(`the call was not done after ${deadlineMs} ms: ${fact}`, { hasBegun });
}

const classes: readonly (new (message: string, context?: ErrorContext) => Error)[] = [
  ModuleLoadError,
  WorkerLostError,
  ThreadStartError,
  ProtocolVersionError,
  ReadonlyOperandError,
  ClosedError,
];
for (const errorClass of classes) registerErrorClass(errorClass.name, errorClass);

registerErrorTravel<DeadlineError>("DeadlineError", DeadlineError, {
  fieldsOf: ({ hasBegun }) => Boolean(hasBegun),
  revive: ({ message, context, fields }) => new DeadlineError(message, { ...context, hasBegun: fields as boolean }),
});

/** What {@link KernelError}s keep beside their causes. */
type KernelFields = Pick<KernelError, "kernel" | "range">;

registerErrorTravel<KernelError>("KernelError", KernelError, {
  fieldsOf: ({ kernel, range }): KernelFields => ({
    kernel: String(kernel),
    range: range === null ? null : rangeOf(range),
  }),
  revive: ({ fields, context, errors }) => {
    const { kernel, range } = fields as KernelFields;
    return new KernelError(kernel, range, context.cause, errors as KernelError[]);
  },
});

/** A range of numbers, whatever it was set to. */
function rangeOf(range: unknown): LoopRange {
  const line = ({ start, stop }: Readonly<Record<keyof HalfOpenRange, unknown>>): HalfOpenRange => {
    return { start: Number(start), stop: Number(stop) };
  };
  return Array.isArray(range) ? range.map(line) : line(range as HalfOpenRange);
}
