/**
 * What the values of an item are in JavaScript, and which errors a value that doesn't fit raises.
 *
 * Integers of up to 32 bits and floats are numbers, integers of 64 bits are bigints, `?` is a boolean, `c`, `s`, `p` and
 * a named `x` are private copies of their bytes, complex numbers are `{ re, im }`, `u` and `w` are strings, records are
 * objects by field name, sub-arrays and tuples are arrays.
 *
 * Python tells 1.0 from 1, JavaScript doesn't. The rule here: a number that is a safe integer is an int, any other is a
 * float, which no integer format takes. So 1.5 and 2 ** 60 are refused; beyond 2^53, where a number doesn't say which
 * integer is meant, give a bigint. -0 is 0: negating an integer makes it.
 *
 * @module
 */
import type { Complex } from "./dtype.ts";
import { FormatError, OverflowError, ValueError, describe } from "../errors.ts";

/** What one item is in JavaScript. */
export type Value =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array<ArrayBuffer>
  | Complex
  | RecordValue
  | readonly Value[];

/** A record's values by field name, without a prototype: any name is a field's, `__proto__` too. */
export interface RecordValue {
  readonly [field: string]: Value;
}

/** Reads and writes values of one type. That there is room is the caller's care. */
export interface TypeCodec {
  read(view: DataView, byteOffset: number): Value;
  /** Converts `value`, then writes it over zeros; what is made of parts may have written some when it throws. */
  write(view: DataView, byteOffset: number, value: unknown): void;
}

/** Whose errors a value that doesn't fit raises: `struct.pack`'s, or those of assigning to a memoryview's item. */
export type StoreRules = "struct" | "memoryview";

/** The errors of a rule set, each from "attempt: fact, expectation". */
export interface StoreErrors {
  /** The value is of a type that the format doesn't take. */
  mistyped(message: string): Error;
  /** The value is of the right type, and out of range or of the wrong length. */
  misfit(message: string): Error;
  /** The value is a number too large for the float format; `isInteger` tells which of Python's two it would be. */
  tooLarge(message: string, isInteger: boolean): Error;
}

export const STORE_ERRORS: Readonly<Record<StoreRules, StoreErrors>> = {
  struct: {
    mistyped: (message) => new FormatError(message),
    misfit: (message) => new FormatError(message),
    tooLarge: (message, isInteger) => (isInteger ? new FormatError(message) : new OverflowError(message)),
  },
  memoryview: {
    mistyped: (message) => new TypeError(message),
    misfit: (message) => new ValueError(message),
    tooLarge: (message) => new ValueError(message),
  },
};

/** Python's truth of a value: empty containers and zeros are false, NaN is true. */
export function isTruthy(value: unknown): boolean {
  if (typeof value === "number") return value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (ArrayBuffer.isView(value)) return value.byteLength > 0;
  if (isComplex(value)) return isTruthy(value.re) || isTruthy(value.im);
  return Boolean(value);
}

/** True for a complex number by its parts. */
export function isComplex(value: unknown): value is Complex {
  return typeof value === "object" && value !== null && "re" in value && "im" in value;
}

/** Bigints beyond have too many digits for an error message. */
const INT128_MIN: bigint = -(2n ** 127n);
const INT128_MAX: bigint = 2n ** 127n - 1n;

/** The message of a value that doesn't fit: `why` is "fact, expectation". */
export function cannotStore(value: unknown, code: string, why: string): string {
  const isLong = typeof value === "bigint" && (value < INT128_MIN || value > INT128_MAX);
  return `cannot store ${isLong ? "a bigint of more than 128 bits" : describe(value)} as format ${describe(code)}: ${why}`;
}
