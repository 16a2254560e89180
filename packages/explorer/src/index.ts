/**
 * Runs a protocol of a few threads in every order, and says which one breaks it.
 *
 * ```ts
 * const counter = scenario({
 *   name: "two threads count",
 *   memories: { shared: { words: 1, names: { COUNT: 0 } } },
 *   threads: [
 *     { name: "a", run: ({ ports: { shared } }) => shared.store(0, shared.load(0) + 1) },
 *     { name: "b", run: ({ ports: { shared } }) => shared.store(0, shared.load(0) + 1) },
 *   ],
 *   final: ({ memory }) => {
 *     if (memory.shared.get(0) !== 2) throw new Error(`expected 2, got ${memory.shared.get(0)}`);
 *   },
 * });
 * explore(counter).violations[0]?.report; // final in "two threads count": Error: expected 2, got 1 ...
 * ```
 *
 * @module
 */
export { MutantSurvivedError, ScenarioError, TraceError } from "./errors.ts";
export {
  explore,
  replay,
  sample,
  type Exploration,
  type ExploreOptions,
  type SampleOptions,
  type Statistics,
} from "./explore.ts";
export { assertKilled, faultsOf, findKill, mutate, type Fault, type KillOptions } from "./mutants.ts";
export { mutatePort, type Mutation, type MutationKind } from "./mutation.ts";
export type { Port, WaitResult } from "@instride/core";
export { BUDGET, runSuite, type RunSuiteOptions, type Suite, type Tally, USAGE } from "./runner.ts";
export {
  scenario,
  STEPS_MAX,
  THREADS_MAX,
  WORDS_MAX,
  type Ending,
  type Limits,
  type MemoryPeek,
  type MemorySpec,
  type NamedMemory,
  type Scenario,
  type ScenarioOptions,
  type ScenarioSpec,
  type Snapshot,
  type ThreadEnv,
  type ThreadSpec,
} from "./scenario.ts";
export type { Violation, ViolationKind } from "./violation.ts";
