/**
 * Draws a case: what fails, in which call, on which runtime.
 *
 * @module
 */
import type { Random } from "@instride/cases";
import type { Mode } from "instride";
import type { CallPlan, LoopPlan, PiscinaPlan, RuntimePlan, TasksPlan } from "../jobs/call-plan.ts";
import type { Deed, DeedKind } from "../jobs/deed.ts";
import { ODDITIES } from "../jobs/odd-values.ts";
import { DEADLY_MODULES, REFUSED_MODULES } from "./broken-modules.ts";
import type { CallCase, CasePlan, FaultKind, FaultPlan, Moment } from "./plan.ts";

/** What may be drawn. */
export interface Choices {
  readonly kinds: readonly FaultKind[];
  readonly modes: readonly Mode[];
}

/** Modes of the runtimes that are drawn. */
export const MODES: readonly Mode[] = ["threads", "worker", "inline"];

const WITH_THREADS: readonly Mode[] = ["threads", "worker"];

/** Kinds of faults, and the modes in which they can happen. */
const KINDS: Readonly<Record<FaultKind, readonly Mode[]>> = {
  none: MODES,
  throw: MODES,
  exit: WITH_THREADS,
  hang: WITH_THREADS,
  late: MODES,
  // A limit of memory is that of a user's pool.
  memory: ["threads"],
  terminate: WITH_THREADS,
  start: WITH_THREADS,
  load: MODES,
  stall: WITH_THREADS,
  close: MODES,
  abort: MODES,
  progress: MODES,
  join: MODES,
  unsendable: MODES,
};

export const FAULT_KINDS = Object.keys(KINDS) as readonly FaultKind[];

/** Whether a kind of fault can happen in one of some modes. */
export function happensIn(kind: FaultKind, modes: readonly Mode[]): boolean {
  return KINDS[kind].some((mode) => modes.includes(mode));
}

/** One in so many cases is in another mode than `threads`, if it can be. */
const OTHER_MODE_ONE_IN = 4;

/** A thread of so many megabytes can load what it runs, and is soon full. */
const SMALL_HEAP_MB = 24;

/** Draws a case. */
export function drawCase(random: Random, { kinds, modes }: Choices): CasePlan {
  const kind = random.pick(kinds);
  const mode = drawMode(random, kind, modes);
  const fault = drawFault(random, kind);
  const runtime = drawRuntime(random, fault, mode);
  const call = drawCall(random, fault, mode);
  const hasOther = mode !== "inline" && kind !== "memory" && random.oneIn(3);
  const other = hasOther ? drawOther(random) : null;
  return { runtime, call, fault, other };
}

/** Draws a call and what goes wrong with it, for a runtime that there is. */
export function drawCallCase(random: Random, kind: FaultKind, mode: Mode): CallCase {
  const fault = drawFault(random, kind);
  return { fault, call: drawCall(random, fault, mode) };
}

function drawMode(random: Random, kind: FaultKind, modes: readonly Mode[]): Mode {
  const fitting = modes.filter((mode) => KINDS[kind].includes(mode));
  const [first] = fitting;
  if (first === undefined) throw new Error(`internal: there is no fault "${kind}" in mode ${modes.join(", ")}`);
  return random.oneIn(OTHER_MODE_ONE_IN) ? random.pick(fitting) : first;
}

function drawFault(random: Random, kind: FaultKind): FaultPlan {
  switch (kind) {
    case "hang": {
      const ended = (["by the deadline", "by the deadline", "by a signal", "by closing"] as const)[random.below(4)]!;
      return { kind, ended };
    }
    case "terminate": {
      const moments = Array.from({ length: random.oneIn(3) ? 2 : 1 }, () => drawMoment(random, 30));
      return { kind, moments, first: random.below(8) };
    }
    case "start":
      return { kind, killed: random.between(1, 4), afterMs: random.oneIn(4) ? null : random.below(60) };
    case "load":
      return { kind, what: random.pick(REFUSED_MODULES) };
    case "stall":
      return { kind, what: random.pick(DEADLY_MODULES) };
    case "close":
    case "abort":
      return { kind, moment: drawMoment(random, 40) };
    case "progress":
      return { kind, nth: random.below(3) };
    case "join":
      return { kind, nth: random.below(6) };
    case "unsendable":
      return { kind, what: random.pick(["argument", "result"]) };
    default:
      return { kind };
  }
}

function drawMoment(random: Random, laterMs: number): Moment {
  const choice = random.below(6);
  if (choice === 0) return { kind: "at once" };
  return choice < 3 ? { kind: "in a body" } : { kind: "after", ms: random.below(laterMs) };
}

function drawRuntime(random: Random, fault: FaultPlan, mode: Mode): RuntimePlan {
  const before = fault.kind === "start" ? "cold" : random.pick(["cold", "warm", "warm", "warm", "idle"] as const);
  const threads = random.between(1, 3);
  return { mode, threads, piscina: drawPiscina(random, fault, mode), before, debug: random.oneIn(6) };
}

