/**
 * What can go wrong, by the decision that a caller can take.
 *
 * Python's classes are the base (`BufferError`, `ValueError`, ...; a Python `TypeError` is JavaScript's own), and
 * below them stand more telling ones. Each has a literal `code` and the Python name in `pyName`, so that a test of
 * `error.code` works where two copies of this package meet and `instanceof` would not.
 *
 * Wording: what was attempted, the fact that stood against it with the real values, what would have been right.
 *
 * Source: the classes and their mapping are those of CPython's `memoryview`, `struct` and `Py_buffer` documentation.
 *
 * @module
 */

/** Options of each error of this module: `cause`, as in every JavaScript error. */
export interface ErrorContext {
  readonly cause?: unknown;
}

/** A request that an exporter can't meet, or memory that can't move because it is exported. */
export class BufferError extends Error {
  override readonly name: string = "BufferError";
  readonly pyName: string = "BufferError";
  readonly code: string = "buffer";
}

/** A value or a structure outside what the operation takes. */
export class ValueError extends RangeError {
  override readonly name: string = "ValueError";
  readonly pyName: string = "ValueError";
  readonly code: string = "value";
}

/** An index outside its dimension. */
export class IndexError extends RangeError {
  override readonly name: string = "IndexError";
  readonly pyName: string = "IndexError";
  readonly code: string = "index";
}

/** An operation that is not defined for this format or number of dimensions. */
export class NotImplementedError extends Error {
  override readonly name: string = "NotImplementedError";
  readonly pyName: string = "NotImplementedError";
  readonly code: string = "not-implemented";
}

/** A number that the target type can't hold. */
export class OverflowError extends RangeError {
  override readonly name: string = "OverflowError";
  readonly pyName: string = "OverflowError";
  readonly code: string = "overflow";
}

/** A format string that is none, or bytes or values that don't fit it: Python's `struct.error`. */
export class FormatError extends Error {
  override readonly name: string = "FormatError";
  readonly pyName: string = "struct.error";
  readonly code: string = "format";
}

/** No memory left. */
export class MemoryError extends RangeError {
  override readonly name: string = "MemoryError";
  readonly pyName: string = "MemoryError";
  readonly code: string = "memory";
}

/** Writing through a read-only view. */
export class ReadonlyError extends TypeError {
  override readonly name: string = "ReadonlyError";
  readonly pyName: string = "TypeError";
  readonly code: string = "readonly";
}

/** A data type that the operation doesn't take. */
export class DTypeError extends TypeError {
  override readonly name: string = "DTypeError";
  readonly pyName: string = "TypeError";
  readonly code: string = "dtype";
}

/** Shapes, axes or strides that don't go together. */
export class ShapeError extends ValueError {
  override readonly name: string = "ShapeError";
  override readonly code: string = "shape";
}

/** A view that has been released. */
export class ReleasedError extends ValueError {
  override readonly name: string = "ReleasedError";
  override readonly code: string = "released";
}

/** A descriptor that doesn't describe memory inside its buffer. */
export class DescriptorError extends ValueError {
  override readonly name: string = "DescriptorError";
  override readonly code: string = "descriptor";
}

/** Many readers or one writer hold a region; this request would have broken that. */
export class BorrowError extends BufferError {
  override readonly name: string = "BorrowError";
  override readonly code: string = "borrow";
}

/** Elements of an array that a call has on another thread, where memory is not shared but moves. */
export class BusyError extends BufferError {
  override readonly name: string = "BusyError";
  override readonly code: string = "busy";
}

/** A lease that was waited for, and did not come in time. */
export class LeaseTimeoutError extends BorrowError {
  override readonly name: string = "LeaseTimeoutError";
  override readonly code: string = "lease-timeout";
}

/** An array whose writer was ended in the middle of its work, and whose content nobody has accepted since. */
export class PoisonedError extends BufferError {
  override readonly name: string = "PoisonedError";
  override readonly code: string = "poisoned";
}

type ErrorClass = new (message: string, context?: ErrorContext) => Error;

/** What an error has arrived as, for {@link ErrorTravel.revive}. */
export interface ErrorParts {
  readonly message: string;
  /** With its cause, if it has one. */
  readonly context: ErrorContext;
  /** Those that it stands for: its `errors`. */
  readonly errors: readonly Error[];
  /** What {@link ErrorTravel.fieldsOf} gave. */
  readonly fields: unknown;
}

/** How the errors of a class cross threads that are more than a message and a cause, or that stand for several. */
export interface ErrorTravel<E extends Error = Error> {
  /**
   * What else there is of an error, in a form that structured clone keeps whole; not undefined.
   *
   * @param error - its fields may have been set to anything
   */
  fieldsOf(error: { readonly [K in keyof E]: unknown }): unknown;
  /** Makes it anew. Name, message and stack are set afterwards. */
  revive(parts: ErrorParts): Error;
}

interface KnownClass {
  readonly errorClass: abstract new (...args: never) => Error;
  readonly travel: ErrorTravel | null;
  revive(parts: ErrorParts): Error;
}

