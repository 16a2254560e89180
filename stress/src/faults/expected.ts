/**
 * How a call may end, given what was done to it.
 *
 * @module
 */
import { ClosedError, DeadlineError, KernelError, type Mode, ModuleLoadError, WorkerLostError } from "instride";
import { type CallPlan, isTasks } from "../jobs/call-plan.ts";
import { hasIteration } from "../jobs/call.ts";
import { type Oddity, PURPOSE, TELLING } from "../jobs/odd-values.ts";
import type { Outcome } from "../processes/limits.ts";
import type { Facts } from "./attack.ts";
import type { CallCase } from "./plan.ts";

/** An error that may come, by a text for it and how it is known. */
interface Rejection {
  readonly text: string;
  readonly fits: (error: unknown) => boolean;
}

/** How a call may end. */
export interface Expected {
  readonly maySucceed: boolean;
  readonly rejections: readonly Rejection[];
}

const ofClass = (errorClass: new (...parameters: never) => Error): Rejection => ({
  text: errorClass.name,
  fits: (error) => error instanceof errorClass,
});

/** Characters of an error that are shown. */
const TEXT_MAX = 400;

const LOST = ofClass(WorkerLostError);
const CLOSED = ofClass(ClosedError);
const LATE = ofClass(DeadlineError);
const NOT_LOADED = ofClass(ModuleLoadError);
/** A task is loaded as part of what it does. */
const TASK_NOT_LOADED: Rejection = {
  text: "a KernelError whose cause is a ModuleLoadError",
  fits: (error) => error instanceof KernelError && error.cause instanceof ModuleLoadError,
};

const UNSENDABLE: Rejection = { text: "a TypeError that says what can't be sent", fits: isUnsendable };
const UNSENDABLE_RESULT: Rejection = {
  text: "a KernelError whose cause says what can't be sent",
  fits: (error) => error instanceof KernelError && isUnsendable(error.cause),
};

const success: Expected = { maySucceed: true, rejections: [] };
const must = (...rejections: Rejection[]): Expected => ({ maySucceed: false, rejections });
const may = (...rejections: Rejection[]): Expected => ({ maySucceed: true, rejections });

/** How the call of a case may end. @param reason - what its signal or the caller's own functions gave */
export function expectedOf({ call, fault }: CallCase, facts: Facts, reason: Error): Expected {
  const itself: Rejection = { text: "the caller's own error", fits: (error) => error === reason };
  switch (fault.kind) {
    case "throw":
      return must(kernelError(call));
    case "exit":
    case "memory":
      return isRepaired(call) ? success : must(LOST);
    case "hang":
      if (fault.ended === "by a signal") return must(itself);
      return must(fault.ended === "by closing" ? CLOSED : LATE);
    case "late":
      return may(LATE);
    case "terminate":
      return facts.killed === 0 || (facts.killed === 1 && isIdempotent(call)) ? success : may(LOST);
    case "start":
      return facts.killed === 0 ? success : may(LOST);
    case "load":
      return must(NOT_LOADED, ...(isTasks(call) ? [TASK_NOT_LOADED] : []));
    case "stall":
      return must(LATE, LOST, NOT_LOADED);
    case "close":
      return facts.closed ? may(CLOSED) : success;
    case "abort":
      return facts.aborted ? may(itself) : success;
    case "progress":
    case "join":
      return facts.threw ? must(itself) : success;
    case "unsendable":
      return must(fault.what === "argument" ? UNSENDABLE : UNSENDABLE_RESULT);
    default:
      return success;
  }
}

/** What others do meanwhile, on the same runtime. */
export interface Surroundings {
  /** Whether a thread may have been ended that worked on the call. */
  readonly losesThreads: boolean;
  readonly closes: boolean;
}

/** How a call may end besides, given what others did. */
export function widened(
  { maySucceed, rejections }: Expected,
  { call }: CallCase,
  { losesThreads, closes }: Surroundings,
): Expected {
  return {
    // What a body did once may have gone with its thread: a chunk that runs again doesn't do it.
    maySucceed: maySucceed || (losesThreads && isRepaired(call)),
    rejections: [...rejections, ...(losesThreads ? [LOST] : []), ...(closes ? [CLOSED] : [])],
  };
}

/**
 * Whether what a call had lent must be poisoned now, since a thread was ended that had it.
 *
 * @returns null where it may be
 */
export function mustPoison(
  { fault, call }: CallCase,
  mode: Mode,
  { killed, closed }: Facts,
  outcome: Outcome,
): boolean | null {
  if (outcome.status === "fulfilled") return false;
  if (outcome.error instanceof DeadlineError && !outcome.error.hasBegun) return false;
  switch (fault.kind) {
    case "exit":
    case "memory":
      return true;
    case "hang":
      if (fault.ended !== "by closing") return true;
      // What moved to the thread comes back as it was before the call: copies were kept for another try.
      if (mode === "worker" && isIdempotent(call)) return killed > 0 ? null : false;
      // Closing ends all threads, also those of the call's other tasks.
      return call.form === "invoke" ? null : true;
    case "abort":
      // The thread of a task that is cancelled is ended.
      return isTasks(call) ? null : false;
    case "late":
    case "stall":
      return null;
    default:
      return killed > 0 || closed ? null : false;
  }
}

/** Says what is wrong with an outcome, or null. */
export function faultOfOutcome(outcome: Outcome, { maySucceed, rejections }: Expected): string | null {
  const ways = [...(maySucceed ? ["success"] : []), ...rejections.map(({ text }) => text)].join(" or ");
  if (outcome.status === "fulfilled") return maySucceed ? null : `the call succeeded, expected ${ways}`;
  const { error } = outcome;
  const fits = (each: unknown): boolean => rejections.some((rejection) => rejection.fits(each));
  // Several tasks may have failed.
  if (error instanceof AggregateError ? error.errors.every(fits) : fits(error)) return null;
  return `the call rejected with ${showError(error)}, expected ${ways}`;
}

/** An error for a reader. */
export function showError(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} ${String(error)}`;
  const parts = error instanceof AggregateError ? error.errors.map(showError) : [];
  const { cause } = error;
  const because = cause instanceof Error ? [`cause: ${inShort(cause)}`] : [];
  return [inShort(error), ...parts, ...because].join("; ");
}

function inShort({ name, message }: Error): string {
  return `${name}: ${message}`.slice(0, TEXT_MAX);
}

function isIdempotent(call: CallPlan): boolean {
  return !isTasks(call) && call.idempotent;
}

/** A body that ends its thread once runs again where it may. */
function isRepaired(call: CallPlan): boolean {
  return isIdempotent(call) && call.deed?.times === 1;
}

function kernelError(call: CallPlan): Rejection {
  const deed = call.deed!;
  const what = deed.kind === "throw" ? deed.what : "error";
  return {
    text: `a KernelError of iteration ${deed.at} with "${what}" as its cause`,
    fits: (error) =>
      error instanceof KernelError &&
      (isTasks(call) ? error.range === null : error.range !== null && hasIteration(error.range, deed.at, call)) &&
      error.cause instanceof Error &&
      tells(error.cause, what),
  };
}

function tells(cause: Error, what: Oddity): boolean {
  if (TELLING.has(what) && !cause.message.includes(PURPOSE)) return false;
  if (what === "type error" || what === "promise") return cause instanceof TypeError;
  return what !== "own class" || cause.name === "UnheardOfError";
}

function isUnsendable(error: unknown): boolean {
  return error instanceof TypeError && error.message.startsWith("cannot send ");
}
