/**
 * Every schedule of a scenario, or one of each kind that no thread can tell apart.
 *
 * With reduction, a state branches only where two steps race (`dependence.ts`), and a step that was explored sleeps in
 * its sister branches until something that conflicts with it is done. A thread that is chosen at a state takes all its
 * steps there in turn: its next operation, and dying before it. Steps that need not happen at all (a time-out, a wake,
 * a death while waiting) are never the only ones chosen. A notify takes time-outs and wakes away from whom it wakes, so
 * these are tried before it.
 *
 * Without reduction every possible step is taken in every state, but for those that would interrupt a thread once too
 * often. A limit of interruptions needs this: schedules that no thread can tell apart differ in their number.
 *
 * Source: source sets and sleep sets as in Abdulla et al. (POPL 2014), algorithm 1.
 *
 * @module
 */
import { Dependence } from "./dependence.ts";
import { type Finding, Inspector } from "./inspector.ts";
import { Machine } from "./machine.ts";
import type { Program } from "./program.ts";
import type { Ending } from "./scenario.ts";
import { actionOf, EXECUTE, RESCUE, stepOf, threadOf } from "./step.ts";

/** How to search. */
export interface SearchOptions {
  readonly reduction: boolean;
  readonly preemptionsMax: number;
  /** Schedules after which to give up, with `isComplete` false. */
  readonly schedulesMax: number;
}

/** Is told what the search meets. Each returns false to end it. */
export interface SearchVisitor {
  /** Something is wrong after these steps. The search goes on behind it. */
  onFinding(finding: Finding, steps: readonly number[]): boolean;
  /** A schedule is complete, right or wrong. `end` is its last state, until this returns. */
  onSchedule(end: Ending): boolean;
}

/** What a search did. */
export interface SearchCounts {
  schedules: number;
  /** Branches cut since each of their schedules equals one that was explored. */
  redundant: number;
  steps: number;
  isComplete: boolean;
}

/** A state on the path from the start to the current state. */
class Branching {
  /** The moment of the machine. */
  mark = 0;
  /** Threads with a possible step, as bits. */
  enabled = 0;
  /** Threads to be tried, and those that have been, as bits. */
  backtrack = 0;
  tried = 0;
  /** The steps of the thread that is being tried, and how many of them have been taken. */
  readonly steps: number[] = [];
  taken = 0;
  /** Steps whose schedules are known already, with their footprints. */
  readonly asleep: number[] = [];
  readonly asleepFootprints: number[] = [];
  /** Nobody can do an operation, and a time-out would help. */
  canRescue = false;
  /** The thread that did the last operation, or -1, and how many have been interrupted. */
  runner = -1;
  preemptions = 0;

  isAsleep(step: number): boolean {
    return this.asleep.includes(step);
  }

  sleep(step: number, footprint: number): void {
    this.asleep.push(step);
    this.asleepFootprints.push(footprint);
  }
}

const NO_STEP = -1;

export class DepthFirstSearch {
  readonly counts: SearchCounts = { schedules: 0, redundant: 0, steps: 0, isComplete: false };

  readonly #machine: Machine;
  readonly #inspector: Inspector;
  readonly #dependence: Dependence;
  readonly #options: SearchOptions;
  readonly #visitor: SearchVisitor;
  readonly #path: Branching[] = [];
  /** The steps from the start to the current state, and a list for the races of the last one. */
  readonly #steps: number[] = [];
  readonly #races: number[] = [];
  #isEnded = false;

  constructor(program: Program, options: SearchOptions, visitor: SearchVisitor) {
    this.#machine = new Machine(program);
    this.#inspector = new Inspector(this.#machine);
    this.#dependence = new Dependence(this.#machine.footprints, this.#machine.threadCount);
    this.#options = options;
    this.#visitor = visitor;
  }

