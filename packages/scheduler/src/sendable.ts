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

/** Throws if the arguments of a call can't travel. @throws `TypeError` that says what can't */
export function checkArguments(args: unknown): void {
  checkSendable(args, ARGUMENTS);
}

/** Throws if what a task returned can't travel. @throws `TypeError` that says what can't */
export function checkTaskResult(value: unknown): void {
  checkSendable(value, TASK_RESULT);
}

/**
 * What a kernel returned, as the caller will get it: a copy, since the kernel may use the original again.
 *
 * @throws `TypeError` if it can't travel
 */
export function copyOfKernelResult(value: unknown): unknown {
  if (isPrimitive(value)) return value;
  looksSendable(value, KERNEL_RESULT);
  return cloned(value, KERNEL_RESULT);
}

function checkSendable(value: unknown, cargo: Cargo): void {
  // A copy tells for sure, at the cost of one: only where there is something that might not travel.
  if (!looksSendable(value, cargo)) cloned(value, cargo);
}

function cloned(value: unknown, { what }: Cargo): unknown {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw cloneError(what, cause) ?? cause;
  }
}

/** An object inside a value, and under which key of what other object it was found; null in a map or set. */
interface Place {
  readonly value: object;
  readonly key: string | number | null;
  readonly holder: Place | null;
}

/**
 * Looks at a value and at the arrays, plain objects, maps and sets that it is made of.
 *
 * @returns false if it holds anything that structured clone may refuse
 * @throws `TypeError` for a view, naming its place
 */
function looksSendable(value: unknown, { what, name, expected }: Cargo): boolean {
  if (isPrimitive(value)) return true;
  const seen = new Set<unknown>();
  const places: Place[] = [];
  let isKnown = true;
  const visit = (member: unknown, key: Place["key"], holder: Place | null): void => {
    if (typeof member !== "object" || member === null) isKnown &&= isPrimitive(member);
    else if (!seen.has(member)) {
      seen.add(member);
      places.push({ value: member, key, holder });
    }
  };
  visit(value, "", null);
  // Those that are found on the way are looked at in their turn.
  for (const place of places) {
    if (place.value instanceof MemoryView) {
      const path = `${name}${pathOf(place)}`;
      throw new TypeError(`cannot send ${what} to another thread: ${path} is a MemoryView, expected ${expected}`);
    }
    isKnown = visitMembers(place, visit) && isKnown;
  }
  return isKnown;
}

/** @returns false for an object of a class that structured clone may not know */
function visitMembers(place: Place, visit: (member: unknown, key: Place["key"], holder: Place) => void): boolean {
  const { value } = place;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) visit(value[i], i, place);
  } else if (value instanceof Map) {
    for (const pair of value) for (const member of pair) visit(member, null, place);
  } else if (value instanceof Set) {
    for (const member of value) visit(member, null, place);
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) visit((value as Readonly<Record<string, unknown>>)[key], key, place);
  } else {
    return ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer || value instanceof ArrayBuffer;
  }
  return true;
}

function pathOf({ key, holder }: Place): string {
  if (holder === null) return "";
  if (typeof key === "number") return `${pathOf(holder)}[${key}]`;
  if (key === null) return `${pathOf(holder)}{...}`;
  return `${pathOf(holder)}${/^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`;
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
