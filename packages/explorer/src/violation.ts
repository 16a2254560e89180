/**
 * What can be wrong with a protocol.
 *
 * @module
 */

/**
 * - `invariant`: a step left a state in which an invariant does not hold
 * - `final`: the end is not right
 * - `exception`: a thread threw
 * - `race`: two accesses to a plain cell that nothing orders, of which one writes
 * - `deadlock`: a thread waits, and nobody is left who could wake it
 * - `lost-wakeup`: only a time-out can wake a thread, in a scenario that rules this out
 * - `livelock`: threads spin for ever, or a schedule has more steps than the limit
 */
export type ViolationKind = "invariant" | "final" | "exception" | "race" | "deadlock" | "lost-wakeup" | "livelock";

/** Something wrong, and the shortest schedule found that shows it. */
export interface Violation {
  readonly kind: ViolationKind;
  /** What it is about: an invariant, a cell and two threads, threads. With `kind` it tells violations apart. */
  readonly subject: string;
  /** What is wrong, in one line. */
  readonly message: string;
  /** For `replay`. */
  readonly trace: string;
  /** The message, the trace, and every operation of the schedule with its values. */
  readonly report: string;
}
