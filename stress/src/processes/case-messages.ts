/**
 * What travels between the process that counts cases and those that run them.
 *
 * @module
 */

/** Asks for a case; the process answers before it is asked for the next. */
export interface CaseRequest {
  readonly caseNumber: number;
}

/** What became of a case. */
export interface CaseReply {
  readonly caseNumber: number;
  /** Whether the call of the case succeeded. */
  readonly succeeded: boolean;
  /** What is wrong; empty if nothing is. */
  readonly faults: readonly string[];
  readonly settledMs: number;
  /** True if the process can't be used for more. */
  readonly isStuck: boolean;
}

/** What a process is told at its start. */
export interface CaseSettings {
  readonly seed: number;
  readonly kinds: readonly string[];
  readonly modes: readonly string[];
  readonly withinMs: number;
}

/** The variable in which a process finds its settings. */
export const SETTINGS_VARIABLE = "STRESS_SETTINGS";
