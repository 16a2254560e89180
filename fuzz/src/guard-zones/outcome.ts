/**
 * What an operation came to, as text that is the same for the same outcome.
 *
 * @module
 */
import { MemoryView } from "@instride/core";
import { asJson } from "../as-json.ts";
import { faultOfError } from "../typed-errors.ts";

export interface Outcome {
  readonly text: string;
  /** What was returned; undefined where it threw. */
  readonly value: unknown;
  readonly threw: boolean;
  /** What is wrong with the error that it threw, or null. */
  readonly fault: string | null;
}

/** Runs an operation. */
export function outcomeOf(run: () => unknown): Outcome {
  try {
    const value = run();
    return { text: textOf(value), value, threw: false, fault: null };
  } catch (error) {
    return { text: `throws ${String(error)}`, value: undefined, threw: true, fault: faultOfError(error) };
  }
}

function textOf(value: unknown): string {
  if (value instanceof MemoryView) {
    const { format, shape, strides, byteOffset, readonly } = value;
    return asJson({ format, shape, strides, byteOffset, readonly });
  }
  // Without the limits of what is shown to a reader.
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  return asJson(value);
}
