/**
 * What came of one input: it was read, refused, or something is wrong.
 *
 * @module
 */
import { faultOfError } from "../typed-errors.ts";

export interface Verdict {
  readonly isRead: boolean;
  /** What is wrong, or null. */
  readonly fault: string | null;
  /** Looks closer at what was read, where that takes longer than to read it. @returns what is wrong, or null */
  readonly verify?: () => string | null;
}

/** Refused by an error, which should be one of those promised. */
export function refusal(error: unknown): Verdict {
  return { isRead: false, fault: faultOfRefusal(error) };
}

/** What is wrong with an error, or null. No file and no format is a reason to ask for memory that isn't there. */
export function faultOfRefusal(error: unknown): string | null {
  const isMemory = (error as Partial<Error> | null)?.name === "MemoryError";
  return faultOfError(error) ?? (isMemory ? `it asked for memory: ${String(error)}` : null);
}

/** Runs a check, in which a typed error is no fault. */
export function faultIn(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return faultOfRefusal(error);
  }
}
