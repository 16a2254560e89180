/**
 * One case: a call that something is done to, and everything that must be so afterwards.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { ClosedError, type OpenOptions, type Runtime } from "instride";
import type { Call } from "../jobs/call.ts";
import { Stage } from "../jobs/stage.ts";
import { type Outcome, ServedClock, settledWithin } from "../processes/limits.ts";
import type { ThreadWatch } from "../processes/thread-watch.ts";
import { Attack, type Facts } from "./attack.ts";
import type { BrokenModules } from "./broken-modules.ts";
import { type Expected, expectedOf, expectedOfOther, faultOfOutcome, showError } from "./expected.ts";
import type { CasePlan } from "./plan.ts";

/** Where trials take place. */
export interface TrialPlace {
  readonly watch: ThreadWatch;
  readonly modules: BrokenModules;
  /** Opens runtimes: `open` itself, but where the trial is on trial. */
  readonly open: (options: OpenOptions) => Promise<Runtime>;
  /** How long after what was done to it a call may take to settle, in milliseconds. */
  readonly withinMs: number;
}

/** What a trial came to. */
export interface TrialResult {
  /** What is wrong; empty if nothing is. */
  readonly faults: readonly string[];
  /** Milliseconds from what was done to the call until it had settled. */
  readonly settledMs: number;
  readonly succeeded: boolean;
  /** True if something goes on that should have ended: the process can't be used for more. */
  readonly isStuck: boolean;
}

/** What has not settled after this never will. */
const HANG_MS = 20_000;

/** How long threads may take to end. */
const THREADS_END_MS = 8000;

/** How long operands are watched at least once their call has settled. */
const WATCH_MS = 5;

/** Something has not ended in time. */
class StuckError extends Error {
  override readonly name: string = "StuckError";
}

/** Runs a case. */
export function runTrial(plan: CasePlan, place: TrialPlace): Promise<TrialResult> {
  return new Trial(plan, place).run();
}

class Trial {
  readonly #plan: CasePlan;
  readonly #place: TrialPlace;
  readonly #attack: Attack;
  readonly #faults: string[] = [];
  #settledMs = 0;
  #succeeded = false;

  constructor(plan: CasePlan, place: TrialPlace) {
    this.#plan = plan;
    this.#place = place;
    this.#attack = new Attack(plan, place.watch, place.modules);
  }

  async run(): Promise<TrialResult> {
    let isStuck = false;
    try {
      await this.#run();
    } catch (error) {
      isStuck = true;
      this.#faults.push(error instanceof StuckError ? error.message : `the trial threw ${showStack(error)}`);
    }
    return { faults: this.#faults, settledMs: this.#settledMs, succeeded: this.#succeeded, isStuck };
  }

  async #run(): Promise<void> {
    const { runtime, call: callPlan, other: otherPlan } = this.#plan;
    this.#attack.prepare();
    const stage = await Stage.open(runtime, this.#place.open);
    const call = stage.call(callPlan, "call");
    const other = otherPlan === null ? null : stage.call(otherPlan, "other");
    const facts = await this.#underWay(stage.rt, call, other);
    this.#checkNothingHeld(stage.rt);
    await this.#checkNext(stage, facts);
    await setTimeout(WATCH_MS);
    for (const each of [call, other]) {
      this.#note(each?.faultOfPaint() ?? null);
      each?.release();
    }
    await this.#checkEnd(stage, facts);
  }

  /** Makes the calls, and waits for both. */
  async #underWay(rt: Runtime, call: Call, other: Call | null): Promise<Facts> {
    const attack = this.#attack;
    using clock = new ServedClock();
    let facts: Facts | null = null;
    const observe = (outcome: Outcome): void => {
      facts = attack.end(call);
      this.#settledMs = Date.now() - facts.since;
      this.#succeeded = outcome.status === "fulfilled";
      if (this.#settledMs > this.#place.withinMs && clock.servedMs > this.#place.withinMs) {
        this.#faults.push(`the call settled ${this.#settledMs} ms after what was done to it`);
      }
      this.#judge(rt, call, outcome, "call", expectedOf(this.#plan, facts, attack.reason));
    };
    // What is done to a call may come before another's: of two that start, either may be first.
    const calls = [observed(call.start(attack.extras()), observe)];
    attack.begin(rt, call);
    if (other !== null) {
      const observeOther = (outcome: Outcome): void => {
        const expected = expectedOfOther(this.#plan, facts ?? attack.facts(call));
        this.#judge(rt, other, outcome, "other", expected);
      };
      calls.push(observed(other.start(), observeOther));
    }
    await this.#inTime("a call", Promise.all(calls));
    return facts!;
  }

  /** The moment at which a call has settled: from now on nobody may hold or touch what it had. */
  #judge(rt: Runtime, call: Call, outcome: Outcome, label: string, expected: Expected): void {
    const whose = label === "call" ? "" : `${label}: `;
    const held = rt.leaks().filter(({ array }) => array.startsWith(`${label} `));
    if (held.length > 0) this.#faults.push(`${whose}${held.length} leases were held when the call had settled`);
    if (this.#plan.other === null) this.#checkViews(rt);
    const fault =
      faultOfOutcome(outcome, expected) ?? (outcome.status === "fulfilled" ? call.faultOfResult(outcome.value) : null);
    if (fault !== null) this.#faults.push(`${whose}${fault}`);
    call.paint();
  }

  #checkViews(rt: Runtime): void {
    const views = [...rt.stats().views].filter(([, count]) => count !== 0);
    if (views.length > 0) this.#faults.push(`views were left when the call had settled: ${JSON.stringify(views)}`);
  }

