/**
 * Loops as steps of the interpreter: rounds for many lanes at once, under a mask.
 *
 * Lanes that have left a loop keep what they carried while others go round. What a round computes for them is of no use
 * and of no harm, since no operation has an effect; a loop inside another, which may not end for them, goes round only
 * for the lanes that are in the outer one's round.
 *
 * @module
 */
import { budgetError } from "../errors.ts";
import type { LoopNode, Node } from "./graph.ts";
import { type Lanes, type LanesOf, MASKED_COPY, type MaskedCopy, newLanes } from "./lanes.ts";
import type { Registers } from "./registers.ts";
import type { Schedule } from "./scopes.ts";
import { isOperation, type Step, stepOf } from "./steps.ts";

/** 1 for the lanes that are in a loop's round. */
type Mask = LanesOf["bool"];

export class StepMaker {
  readonly #schedule: Schedule;
  readonly #registers: Registers;

  constructor(schedule: Schedule, registers: Registers) {
    this.#schedule = schedule;
    this.#registers = registers;
  }

  /**
   * Makes the steps of some nodes, in their order. What is filled from outside has none.
   *
   * @param outer - the lanes that go round in the loop that they are in, or null outside of loops
   */
  stepsOf(nodes: readonly Node[], outer: Mask | null): Step[] {
    const steps: Step[] = [];
    for (const node of nodes) {
      if (isOperation(node)) steps.push(stepOf(node, (taken) => this.#registers.of(taken)));
      else if (node.kind === "loop") steps.push(this.#loopStep(node, outer));
    }
    return steps;
  }

  #loopStep(loop: LoopNode, outer: Mask | null): Step {
    const schedule = this.#schedule.loops.get(loop)!;
    const active: Mask = newLanes("bool", this.#registers.width);
    const asks = this.stepsOf(schedule.condition, active);
    const goesRound = this.stepsOf(schedule.body, active);
    const holds = this.#registers.of(loop.condition) as Mask;
    const begins = this.#copies(loop, loop.initial);
    const goesOn = this.#copies(loop, loop.next);
    return (count) => {
      if (outer === null) active.fill(1, 0, count);
      else active.set(outer.subarray(0, count));
      begins(active, count);
      for (let rounds = 0; ; rounds++) {
        for (const step of asks) step(count);
        if (narrow(active, holds, count) === 0) return;
        if (rounds === loop.roundsMax) throw budgetError(loop.roundsMax);
        for (const step of goesRound) step(count);
        goesOn(active, count);
      }
    };
  }

  /** Takes values over as a loop's carried ones, all at once. */
  #copies(loop: LoopNode, values: readonly Node[]): (mask: Mask, count: number) => void {
    const copies = values.map((value, slot) => {
      const source = this.#registers.of(value);
      const copy = MASKED_COPY[value.type] as MaskedCopy<Lanes>;
      // One that another slot carried may be overwritten before it is taken.
      const isCarried = value.kind === "carried" && value.loop === loop.loop;
      const staged = isCarried ? newLanes(value.type, this.#registers.width) : null;
      return { source: source as LanesOf["f64"], staged: staged as LanesOf["f64"] | null, copy, slot };
    });
    const targets = this.#registers.carriedBy(loop);
    return (mask, count) => {
      for (const { source, staged } of copies) staged?.set(source);
      for (const { source, staged, copy, slot } of copies) copy(targets[slot]!, staged ?? source, mask, count);
    };
  }
}

/** Takes out of a mask the lanes for which a condition doesn't hold. @returns how many are left */
function narrow(mask: Mask, holds: Mask, count: number): number {
  let left = 0;
  for (let i = 0; i < count; i++) {
    mask[i] = mask[i]! & holds[i]!;
    left += mask[i]!;
  }
  return left;
}
