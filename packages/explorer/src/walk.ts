/**
 * One schedule, step by step: what a replay, the search for a shorter trace, and random sampling have in common.
 *
 * @module
 */
import { type Finding, Inspector } from "./inspector.ts";
import { Machine } from "./machine.ts";
import type { Program } from "./program.ts";
import { actionOf, EXECUTE, RESCUE, stepOf, threadOf } from "./step.ts";

export class Walk {
  readonly machine: Machine;
  /** What was found wrong, and ended the schedule. */
  finding: Finding | null = null;
  /** The steps that were taken. */
  readonly steps: number[] = [];
  readonly inspector: Inspector;
  readonly #possible: number[] = [];

  constructor(program: Program) {
    this.machine = new Machine(program);
    this.inspector = new Inspector(this.machine);
  }

  /** Begins a new schedule. */
  start(): void {
    this.machine.restart();
    this.steps.length = 0;
    this.finding = this.inspector.atStart();
  }

  /** The threads that can do their next operation. */
  runnable(): number[] {
    const threads: number[] = [];
    for (let thread = 0; thread < this.machine.threadCount; thread++)
      if (this.machine.canExecute(thread)) threads.push(thread);
    return threads;
  }

  /** Whether a step can be taken in this state. */
  isPossible(step: number): boolean {
    const thread = threadOf(step);
    if (thread >= this.machine.threadCount) return false;
    if (actionOf(step) === RESCUE) return this.machine.canTimeOut(thread) && this.runnable().length === 0;
    this.#possible.length = 0;
    this.machine.appendSteps(thread, this.#possible);
    return this.#possible.includes(step);
  }

  /** Takes a step that is possible. */
  take(step: number): void {
    this.steps.push(step);
    this.machine.take(step);
    this.finding = this.inspector.afterStep();
  }

  /**
   * Ends the schedule in a state in which no thread can do an operation, if it is an end.
   *
   * @returns the threads of which one must run out of time, if it is not
   */
  rest(): number[] {
    const finding = this.inspector.atRest();
    if (finding !== undefined) {
      this.finding = finding;
      return [];
    }
    const threads: number[] = [];
    for (let thread = 0; thread < this.machine.threadCount; thread++)
      if (this.machine.canTimeOut(thread)) threads.push(thread);
    return threads;
  }

  /** Goes on to the end without interrupting anyone. */
  finish(): void {
    const last = this.steps.at(-1);
    let runner = last === undefined || actionOf(last) !== EXECUTE ? -1 : threadOf(last);
    while (this.finding === null) {
      const runnable = this.runnable();
      if (runnable.length === 0) {
        const [sleeper] = this.rest();
        if (sleeper === undefined) return;
        this.take(stepOf(sleeper, RESCUE));
      } else {
        if (!runnable.includes(runner)) runner = runnable[0]!;
        this.take(stepOf(runner, EXECUTE));
      }
    }
  }
}
