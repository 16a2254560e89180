/**
 * One case: a call that something is done to, and everything that must be so afterwards.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { ClosedError, type Runtime } from "instride";
import { type OpenRuntime, Stage } from "../jobs/stage.ts";
import { settledWithin } from "../processes/limits.ts";
import { Attack } from "./attack.ts";
import { Engagement, type Ground } from "./engagement.ts";
import { showError } from "./expected.ts";
import type { CasePlan } from "./plan.ts";

/** Where trials take place. */
export interface TrialPlace extends Ground {
  readonly open: OpenRuntime;
  readonly patience?: Patience;
}

/** How long to wait, in milliseconds, for what should come soon. */
export interface Patience {
  /** What has not settled after this never will. */
  readonly hangMs: number;
  /** How long the parts of a loop wait for each other, so that all threads have to come. */
  readonly meetMs: number;
  /** How long threads may take to end. */
  readonly endMs: number;
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

const PATIENCE: Patience = { hangMs: 20_000, meetMs: 8000, endMs: 8000 };

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
  readonly #patience: Patience;
  readonly #faults: string[] = [];
  #engagement: Engagement | null = null;

  constructor(plan: CasePlan, place: TrialPlace) {
    this.#plan = plan;
    this.#place = place;
    this.#patience = place.patience ?? PATIENCE;
  }

  async run(): Promise<TrialResult> {
    let isStuck = false;
    try {
      await this.#run();
    } catch (error) {
      isStuck = true;
      this.#faults.push(error instanceof StuckError ? error.message : `the trial threw ${showStack(error)}`);
    }
    const { faults = [], settledMs = 0, succeeded = false } = this.#engagement ?? {};
    return { faults: [...faults, ...this.#faults], settledMs, succeeded, isStuck };
  }

  async #run(): Promise<void> {
    const { runtime, other: otherPlan } = this.#plan;
    const place = this.#place;
    const attack = new Attack(this.#plan, place.watch, place.modules);
    attack.prepare();
    const stage = await Stage.open(runtime, place.open, this.#patience.meetMs);
    const { rt } = stage;
    const main = new Engagement(rt, this.#plan, place, "call", attack);
    this.#engagement = main;
    const others =
      otherPlan === null ? [] : [new Engagement(rt, { call: otherPlan, fault: { kind: "none" } }, place, "other")];
    await this.#underWay(rt, main, others);
    this.#checkNothingHeld(rt);
    await this.#inTime("the end of a thread", attack.hasPassed());
    await this.#checkNext(stage, main.facts.closed);
    await setTimeout(WATCH_MS);
    for (const engagement of [main, ...others]) engagement.release();
    for (const other of others) this.#faults.push(...other.faults.map((fault) => `other: ${fault}`));
    await this.#checkEnd(stage, attack.closing);
  }

  /** Makes the calls, and waits for all. */
  async #underWay(rt: Runtime, main: Engagement, others: readonly Engagement[]): Promise<void> {
    const calls = [main.run(() => ({ losesThreads: false, closes: false }))];
    // Views are counted by thread: whose they are is known where there is one call.
    if (others.length === 0) calls[0] = calls[0]!.then(() => this.#checkViews(rt));
    for (const other of others) {
      // A thread that is ended for being late may have gone on to other work.
      const isLate = this.#plan.fault.kind === "late";
      const surroundings = (): { losesThreads: boolean; closes: boolean } => {
        const { killed, closed } = main.facts;
        return { losesThreads: killed > 0 || isLate, closes: closed };
      };
      calls.push(other.run(surroundings));
    }
    await this.#inTime("a call", Promise.all(calls));
  }

  #checkViews(rt: Runtime): void {
    const views = [...rt.stats().views].filter(([, count]) => count !== 0);
    if (views.length > 0) this.#faults.push(`views were left when calls had settled: ${JSON.stringify(views)}`);
  }

  #checkNothingHeld(rt: Runtime): void {
    const { leases } = rt.stats();
    if (leases !== 0 || rt.leaks().length > 0) this.#faults.push(`${leases} leases: ${JSON.stringify(rt.leaks())}`);
    this.#checkViews(rt);
  }

  /** The runtime goes on, with all its threads; or says that it was closed. */
  async #checkNext(stage: Stage, closed: boolean): Promise<void> {
    const { hangMs } = this.#patience;
    const outcome = await settledWithin(stage.meet(), hangMs);
    if (outcome === null) throw new StuckError(`the next call has not settled in ${hangMs} ms`);
    if (outcome.status === "fulfilled") {
      if (closed) this.#faults.push("the next call succeeded though the runtime was closed");
      else this.#note(outcome.value as string | null, "the next call: ");
    } else if (!(closed && outcome.error instanceof ClosedError)) {
      this.#faults.push(`the next call rejected with ${showError(outcome.error)}`);
    }
  }

  async #checkEnd(stage: Stage, closing: Promise<void> | null): Promise<void> {
    const { rt } = stage;
    const { arrays, heap } = rt.stats();
    if (arrays !== 0 || heap.usedBytes !== 0) {
      this.#faults.push(`${arrays} arrays and ${heap.usedBytes} bytes are left of what was released`);
    }
    if (closing !== null) await this.#inTime("the closing", closing);
    await this.#inTime("closing", rt.close());
    this.#note(await this.#inTime("the user's pool", stage.faultOfPool()));
    await this.#inTime("ending the user's pool", stage.endPool());
    const { endMs } = this.#patience;
    const left = await this.#place.watch.ended(endMs);
    if (left > 0) throw new StuckError(`${left} threads had not ended ${endMs} ms after everything was closed`);
    if (rt.leaks().length > 0) this.#faults.push(`leases came up at the end: ${JSON.stringify(rt.leaks())}`);
  }

  /** @throws what the promise rejects with; {@link StuckError} if it doesn't settle */
  async #inTime<T>(what: string, promise: Promise<T>): Promise<T> {
    const { hangMs } = this.#patience;
    const outcome = await settledWithin(promise, hangMs);
    if (outcome === null) throw new StuckError(`${what} has not settled in ${hangMs} ms`);
    if (outcome.status === "rejected") throw outcome.error;
    return outcome.value as T;
  }

  #note(fault: string | null, whose: string = ""): void {
    if (fault !== null) this.#faults.push(`${whose}${fault}`);
  }
}

function showStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
