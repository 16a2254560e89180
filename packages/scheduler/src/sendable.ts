/**
 * What can travel between the caller and its threads: what structured clone keeps whole, and no views.
 *
 * Structured clone would make an empty object of a view, and say nothing. A view travels as an operand of a call.
 *
 * @module
 */
import { MemoryView } from "@instride/core";
import { cloneError } from "./errors.ts";

/** A value that is to be sent, for errors. */
interface Cargo {
  /** What it is, as in "cannot send the arguments". */
  readonly what: string;
  /** How its members are named, as in "args.x". */
  readonly name: string;
  /** Where a view in it should have been. */
  readonly expected: string;
}

const ELEMENTS = "its elements: toList(), toBytes()";
const ARGUMENTS: Cargo = { what: "the arguments", name: "args", expected: "it among the views of the call" };
const TASK_RESULT: Cargo = { what: "what the task returned", name: "result", expected: ELEMENTS };
const KERNEL_RESULT: Cargo = { what: "what the kernel returned", name: "result", expected: ELEMENTS };
const JOINED: Cargo = { what: "what join returned", name: "result", expected: ELEMENTS };

/**
 * The arguments of a call as its threads will get them: a copy, since the caller may change the original before the last
 * thread has come.
 *
 * @throws `TypeError` if they can't travel
 */
export function copyOfArguments(args: unknown): unknown {
  return copyOf(args, ARGUMENTS);
}

/** What a chunk of a scan begins with: a copy of what `join` returned, since that may go on with the original. */
export function copyOfJoined<T>(value: T): T {
  return copyOf(value, JOINED) as T;
}

/**
 * Throws if what a task returned can't travel: before the platform finds out, which would cost the thread.
 *
 * Cost: a copy, but of numbers, texts, typed arrays and buffers.
 *
 * @throws `TypeError` that says what can't
 */
export function checkTaskResult(value: unknown): void {
  if (!ArrayBuffer.isView(value) && !isBuffer(value)) copyOf(value, TASK_RESULT);
}

/**
 * What a kernel returned, as the caller will get it: a copy, since the kernel may use the original again.
 *
 * @throws `TypeError` if it can't travel
 */
export function copyOfKernelResult(value: unknown): unknown {
  return copyOf(value, KERNEL_RESULT);
}

function copyOf(value: unknown, cargo: Cargo): unknown {
  if (isPrimitive(value)) return value;
  refuseViews(value, cargo);
  try {
    return structuredClone(value);
  } catch (cause) {
    throw cloneError(cargo.what, cause) ?? cause;
  }
}

/** An object inside a value, and under which key of what other object it was found; null in a map or set. */
interface Place {
  readonly value: object;
  readonly key: string | number | null;
  readonly holder: Place | null;
}

/** Looks at a value and the arrays, plain objects, maps and sets that it is made of. @throws `TypeError` for a view */
function refuseViews(value: unknown, { what, name, expected }: Cargo): void {
  const seen = new Set<unknown>();
  const places: Place[] = [];
  const visit = (member: unknown, key: Place["key"], holder: Place | null): void => {
    if (typeof member !== "object" || member === null || seen.has(member)) return;
    seen.add(member);
    places.push({ value: member, key, holder });
  };
  visit(value, "", null);
  // Those that are found on the way are looked at in their turn.
  for (const place of places) {
    if (place.value instanceof MemoryView) {
      const path = `${name}${pathOf(place)}`;
      throw new TypeError(`cannot send ${what} to another thread: ${path} is a MemoryView, expected ${expected}`);
    }
    visitMembers(place, visit);
  }
}

function visitMembers(place: Place, visit: (member: unknown, key: Place["key"], holder: Place) => void): void {
  const { value } = place;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) visit(value[i], i, place);
  } else if (value instanceof Map) {
    for (const pair of value) for (const member of pair) visit(member, null, place);
  } else if (value instanceof Set) {
    for (const member of value) visit(member, null, place);
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) visit((value as Readonly<Record<string, unknown>>)[key], key, place);
  }
}

function pathOf({ key, holder }: Place): string {
  if (holder === null) return "";
  if (typeof key === "number") return `${pathOf(holder)}[${key}]`;
  if (key === null) return `${pathOf(holder)}{...}`;
  return `${pathOf(holder)}${/^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`;
}

function isBuffer(value: unknown): boolean {
  // Where memory can't be shared there is no such class.
  const isShared = typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer;
  return isShared || value instanceof ArrayBuffer;
}

function isPrimitive(value: unknown): boolean {
  return value === null || !["object", "function", "symbol"].includes(typeof value);
}

/** True for `{...}` of any realm: not for instances of a class. */
export function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
