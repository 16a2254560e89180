/**
 * Whether an error is one that callers were promised: a class of `errors.ts`, or a `TypeError` that we threw ourselves.
 *
 * What the engine throws (a call of undefined, an array of negative length, a stack that overflows) means that something
 * was used before it was checked.
 *
 * @module
 */
import {
  BufferError,
  DTypeError,
  FormatError,
  IndexError,
  MemoryError,
  NotImplementedError,
  OverflowError,
  ReadonlyError,
  ValueError,
} from "@instride/core";

/** Each with those below it. */
const TYPED = [
  BufferError,
  ValueError,
  IndexError,
  NotImplementedError,
  OverflowError,
  FormatError,
  MemoryError,
  ReadonlyError,
  DTypeError,
] as const;

/** How our texts begin. The engine's begin with a capital letter, or with what was used wrongly. */
const OUR_WORDING = /^(cannot|index|axis|no) /;

/** @returns what is wrong with an error, or null */
export function faultOfError(error: unknown): string | null {
  if (TYPED.some((errorClass) => error instanceof errorClass)) return null;
  if (error instanceof TypeError && error.constructor === TypeError && OUR_WORDING.test(error.message)) return null;
  return `it ended in no typed error: ${error instanceof Error ? (error.stack ?? String(error)) : String(error)}`;
}