  #checkNothingHeld(rt: Runtime): void {
    const { leases } = rt.stats();
    if (leases !== 0 || rt.leaks().length > 0) this.#faults.push(`${leases} leases: ${JSON.stringify(rt.leaks())}`);
    this.#checkViews(rt);
  }

  /** The runtime goes on, with all its threads; or says that it was closed. */
  async #checkNext(stage: Stage, facts: Facts): Promise<void> {
    const outcome = await settledWithin(stage.meet(), HANG_MS);
    if (outcome === null) throw new StuckError(`the next call has not settled in ${HANG_MS} ms`);
    if (outcome.status === "fulfilled") {
      if (facts.closed) this.#faults.push("the next call succeeded though the runtime was closed");
      else this.#note(outcome.value as string | null, "the next call: ");
    } else if (!(facts.closed && outcome.error instanceof ClosedError)) {
      this.#faults.push(`the next call rejected with ${showError(outcome.error)}`);
    }
  }

  async #checkEnd(stage: Stage, { closed }: Facts): Promise<void> {
    const { rt } = stage;
    const { arrays, heap } = rt.stats();
    if (arrays !== 0 || heap.usedBytes !== 0) {
      this.#faults.push(`${arrays} arrays and ${heap.usedBytes} bytes are left of what was released`);
    }
    if (closed) await this.#inTime("the closing", this.#attack.closing!);
    await this.#inTime("closing", rt.close());
    const poolFault = await this.#inTime("the user's pool", stage.faultOfPool());
    this.#note(poolFault);
    await this.#inTime("ending the user's pool", stage.endPool());
    const left = await this.#place.watch.ended(THREADS_END_MS);
    if (left > 0)
      throw new StuckError(`${left} threads had not ended ${THREADS_END_MS} ms after everything was closed`);
    if (rt.leaks().length > 0) this.#faults.push(`leases came up at the end: ${JSON.stringify(rt.leaks())}`);
  }

  /** @throws what the promise rejects with; {@link StuckError} if it doesn't settle */
  async #inTime<T>(what: string, promise: Promise<T>): Promise<T> {
    const outcome = await settledWithin(promise, HANG_MS);
    if (outcome === null) throw new StuckError(`${what} has not settled in ${HANG_MS} ms`);
    if (outcome.status === "rejected") throw outcome.error;
    return outcome.value as T;
  }

  #note(fault: string | null, whose: string = ""): void {
    if (fault !== null) this.#faults.push(`${whose}${fault}`);
  }
}

/** Calls `observe` the moment that a promise settles. */
function observed(promise: Promise<unknown>, observe: (outcome: Outcome) => void): Promise<void> {
  return promise.then(
    (value) => observe({ status: "fulfilled", value }),
    (error: unknown) => observe({ status: "rejected", error }),
  );
}

function showStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
