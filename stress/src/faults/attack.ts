/**
 * What is done to a call, from its beginning to its end; and what of it has come about.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { Runtime } from "instride";
import { strikesOf, struck } from "../jobs/deed.ts";
import type { Call, CallExtras } from "../jobs/call.ts";
import type { ThreadWatch } from "../processes/thread-watch.ts";
import type { BrokenModules } from "./broken-modules.ts";
import type { CasePlan, Moment } from "./plan.ts";

/** What has come about while the call was under way: what its outcome is held against. */
export interface Facts {
  /** Threads that were ended from outside. */
  readonly killed: number;
  /** How many times the deed in its body has happened. */
  readonly strikes: number;
  /** Whether its signal was aborted. */
  readonly aborted: boolean;
  /** Whether its runtime was closed. */
  readonly closed: boolean;
  /** Whether the caller's own function has thrown. */
  readonly threw: boolean;
  /** When the first of it was, in milliseconds since the epoch; when the call began where nothing was. */
  readonly since: number;
}

/** How long a moment in a body is waited for. */
const MOMENT_MS = 15_000;

export class Attack {
  /** What its signal is aborted with, and what the caller's own functions throw. */
  readonly reason: Error = new Error("enough, on purpose");
  readonly #plan: CasePlan;
  readonly #watch: ThreadWatch;
  readonly #modules: BrokenModules;
  readonly #controller: AbortController = new AbortController();
  #closing: Promise<void> | null = null;
  #killed = 0;
  #nths = 0;
  #threw = false;
  #isOver = false;
  #since = 0;

  constructor(plan: CasePlan, watch: ThreadWatch, modules: BrokenModules) {
    this.#plan = plan;
    this.#watch = watch;
    this.#modules = modules;
  }

  /** To be called before there is a runtime. */
  prepare(): void {
    const { fault } = this.#plan;
    if (fault.kind !== "start") return;
    let left = fault.killed;
    this.#watch.whenStarted((thread) => {
      if (left-- > 0) void this.#killAfter(thread, fault.afterMs);
    });
  }

  /** What the call takes along. */
  extras(): CallExtras {
    const { fault } = this.#plan;
    switch (fault.kind) {
      case "load":
        return { module: this.#modules.url(fault.what) };
      case "hang":
        return fault.ended === "by a signal" ? { signal: this.#controller.signal } : {};
      case "abort":
        return { signal: this.#controller.signal };
      case "progress":
        return { onProgress: () => this.#throwAt(fault.nth) };
      case "join":
        return { onJoin: () => this.#throwAt(fault.nth) };
      case "unsendable":
        return { unsendable: fault.what === "argument" };
      default:
        return {};
    }
  }

  /** Begins, right after the call. */
  begin(rt: Runtime, call: Call): void {
    const { fault } = this.#plan;
    this.#since = Date.now();
    switch (fault.kind) {
      case "terminate":
        fault.moments.forEach((moment, k) => void this.#at(moment, call, () => this.#killOne(fault.first + k)));
        return;
      case "close":
        void this.#at(fault.moment, call, () => (this.#closing = rt.close()));
        return;
      case "abort":
        void this.#at(fault.moment, call, () => this.#controller.abort(this.reason));
        return;
      case "hang":
        if (fault.ended === "by a signal") {
          void this.#at({ kind: "in a body" }, call, () => this.#controller.abort(this.reason));
        }
        if (fault.ended === "by closing") {
          void this.#at({ kind: "in a body" }, call, () => (this.#closing = rt.close()));
        }
        return;
      default:
    }
  }

  /** The call has settled: nothing happens any more. */
  end(call: Call): Facts {
    this.#isOver = true;
    this.#watch.whenStarted(null);
    return this.facts(call);
  }

  /** What has come about so far. */
  facts(call: Call): Facts {
    const strikes = strikesOf(call.signals);
    const [when] = call.signals.when;
    return {
      killed: this.#killed,
      strikes,
      aborted: this.#controller.signal.aborted,
      closed: this.#closing !== null,
      threw: this.#threw,
      since: strikes > 0 ? Math.max(this.#since, when!) : this.#since,
    };
  }

  /** The closing that was begun, if it was. */
  get closing(): Promise<void> | null {
    return this.#closing;
  }

  async #at(moment: Moment, call: Call, act: () => void): Promise<void> {
    if (moment.kind === "after") await setTimeout(moment.ms);
    if (moment.kind === "in a body") await struck(call.signals, MOMENT_MS);
    if (this.#isOver) return;
    this.#since = Date.now();
    act();
  }

  #killOne(which: number): void {
    const { alive } = this.#watch;
    const thread = alive[which % Math.max(1, alive.length)];
    if (thread !== undefined) this.#kill(thread);
  }

  async #killAfter(thread: Worker, afterMs: number | null): Promise<void> {
    if (afterMs !== null) await setTimeout(afterMs);
    if (!this.#isOver) this.#kill(thread);
  }

  #kill(thread: Worker): void {
    this.#killed++;
    void thread.terminate();
  }

  #throwAt(nth: number): void {
    if (this.#nths++ < nth) return;
    this.#threw = true;
    throw this.reason;
  }
}
