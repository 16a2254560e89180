/**
 * One random schedule after the other, for scenarios with more than can all be tried.
 *
 * Each thread gets a random priority, and whoever has the highest goes on. At `depth - 1` random moments the one that
 * goes on drops below all others. A bug that needs `depth` ordered steps is hit by each schedule with a probability of
 * at least 1 / (n k^(depth - 1)), for n threads and k steps. Deaths, early time-outs and wakes come at random moments;
 * which thread they meet is random among those that they can.
 *
 * Source: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs" (ASPLOS 2010).
 *
 * @module
 */
import type { Program } from "./program.ts";
import { Random } from "./random.ts";
import { actionOf, DIE, EXECUTE, RESCUE, stepOf, TIME_OUT, WAKE } from "./step.ts";
import { Walk } from "./walk.ts";

/** Something that comes from outside, and the step from which on it is due. */
interface Injection {
  readonly action: number;
  readonly due: number;
}

/**
 * The moments of injections are drawn from this many times the length of a schedule, so that about half of them do not
 * come: a schedule without them matters as much.
 */
const INJECTION_SPAN = 2;

export class Sampler {
  readonly walk: Walk;
  readonly #program: Program;
  readonly #seed: number;
  readonly #depth: number;
  /** The longest schedule so far. */
  #length = 1;
  #index = 0;

  /** @param depth - ordered steps of the bugs that are looked for, from 1 */
  constructor(program: Program, seed: number, depth: number) {
    this.walk = new Walk(program);
    this.#program = program;
    this.#seed = seed;
    this.#depth = depth;
  }

  /** Runs the next schedule, to its end or to what is wrong with it: see {@link Walk.finding}. */
  next(): void {
    const { walk } = this;
    const random = new Random(this.#seed, this.#index++);
    walk.start();
    if (walk.finding === null) this.#run(random);
    this.#length = Math.max(this.#length, walk.steps.length);
  }

  #run(random: Random): void {
    const { walk } = this;
    const threads = this.#program.threadNames.map((_, thread) => thread);
    // Priorities below `depth` are for those that drop.
    const priorities = threads.map(() => 0);
    for (const [rank, thread] of random.shuffle(threads).entries()) priorities[thread] = this.#depth + rank;
    const drops = Array.from({ length: this.#depth - 1 }, () => random.below(this.#length));
    const injections = this.#drawInjections(random);
    while (walk.finding === null) {
      if (this.#inject(injections, random)) continue;
      const runnable = walk.runnable();
      if (runnable.length === 0) {
        const sleepers = walk.rest();
        if (sleepers.length === 0) return;
        walk.take(stepOf(sleepers[random.below(sleepers.length)]!, RESCUE));
        continue;
      }
      const drop = drops.indexOf(walk.steps.length);
      if (drop >= 0) priorities[highest(runnable, priorities)] = drop;
      walk.take(this.#chooseStep(highest(runnable, priorities), EXECUTE, random)!);
    }
  }

  #drawInjections(random: Random): Injection[] {
    const { deathsMax, timeoutsMax, spuriousWakesMax } = this.#program.scenario.limits;
    const injections: Injection[] = [];
    for (const [action, count] of [
      [DIE, deathsMax],
      [TIME_OUT, timeoutsMax],
      [WAKE, spuriousWakesMax],
    ] as const) {
      for (let k = 0; k < count; k++) injections.push({ action, due: random.below(INJECTION_SPAN * this.#length) });
    }
    return injections;
  }

  /** Takes a step that is due, if there is one that some thread can take. */
  #inject(injections: Injection[], random: Random): boolean {
    for (const [index, { action, due }] of injections.entries()) {
      if (due > this.walk.steps.length) continue;
      for (const thread of random.shuffle(this.#program.threadNames.map((_, other) => other))) {
        const step = this.#chooseStep(thread, action, random);
        if (step === undefined) continue;
        injections.splice(index, 1);
        this.walk.take(step);
        return true;
      }
    }
    return false;
  }

  /** One of the steps of a kind that a thread can take. */
  #chooseStep(thread: number, action: number, random: Random): number | undefined {
    const steps: number[] = [];
    this.walk.machine.appendSteps(thread, steps);
    const fitting = steps.filter((step) => actionOf(step) === action);
    return fitting[random.below(fitting.length)];
  }
}

function highest(threads: readonly number[], priorities: readonly number[]): number {
  return threads.reduce((best, thread) => (priorities[thread]! > priorities[best]! ? thread : best));
}
