/**
 * What a call is given, looked at before anything is lent: what can't be right is refused here, by its name.
 *
 * @module
 */
import { describe, type LoanRequest, MemoryView, ReleasedError } from "@instride/core";
import type { Views } from "./calls.ts";
import type { KernelTarget } from "./protocol.ts";
import { isPlainObject } from "./sendable.ts";

const MODULE_URL = 'the URL of a module with a default export (new URL("./my.kernel.ts", import.meta.url))';

/** What no built-in is named like: a path, a URL, the name of a file. */
const LIKE_A_PATH = /[/\\:]|\.[cm]?[jt]sx?$/;

const ABSOLUTE_URL = /^[a-z][a-z\d+.-]*:/i;

/**
 * Which function a call is to run: a module's URL, or a built-in's name.
 *
 * @throws `TypeError` for anything else; for a path, since nobody could say what it is relative to
 */
export function checkTarget(target: unknown): KernelTarget {
  if (typeof target === "string") {
    if (!LIKE_A_PATH.test(target)) return { name: target };
    throw new TypeError(`cannot run ${describe(target)}: a string names a built-in kernel, expected ${MODULE_URL}`);
  }
  const href = typeof target === "object" && target !== null ? (target as { readonly href?: unknown }).href : undefined;
  if (typeof href === "string" && ABSOLUTE_URL.test(href)) return { url: href };
  throw new TypeError(`cannot run ${describe(target)}: expected ${MODULE_URL}, or the name of a built-in kernel`);
}

/**
 * The options of a call, as an object.
 *
 * @param expected - what would have been right
 * @throws `TypeError` for what is none
 */
export function checkOptions<O extends object>(options: O, expected: string): O {
  if (typeof options === "object" && (options as O | null) !== null) return options;
  throw new TypeError(`cannot start a call with ${describe(options)} for options: expected ${expected}`);
}

/** @throws `TypeError` for a function of the options that is none */
export function checkFunction(name: string, given: unknown, expected: string): void {
  if (typeof given === "function") return;
  throw new TypeError(`cannot use ${describe(given)} as ${name}: expected ${expected}`);
}

/**
 * What a call has to be lent for its views, in the order of their names.
 *
 * @throws `TypeError` for what is no view, naming it; a `ReleasedError` for a view that was released
 */
export function loanRequests(views: Views): LoanRequest[] {
  if (!isPlainObject(views)) {
    throw new TypeError(`cannot lend ${describe(views)} as views: expected an object with a MemoryView for each name`);
  }
  return Object.entries(views).map(([name, view]) => {
    if (!((view as unknown) instanceof MemoryView)) {
      throw new TypeError(`cannot lend ${describe(view)} as view "${name}": expected a MemoryView`);
    }
    return { view, mode: isReadonly(view, name) ? "read" : "write", name };
  });
}

function isReadonly(view: MemoryView, name: string): boolean {
  try {
    return view.readonly;
  } catch (cause) {
    if (!(cause instanceof ReleasedError)) throw cause;
    throw new ReleasedError(`cannot lend view "${name}": it was released`, { cause });
  }
}

/** @throws `TypeError` for what is no `AbortSignal` */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  const { aborted, addEventListener } = (signal ?? {}) as { readonly [name: string]: unknown };
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return;
  throw new TypeError(
    `cannot be cancelled by ${describe(signal)}: expected an AbortSignal, as a controller's signal is`,
  );
}
