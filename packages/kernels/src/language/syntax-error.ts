/**
 * What is said of a function that can't become a kernel: where, what, why, and what to write instead.
 *
 * @module
 */
import { type ErrorContext, registerErrorClass } from "@instride/core";

/** What a {@link KernelSyntaxError} says, in parts. */
export interface Refusal {
  /** The function's name; null where it has none. */
  readonly kernel: string | null;
  /** In the function's own text, from 1. */
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
  /** The text that stands there, cut where it is long. */
  readonly piece: string;
  readonly reason: string;
  /** What to write instead. */
  readonly wayOut: string;
}

/** A function that can't be compiled. Its text has to change; nothing has run. */
export class KernelSyntaxError extends SyntaxError {
  override readonly name: string = "KernelSyntaxError";
  readonly code: string = "kernel-syntax";
  /** Null for an error that has come from another thread: its message says the same. */
  readonly refusal: Refusal | null;

  /** @param refusal - the parts of which `message` was made: {@link refusalError} makes it */
  constructor(message: string, { cause, refusal = null }: ErrorContext & { readonly refusal?: Refusal | null } = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.refusal = refusal;
  }

  /** The line of the function's own text, from 1; 0 if it is not known. */
  get line(): number {
    return this.refusal?.line ?? 0;
  }

  /** The column of the function's own text, from 1, in UTF-16 units; 0 if it is not known. */
  get column(): number {
    return this.refusal?.column ?? 0;
  }
}

registerErrorClass(KernelSyntaxError.name, KernelSyntaxError);

/** The error that says all that a refusal says. */
export function refusalError(refusal: Refusal, cause?: unknown): KernelSyntaxError {
  const { kernel, line, column, piece, reason, wayOut } = refusal;
  const owner = kernel === null ? "of the kernel" : `of kernel "${kernel}"`;
  return new KernelSyntaxError(
    `cannot compile ${JSON.stringify(piece)} (line ${line}, column ${column} ${owner}): ${reason}; ${wayOut}`,
    { refusal, cause },
  );
}
