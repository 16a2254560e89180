/**
 * What a case is, before it runs: plain objects, so that a reader sees all of it and a seed decides it.
 *
 * @module
 */
import type { CallPlan, RuntimePlan } from "../jobs/call-plan.ts";
import type { BrokenModule } from "./broken-modules.ts";

/** When something is done to a call from outside. */
export type Moment =
  /** Before the event loop turns. */
  | { readonly kind: "at once" }
  /** So many milliseconds after the call. */
  | { readonly kind: "after"; readonly ms: number }
  /** When a body comes to its deed. */
  | { readonly kind: "in a body" };

/** What goes wrong. What a body does is in the call's deed. */
export type FaultPlan =
  | { readonly kind: "none" }
  | { readonly kind: "throw" }
  | { readonly kind: "exit" }
  | { readonly kind: "hang"; readonly ended: "by the deadline" | "by a signal" | "by closing" }
  | { readonly kind: "late" }
  | { readonly kind: "memory" }
  | { readonly kind: "terminate"; readonly moments: readonly Moment[]; readonly first: number }
  | { readonly kind: "start"; readonly killed: number; readonly afterMs: number | null }
  | { readonly kind: "load"; readonly what: BrokenModule }
  | { readonly kind: "stall"; readonly what: BrokenModule }
  | { readonly kind: "close"; readonly moment: Moment }
  | { readonly kind: "abort"; readonly moment: Moment }
  | { readonly kind: "progress"; readonly nth: number }
  | { readonly kind: "join"; readonly nth: number }
  | { readonly kind: "unsendable"; readonly what: "argument" | "result" };

export type FaultKind = FaultPlan["kind"];

/** A call, and what goes wrong with it. */
export interface CallCase {
  readonly call: CallPlan;
  readonly fault: FaultPlan;
}

/** A case: a call on a runtime of its own. */
export interface CasePlan extends CallCase {
  readonly runtime: RuntimePlan;
  /** A call of somebody else at the same time, who did nothing wrong; null for none. */
  readonly other: CallPlan | null;
}