const byName: Map<string, KnownClass> = new Map();

/**
 * Makes a class known to {@link errorFromWire}, so that an error of it keeps its class when it crosses threads.
 *
 * @param name - the `name` that its instances carry
 */
export function registerErrorClass(name: string, errorClass: ErrorClass): void {
  byName.set(name, { errorClass, travel: null, revive: ({ message, context }) => new errorClass(message, context) });
}

/** As {@link registerErrorClass}, for a class whose errors are more than a message and a cause. */
export function registerErrorTravel<E extends Error>(
  name: string,
  errorClass: abstract new (...args: never) => E,
  travel: ErrorTravel<E>,
): void {
  byName.set(name, { errorClass, travel, revive: (parts) => travel.revive(parts) });
}

registerErrorTravel<AggregateError>("AggregateError", AggregateError, {
  fieldsOf: () => null,
  revive: ({ errors, message, context }) => new AggregateError(errors, message, context),
});

for (const errorClass of [
  Error,
  RangeError,
  TypeError,
  SyntaxError,
  ReferenceError,
  BufferError,
  ValueError,
  IndexError,
  NotImplementedError,
  OverflowError,
  FormatError,
  MemoryError,
  ReadonlyError,
  DTypeError,
  ShapeError,
  ReleasedError,
  DescriptorError,
  BorrowError,
  BusyError,
  LeaseTimeoutError,
  PoisonedError,
])
  registerErrorClass(errorClass.name, errorClass);

/** An error as it travels between threads: structured clone keeps neither the class nor the fields of an `Error`. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: WireError | undefined;
  /** Of an error that stands for several: those, the first {@link WIRE_ERRORS_MAX} of them. */
  readonly errors?: readonly WireError[] | undefined;
  /** What else its class keeps of it: see {@link ErrorTravel}. */
  readonly fields?: unknown;
}

/** So many errors that another stands for travel with it. */
export const WIRE_ERRORS_MAX = 64;

const CAUSE_DEPTH_MAX = 8;

/** How many levels of {@link CAUSE_DEPTH_MAX} a list of errors takes: so that lists in lists can't become very many. */
const LIST_DEPTH = 4;

/** Puts anything that was thrown into a form that structured clone keeps whole. Never throws. */
export function errorToWire(thrown: unknown, depth: number = 0): WireError {
  try {
    if (!(thrown instanceof Error)) return plainError(`a value that is no Error was thrown: ${describe(thrown)}`);
    const { name, message, stack, cause } = thrown;
    return {
      name: textOf(name),
      message: textOf(message),
      stack: typeof stack === "string" ? stack : undefined,
      cause: cause === undefined || depth >= CAUSE_DEPTH_MAX ? undefined : errorToWire(cause, depth + 1),
      ...moreOf(thrown, depth),
    };
  } catch {
    // A getter of it, or a trap.
    return plainError("a value was thrown that throws when it is looked at");
  }
}

/** What there is of an error apart from a message and a cause. */
function moreOf(error: Error, depth: number): Pick<WireError, "errors" | "fields"> {
  const known = byName.get(error.name);
  if (known === undefined || known.travel === null || !(error instanceof known.errorClass)) return {};
  const { errors } = error as { readonly errors?: unknown };
  const isTold = Array.isArray(errors) && depth + LIST_DEPTH <= CAUSE_DEPTH_MAX;
  return {
    fields: known.travel.fieldsOf(error),
    errors: isTold ? errors.slice(0, WIRE_ERRORS_MAX).map((member) => errorToWire(member, depth + LIST_DEPTH)) : [],
  };
}

/** The fields of an error may have been set to anything. */
function textOf(field: unknown): string {
  return typeof field === "string" ? field : String(field);
}

function plainError(message: string): WireError {
  return { name: "Error", message, stack: undefined, cause: undefined };
}

/** The inverse of {@link errorToWire}: an error of the same class and message, with the other thread's stack. */
export function errorFromWire(wire: WireError): Error {
  const { name, message, stack, fields } = wire;
  const context = wire.cause === undefined ? {} : { cause: errorFromWire(wire.cause) };
  const errors = (wire.errors ?? []).map(errorFromWire);
  const known = byName.get(name);
  // Another class of the same name may have thrown it, of which nothing else is known.
  const isWhole = known !== undefined && (known.travel === null || fields !== undefined);
  const error = isWhole ? known.revive({ message, context, errors, fields }) : new Error(message, context);
  for (const [key, value] of Object.entries({ name, message, stack })) {
    if (value === undefined || Reflect.get(error, key) === value) continue;
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  }
  return error;
}

/** A short text for any value, for error messages: strings quoted, long ones cut, objects by their class. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "symbol") return value.toString();
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((item) => (typeof item === "object" && item !== null ? "..." : describe(item)));
    return `[${shown.join(", ")}${value.length > 8 ? ", ..." : ""}]`;
  }
  return `an object of class ${value.constructor?.name ?? "(none)"}`;
}
