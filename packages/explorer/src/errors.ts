/**
 * What the explorer itself refuses. What it finds wrong in a protocol is no error but a `Violation`.
 *
 * @module
 */

/** A scenario that can't be explored: its description contradicts itself, or a thread is no function of its port. */
export class ScenarioError extends Error {
  override readonly name: string = "ScenarioError";
  readonly code: string = "scenario";
}

/** A trace that is none of this scenario. */
export class TraceError extends Error {
  override readonly name: string = "TraceError";
  readonly code: string = "trace";
}

/** A mutant in which no violation was found: the scenario doesn't check what the mutation broke. */
export class MutantSurvivedError extends Error {
  override readonly name: string = "MutantSurvivedError";
  readonly code: string = "mutant-survived";
}
