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
import type { CallCase, Moment } from "./plan.ts";

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

/** Something that is done from outside. */
interface Blow {
  readonly moment: Moment;
  readonly act: () => void;
}

/** How long a moment in a body is waited for. */
const MOMENT_MS = 15_000;

export class Attack {
  /** What its signal is aborted with, and what the caller's own functions throw. */
  readonly reason: Error = new Error("enough, on purpose");
  readonly #plan: CallCase;
  readonly #watch: ThreadWatch;
  readonly #modules: BrokenModules;
  readonly #controller: AbortController = new AbortController();
  #closing: Promise<void> | null = null;
  readonly #deaths: Promise<unknown>[] = [];
  #killed = 0;
  #nths = 0;
  #threw = false;
  #isOver = false;
  #since = 0;

  constructor(plan: CallCase, watch: ThreadWatch, modules: BrokenModules) {
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
      case "stall":
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
    this.#since = Date.now();
    for (const { moment, act } of this.#blows(rt)) void this.#at(moment, call, act);
  }

  #blows(rt: Runtime): readonly Blow[] {
    const { fault } = this.#plan;
    const abort = (): void => this.#controller.abort(this.reason);
    const close = (): void => {
      this.#closing = rt.close();
    };
    switch (fault.kind) {
      case "terminate":
        return fault.moments.map((moment, k) => ({ moment, act: () => this.#killOne(fault.first + k) }));
      case "close":
        return [{ moment: fault.moment, act: close }];
      case "abort":
        return [{ moment: fault.moment, act: abort }];
      case "hang":
        if (fault.ended === "by the deadline") return [];
        return [{ moment: { kind: "in a body" }, act: fault.ended === "by a signal" ? abort : close }];
      default:
        return [];
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

  /** Settles once the threads that were ended have ended: until then they may take another call with them. */
  async hasPassed(): Promise<void> {
    await Promise.all(this.#deaths);
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
    this.#deaths.push(this.#watch.kill(thread));
  }

  #throwAt(nth: number): void {
    if (this.#nths++ < nth) return;
    this.#threw = true;
    throw this.reason;
  }
}