  run(): SearchCounts {
    const { counts } = this;
    do {
      this.#inspector.sawNews = false;
      Object.assign(counts, { schedules: 0, redundant: 0, steps: 0 });
      this.#machine.restart();
      this.#steps.length = 0;
      this.#report(this.#inspector.atStart());
      // What the first look of an invariant saw is known before the first step.
      this.#inspector.sawNews = false;
      if (!this.#isEnded) this.#search();
      // An invariant has looked at more than before: what seemed independent was not.
    } while (this.#inspector.sawNews);
    counts.isComplete = !this.#isEnded;
    return counts;
  }

  #search(): void {
    const path = this.#path;
    let depth = 0;
    this.#enter(this.#at(0), null);
    while (depth >= 0 && !this.#isEnded && !this.#inspector.sawNews) {
      const branching = path[depth]!;
      const step = this.#nextStep(branching);
      if (step === NO_STEP) {
        depth--;
        if (depth < 0) break;
        this.#machine.rollback(path[depth]!.mark);
        this.#steps.length = depth;
      } else if (this.counts.schedules >= this.#options.schedulesMax) {
        this.#isEnded = true;
      } else {
        this.#take(branching, depth, step);
        depth++;
      }
    }
  }

  #at(depth: number): Branching {
    return (this.#path[depth] ??= new Branching());
  }

  /** The next step to be taken from a state, or {@link NO_STEP}. The machine is in this state. */
  #nextStep(branching: Branching): number {
    for (;;) {
      while (branching.taken < branching.steps.length) {
        const step = branching.steps[branching.taken++]!;
        if (!branching.isAsleep(step) && !this.#interruptsTooOften(branching, step)) return step;
      }
      const untried = branching.backtrack & branching.enabled & ~branching.tried;
      if (untried === 0) return NO_STEP;
      const thread = 31 - Math.clz32(untried & -untried);
      branching.tried |= 1 << thread;
      this.#listSteps(branching, thread);
    }
  }

  #listSteps(branching: Branching, thread: number): void {
    branching.steps.length = 0;
    branching.taken = 0;
    this.#machine.appendSteps(thread, branching.steps);
    if (branching.canRescue && this.#machine.canTimeOut(thread)) branching.steps.push(stepOf(thread, RESCUE));
  }

  #interruptsTooOften(branching: Branching, step: number): boolean {
    return branching.preemptions + this.#interruption(branching, step) > this.#options.preemptionsMax;
  }

