/**
 * A call under attack, from its beginning until its arrays are given back: how it may end, and what must be so then.
 *
 * @module
 */
import type { Runtime } from "instride";
import { Call, type CallExtras } from "../jobs/call.ts";
import { type Outcome, ServedClock } from "../processes/limits.ts";
import type { ThreadWatch } from "../processes/thread-watch.ts";
import { Attack, type Facts } from "./attack.ts";
import type { BrokenModules } from "./broken-modules.ts";
import { expectedOf, faultOfOutcome, mustPoison, type Surroundings, widened } from "./expected.ts";
import type { CallCase } from "./plan.ts";

/** What an engagement needs of where it takes place. */
export interface Ground {
  readonly watch: ThreadWatch;
  readonly modules: BrokenModules;
  /** How long after what was done to it a call may take to settle, in milliseconds. */
  readonly withinMs: number;
  /** What calls take along besides. */
  readonly extras?: CallExtras;
}

export class Engagement {
  readonly attack: Attack;
  readonly #rt: Runtime;
  readonly #plan: CallCase;
  readonly #ground: Ground;
  readonly #label: string;
  readonly #call: Call;
  readonly #faults: string[] = [];
  #facts: Facts | null = null;
  #outcome: Outcome | null = null;
  #settledMs = 0;

  /**
   * Makes the arrays.
   *
   * @param label - what they are called; nobody else's are called so at the same time
   * @param attack - one that was prepared; by default of its own
   */
  constructor(rt: Runtime, plan: CallCase, ground: Ground, label: string, attack?: Attack) {
    this.attack = attack ?? new Attack(plan, ground.watch, ground.modules);
    this.#rt = rt;
    this.#plan = plan;
    this.#ground = ground;
    this.#label = label;
    this.#call = new Call(rt, plan.call, label);
  }

  /** What is wrong so far. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** What was done to the call so far. */
  get facts(): Facts {
    return this.#facts ?? this.attack.facts(this.#call);
  }

  get succeeded(): boolean {
    return this.#outcome?.status === "fulfilled";
  }

  /** Milliseconds from what was done to the call until it had settled. */
  get settledMs(): number {
    return this.#settledMs;
  }

  /**
   * Makes the call, and does to it what is planned.
   *
   * @param surroundings - tells what others have done, once the call has settled
   * @returns settles with the call. Whatever became of it is among the faults
   */
  async run(surroundings: () => Surroundings): Promise<void> {
    using clock = new ServedClock();
    const observe = (outcome: Outcome): void => this.#settle(outcome, clock, surroundings());
    const running = this.#call.start({ ...this.#ground.extras, ...this.attack.extras() }).then(
      (value) => observe({ status: "fulfilled", value }),
      (error: unknown) => observe({ status: "rejected", error }),
    );
    this.attack.begin(this.#rt, this.#call);
    await running;
  }

  /** Looks whether the operands were left alone since the call settled, and gives them back. */
  release(): void {
    this.#note(this.#call.faultOfPaint());
    this.#call.release();
  }

  /** The moment at which the call has settled: from now on nobody may hold or touch what it had. */
  #settle(outcome: Outcome, clock: ServedClock, surroundings: Surroundings): void {
    const facts = this.attack.end(this.#call);
    this.#facts = facts;
    this.#outcome = outcome;
    this.#settledMs = Date.now() - facts.since;
    const { withinMs } = this.#ground;
    if (this.#settledMs > withinMs && clock.servedMs > withinMs) {
      this.#note(`the call settled ${this.#settledMs} ms after what was done to it`);
    }
    const held = this.#rt.leaks().filter(({ array }) => array.startsWith(`${this.#label} `));
    if (held.length > 0) this.#note(`${held.length} leases were held when the call had settled`);
    this.#checkPoison(outcome, surroundings);
    const expected = widened(expectedOf(this.#plan, facts, this.attack.reason), this.#plan, surroundings);
    const fault = faultOfOutcome(outcome, expected);
    this.#note(fault);
    if (fault === null && outcome.status === "fulfilled") this.#note(this.#call.faultOfResult(outcome.value));
    this.#call.paint();
  }

  /** What was being written when its thread was ended is poisoned, and nothing else is. */
  #checkPoison(outcome: Outcome, { losesThreads, closes }: Surroundings): void {
    const { poisoned } = this.#call;
    const written = this.#plan.call.form === "reduce" ? [] : ["y0"];
    // Memory that moves is lost with the thread that has it: it may be what is only read.
    const isMoved = this.#rt.mode === "worker";
    const planned = mustPoison(this.#plan, this.#rt.mode, this.#facts!, outcome);
    // Others may have ended a thread of it, which poisons as well.
    const must = outcome.status === "rejected" && (losesThreads || closes) ? null : planned;
    if (must === null) {
      const isRead = poisoned.some((name) => name.startsWith("x"));
      if (isRead && !isMoved) this.#note(`what was only read is poisoned: ${poisoned.join(", ")}`);
      return;
    }
    const wanted = must ? written : [];
    const found = must && isMoved ? poisoned.filter((name) => name !== "x0") : poisoned;
    if (found.join() === wanted.join()) return;
    this.#note(`poisoned are ${poisoned.join(", ") || "none"}, expected ${wanted.join(", ") || "none"}`);
  }

  #note(fault: string | null): void {
    if (fault !== null) this.#faults.push(fault);
  }
}
