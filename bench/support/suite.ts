/**
 * What a suite is, so that `main.ts` can run any.
 *
 * @module
 */
import type { Finding, Group } from "./report.ts";

export interface Suite {
  /** How the command line calls it. */
  readonly name: string;
  /** The decision that its figures serve, in one sentence. */
  readonly decides: string;
  /**
   * Measures group by group, so that each can be shown as soon as it is there. Checks every result before timing it.
   * What is measured and is no time is a finding of its own.
   *
   * @throws an Error if a way of doing the work gives a wrong result
   */
  measure(context: SuiteContext): AsyncIterable<Group | Finding>;
  /** What follows from all groups together. */
  findings?(groups: readonly Group[]): Finding[];
}

export interface SuiteContext {
  /** Threads that share a job. */
  readonly threads: number;
  /** Few sizes and few samples: shows that the suite works, and no more. */
  readonly quick: boolean;
}