  /** 1 if a step has another thread go on than the one that could. */
  #interruption({ runner }: Branching, step: number): number {
    const interrupts = actionOf(step) === EXECUTE && runner >= 0 && runner !== threadOf(step);
    return interrupts && this.#machine.canExecute(runner) ? 1 : 0;
  }

  #take(branching: Branching, depth: number, step: number): void {
    const machine = this.#machine;
    const thread = threadOf(step);
    const preemptions = branching.preemptions + this.#interruption(branching, step);
    machine.take(step);
    this.#steps[depth] = step;
    this.counts.steps++;
    if (this.#options.reduction) this.#branch(depth, thread, step);
    const { footprint } = machine;
    this.#report(this.#inspector.afterStep());
    if (this.#isEnded || this.#inspector.sawNews) return;
    const next = this.#at(depth + 1);
    next.asleep.length = 0;
    next.asleepFootprints.length = 0;
    if (this.#options.reduction) {
      this.#letSleep(branching, next, step, footprint);
      // From here on every sister branch can leave out what begins with this step.
      branching.sleep(step, footprint);
    }
    next.runner = actionOf(step) === EXECUTE ? thread : branching.runner;
    next.preemptions = preemptions;
    this.#enter(next, branching);
  }

  /** What sleeps on after a step: what does not conflict with it. A rescue depends on everything, since all must rest. */
  #letSleep(branching: Branching, next: Branching, step: number, footprint: number): void {
    if (actionOf(step) === RESCUE) return;
    for (const [index, other] of branching.asleep.entries()) {
      const otherFootprint = branching.asleepFootprints[index]!;
      if (threadOf(other) === threadOf(step) || actionOf(other) === RESCUE) continue;
      if (!this.#machine.footprints.conflict(footprint, otherFootprint)) next.sleep(other, otherFootprint);
    }
  }

  /** Has the states branch where the last step could have been reversed with an earlier one. */
  #branch(depth: number, thread: number, step: number): void {
    const { footprint, woken } = this.#machine;
    const branching = this.#path[depth]!;
    if (actionOf(step) === RESCUE) {
      this.#dependence.appendBarrier(depth, thread, footprint, woken);
      return;
    }
    const races = this.#races;
    races.length = 0;
    this.#dependence.append(depth, thread, footprint, woken, races);
    branching.backtrack |= woken & branching.enabled;
    for (const earlier of races) {
      const before = this.#path[earlier]!;
      const initials = this.#dependence.initials(earlier, depth) & before.enabled;
      if ((initials & before.backtrack) === 0) before.backtrack |= initials & -initials;
    }
  }

  /** Looks at a state that the machine has just come to. */
  #enter(branching: Branching, previous: Branching | null): void {
    const machine = this.#machine;
    branching.mark = machine.mark();
    branching.tried = 0;
    if (previous === null) {
      branching.asleep.length = 0;
      branching.asleepFootprints.length = 0;
      branching.runner = -1;
      branching.preemptions = 0;
    }
    let runnable = 0;
    for (let thread = 0; thread < machine.threadCount; thread++)
      if (machine.canExecute(thread)) runnable |= 1 << thread;
    branching.canRescue = false;
    if (runnable === 0) this.#rest(branching);
    branching.enabled = 0;
    branching.backtrack = 0;
    if (machine.stepCount >= machine.program.scenario.limits.stepsMax) {
      if (runnable !== 0) this.#endSchedule();
    } else this.#chooseThreads(branching, runnable);
    branching.steps.length = 0;
    branching.taken = 0;
  }

  /** What is tried first, or at all: one thread that can go on with everything it may do, if there is one. */
  #chooseThreads(branching: Branching, runnable: number): void {
    let enabled = runnable;
    for (let thread = 0; thread < this.#machine.threadCount; thread++) {
      const isEnabled = this.#machine.canBeStruck(thread) || (branching.canRescue && this.#machine.canTimeOut(thread));
      if (isEnabled) enabled |= 1 << thread;
    }
    branching.enabled = enabled;
    branching.backtrack = enabled;
    if (!this.#options.reduction || runnable === 0) return;
    const awake = this.#fullyAwake(branching, runnable);
    if (awake === 0) {
      // A thread with some steps asleep can't stand for the others: whatever is awake is tried.
      if (this.#isAllAsleep(branching)) this.counts.redundant++;
      return;
    }
    const { runner } = branching;
    branching.backtrack = runner >= 0 && (awake & (1 << runner)) !== 0 ? 1 << runner : awake & -awake;
  }

  /** Those of some threads of which no possible step sleeps. */
  #fullyAwake(branching: Branching, threads: number): number {
    let awake = threads;
    for (const step of branching.asleep) awake &= ~(1 << threadOf(step));
    if (awake !== 0) return awake;
    // What sleeps may have become impossible.
    for (let thread = 0; threads >>> thread !== 0; thread++) {
      if ((threads & (1 << thread)) === 0) continue;
      this.#listSteps(branching, thread);
      if (!branching.steps.some((step) => branching.isAsleep(step))) awake |= 1 << thread;
    }
    return awake;
  }

  #isAllAsleep(branching: Branching): boolean {
    for (let thread = 0; thread < this.#machine.threadCount; thread++) {
      this.#listSteps(branching, thread);
      if (!branching.steps.every((step) => branching.isAsleep(step))) return false;
    }
    return true;
  }

  /** No thread can do an operation: this is an end, or a time-out goes on. */
  #rest(branching: Branching): void {
    const finding = this.#inspector.atRest();
    branching.canRescue = finding === undefined || finding?.kind === "lost-wakeup";
    if (finding === undefined) return;
    this.#report(finding);
    this.#endSchedule();
  }

  #endSchedule(): void {
    this.counts.schedules++;
    if (!this.#visitor.onSchedule(this.#inspector.ending)) this.#isEnded = true;
  }

  #report(finding: Finding | null): void {
    if (finding !== null && !this.#visitor.onFinding(finding, this.#steps)) this.#isEnded = true;
  }
}