function drawPiscina(random: Random, fault: FaultPlan, mode: Mode): PiscinaPlan | null {
  // Closing leaves a user's threads alone, also those that hang.
  const mayHave = mode === "threads" && !(fault.kind === "hang" && fault.ended === "by closing");
  const needsIt = fault.kind === "memory";
  if (!needsIt && !(mayHave && random.oneIn(4))) return null;
  const atomics = random.pick(["sync", "sync", "async", "disabled"] as const);
  const lateMs = random.oneIn(4) ? random.between(1, 150) : 0;
  return { atomics, heapMb: needsIt ? SMALL_HEAP_MB : null, lateMs };
}

function drawCall(random: Random, fault: FaultPlan, mode: Mode): CallPlan {
  if (isOfTasks(random, fault)) return drawTasks(random, fault);
  const form = drawForm(random, fault);
  const loop = drawLoop(random, form, fault.kind === "late" ? random.between(40, 160) : random.between(1, 30));
  const deed = drawDeed(random, fault, loop);
  const deadlineMs = drawDeadline(random, fault);
  const mayHelp = deadlineMs === null && isSafeToHelp(fault) && mode !== "inline";
  // What takes all memory, or leaves the thread, must leave the caller alone.
  const helps = mayHelp && random.oneIn(5);
  return { ...loop, helps, idempotent: random.oneIn(3), deadlineMs, deed };
}

function isOfTasks(random: Random, fault: FaultPlan): boolean {
  // A task has neither a deadline nor functions of its caller.
  if (["late", "stall", "progress", "join"].includes(fault.kind)) return false;
  if (fault.kind === "hang") return fault.ended === "by a signal" || (fault.ended === "by closing" && random.oneIn(3));
  return random.oneIn(4);
}

function isSafeToHelp(fault: FaultPlan): boolean {
  return !["exit", "hang", "memory", "stall"].includes(fault.kind);
}

function drawForm(random: Random, fault: FaultPlan): LoopPlan["form"] {
  if (fault.kind === "join") return random.pick(["reduce", "scan"]);
  if (fault.kind === "unsendable" && fault.what === "result") return "reduce";
  return random.pick(["for", "for", "prepared", "grid", "reduce", "scan"]);
}

function drawDeadline(random: Random, fault: FaultPlan): number | null {
  if (fault.kind === "hang") return fault.ended === "by the deadline" ? random.between(1, 120) : null;
  if (fault.kind === "late") return random.between(1, 60);
  if (fault.kind === "stall") return random.between(20, 200);
  // So late that it never comes.
  return random.oneIn(8) ? 100_000 : null;
}

function drawTasks(random: Random, fault: FaultPlan): TasksPlan {
  const count = random.oneIn(3) ? random.between(1, 5) : 1;
  const size = random.between(1, 400);
  const times = { waitMs: random.oneIn(2) ? random.below(20) : 0, workMs: random.below(20) };
  const deed = drawDeed(random, fault, { form: "run", size });
  return { form: count === 1 ? "run" : "invoke", size, count, ...times, deed };
}

function drawLoop(random: Random, form: LoopPlan["form"], workMs: number): LoopPlan {
  const rows = form === "grid" ? random.between(1, 12) : 1;
  const size = rows * (random.oneIn(6) ? random.between(1, 4) : random.between(5, Math.floor(1500 / rows)));
  const grainsize = random.oneIn(2) ? 1 : random.between(1, Math.ceil(size / 4));
  const cutsByThreads = form !== "reduce" && form !== "scan" && random.oneIn(3);
  const partitioner = random.pick(
    cutsByThreads ? (["static", "guided"] as const) : (["auto", "auto", "affinity"] as const),
  );
  const mode = { helps: false, idempotent: false, deadlineMs: null };
  return { form, size, rows, grainsize, partitioner, workMs, ...mode, deed: null };
}

/** A call of somebody who did nothing wrong. */
function drawOther(random: Random): CallPlan {
  if (random.oneIn(3)) return drawTasks(random, { kind: "none" });
  return drawLoop(random, random.pick(["for", "prepared", "grid", "reduce", "scan"]), random.between(1, 30));
}

function drawDeed(random: Random, fault: FaultPlan, { form, size }: Pick<CallPlan, "form" | "size">): Deed | null {
  const kind = drawDeedKind(random, fault, form);
  if (kind === null) return null;
  const pass = form === "scan" && random.oneIn(2) ? 1 : 2;
  const oftenEnds = ["exit", "memory"].includes(kind.kind) && random.oneIn(3);
  const times = oftenEnds ? 1_000_000 : 1;
  return { ...kind, at: random.below(size), pass, times };
}

function drawDeedKind(random: Random, fault: FaultPlan, form: CallPlan["form"]): DeedKind | null {
  const isTask = form === "run" || form === "invoke";
  switch (fault.kind) {
    case "throw": {
      // A task may return a promise.
      const oddities = ODDITIES.filter((what) => !isTask || what !== "promise");
      return { kind: "throw", what: random.pick(random.oneIn(2) ? (["error"] as const) : oddities) };
    }
    case "exit":
      return { kind: "exit", code: random.below(3) };
    case "hang":
      return { kind: "hang", how: random.pick(["spin", "write", "sleep"]) };
    case "memory":
      return { kind: "memory" };
    case "unsendable":
      return fault.what === "result" ? { kind: "unsendable" } : null;
    case "terminate":
    case "close":
    case "abort":
      return { kind: "tell" };
    default:
      return null;
  }
}
