/**
 * The shortest way to a violation that can be found with bounded effort, from one way to it.
 *
 * Shorter is: first fewer deaths, time-outs and wakes; then fewer changes of thread; then fewer steps. Blocks of steps
 * of one thread are left out, or moved to its block before or after; what has become impossible is skipped, and the
 * schedule runs on without interruption. Whatever still shows the same violation, shorter, is kept.
 *
 * @module
 */
import type { Finding } from "./inspector.ts";
import type { Program } from "./program.ts";
import { actionOf, EXECUTE, RESCUE, threadOf } from "./step.ts";
import { Walk } from "./walk.ts";

/** A schedule, and what is wrong at its end. */
export interface Counterexample {
  readonly steps: readonly number[];
  readonly finding: Finding;
}

/** Steps taken at most, over all schedules that are tried: some tenths of a second. */
const STEPS_MAX = 300_000;

/** Whether two findings are about the same thing. */
export function isSameFinding(a: Finding, b: Finding): boolean {
  return a.kind === b.kind && a.subject === b.subject;
}

/** Makes a counterexample shorter. */
export function shrink(program: Program, counterexample: Counterexample): Counterexample {
  const walk = new Walk(program);
  let best = counterexample;
  let bestCost = costOf(best.steps);
  let stepsTaken = 0;
  for (let isBetter = true; isBetter;) {
    isBetter = false;
    for (const candidate of variants(best.steps)) {
      if (stepsTaken > STEPS_MAX) return best;
      const found = follow(walk, candidate);
      stepsTaken += walk.steps.length;
      if (found === null || !isSameFinding(found.finding, best.finding)) continue;
      const cost = costOf(found.steps);
      if (compare(cost, bestCost) >= 0) continue;
      best = found;
      bestCost = cost;
      isBetter = true;
      break;
    }
  }
  return best;
}

/** Takes what is possible of some steps, and runs on to the end. */
function follow(walk: Walk, steps: readonly number[]): Counterexample | null {
  walk.start();
  for (const step of steps) {
    if (walk.finding !== null) break;
    if (walk.isPossible(step)) walk.take(step);
  }
  walk.finish();
  return walk.finding === null ? null : { steps: [...walk.steps], finding: walk.finding };
}

function costOf(steps: readonly number[]): number[] {
  let injected = 0;
  let changes = 0;
  for (const [index, step] of steps.entries()) {
    if (actionOf(step) !== EXECUTE && actionOf(step) !== RESCUE) injected++;
    if (index > 0 && threadOf(step) !== threadOf(steps[index - 1]!)) changes++;
  }
  return [injected, changes, steps.length];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

/** Schedules that may be shorter. */
function* variants(steps: readonly number[]): Generator<number[]> {
  for (const [index, step] of steps.entries()) if (actionOf(step) !== EXECUTE) yield steps.toSpliced(index, 1);
  const blocks = blocksOf(steps);
  for (const [index, block] of blocks.entries()) {
    const without = blocks.toSpliced(index, 1);
    yield without.flat();
    const thread = threadOf(block[0]!);
    const isOwn = (other: readonly number[]): boolean => threadOf(other[0]!) === thread;
    const after = without.findIndex((other, at) => at >= index && isOwn(other));
    if (after >= 0) yield without.toSpliced(after, 0, block).flat();
    const before = without.findLastIndex((other, at) => at < index && isOwn(other));
    if (before >= 0) yield without.toSpliced(before + 1, 0, block).flat();
    // Half of a block may be enough.
    for (let cut = 1; cut < block.length; cut++) yield blocks.with(index, block.slice(0, cut)).flat();
  }
}

/** Steps of one thread in a row. */
function blocksOf(steps: readonly number[]): number[][] {
  const blocks: number[][] = [];
  for (const step of steps) {
    const block = blocks.at(-1);
    if (block !== undefined && threadOf(block[0]!) === threadOf(step)) block.push(step);
    else blocks.push([step]);
  }
  return blocks;
}
