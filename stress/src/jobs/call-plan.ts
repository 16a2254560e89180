/**
 * What a call and its runtime are, before they are made: plain objects, so that a reader sees all of it and a seed decides it.
 *
 * @module
 */
import type { Mode, ParallelForOptions } from "instride";
import type { Deed } from "./deed.ts";
import type { LoopForm } from "./sums.ts";

type Partitioner = NonNullable<ParallelForOptions["partitioner"]>;

/** The runtime that calls are made on. */
export interface RuntimePlan {
  readonly mode: Mode;
  readonly threads: number;
  /** A pool of the user's own, or null. */
  readonly piscina: PiscinaPlan | null;
  /** Whether its threads have worked before the call, and have been idle for long since. */
  readonly before: "cold" | "warm" | "idle";
  /** Whether it checks more than it must. */
  readonly debug: boolean;
}

export interface PiscinaPlan {
  readonly atomics: "sync" | "async" | "disabled";
  /** What the objects of a thread may take, in megabytes; null for as much as there is. */
  readonly heapMb: number | null;
  /** How long each thread waits before it starts, in milliseconds. */
  readonly lateMs: number;
}

/** A call of the runtime. */
export type CallPlan = LoopPlan | TasksPlan;

export interface LoopPlan {
  readonly form: LoopForm;
  /** Elements; of a grid, `rows` by as many as it takes. */
  readonly size: number;
  readonly rows: number;
  readonly grainsize: number;
  readonly partitioner: Partitioner;
  /** How long all of it takes on one thread, in milliseconds. */
  readonly workMs: number;
  readonly helps: boolean;
  readonly idempotent: boolean;
  readonly deadlineMs: number | null;
  readonly deed: Deed | null;
}

export interface TasksPlan {
  readonly form: "run" | "invoke";
  readonly size: number;
  /** How many tasks there are: of `run`, one. */
  readonly count: number;
  readonly waitMs: number;
  readonly workMs: number;
  /** Is the first one's. */
  readonly deed: Deed | null;
}

export function isTasks(call: CallPlan): call is TasksPlan {
  return call.form === "run" || call.form === "invoke";
}
