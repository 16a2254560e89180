/**
 * One step of a schedule: which thread moves, and what happens to it. A step is one small integer.
 *
 * A thread that is about to do an operation can also die there; one that waits can die, run out of time, or wake for no
 * reason. Where a `notify` may choose whom it wakes, each choice is a step of its own.
 *
 * @module
 */

/** The thread does its next operation. */
export const EXECUTE = 0;
/** The thread dies before its next operation, or while it waits. */
export const DIE = 1;
/** Its wait runs out of time although others could still go on. */
export const TIME_OUT = 2;
/** Its wait ends without a notify. */
export const WAKE = 3;
/** Its wait runs out of time, since nobody else could go on. */
export const RESCUE = 4;

const ACTIONS = 8;

/** Room for the choices of one notify: any 7 of 15 waiters are 6,435. */
const THREAD_UNIT = 1 << 20;

export function stepOf(thread: number, action: number, choice: number = 0): number {
  return thread * THREAD_UNIT + choice * ACTIONS + action;
}

export function threadOf(step: number): number {
  return Math.trunc(step / THREAD_UNIT);
}

export function actionOf(step: number): number {
  return step % ACTIONS;
}

export function choiceOf(step: number): number {
  return Math.trunc((step % THREAD_UNIT) / ACTIONS);
}
