/**
 * Scenarios with a fault in them, and whether that is noticed: a scenario that no fault upsets proves nothing.
 *
 * @module
 */
import type { Port } from "@instride/core";
import { MutantSurvivedError, ScenarioError } from "./errors.ts";
import { explore, sample } from "./explore.ts";
import { MUTABLE, mutatePort, type Mutation, type MutationKind } from "./mutation.ts";
import type { NamedMemory, Scenario } from "./scenario.ts";
import type { Violation } from "./violation.ts";

/** A fault in a scenario. What is left out holds for all. */
export interface Fault extends Omit<Mutation, "word"> {
  readonly thread?: string;
  readonly memory?: string;
  /** An index, or the name that the memory gives it. */
  readonly word?: number | string;
}

/**
 * A scenario in which some operations go wrong.
 *
 * @throws {@link ScenarioError} if the scenario has no such thread, memory or word
 */
export function mutate(scenario: Scenario, fault: Fault): Scenario {
  checkFault(scenario, fault);
  return {
    ...scenario,
    name: `${scenario.name} [${describeFault(fault)}]`,
    wrapPort: (port, memory, thread) => {
      const inner = scenario.wrapPort(port, memory, thread);
      const isMeant = (fault.thread ?? thread) === thread && (fault.memory ?? memory.name) === memory.name;
      return isMeant ? mutatePort(inner, mutationIn(memory, fault)) : inner;
    },
  };
}

function mutationIn({ names }: NamedMemory, { kind, word, nth }: Fault): Mutation {
  // A name that this memory doesn't have is that of another memory's word: no word of this one is meant.
  const index = typeof word === "string" ? (names?.[word] ?? -1) : word;
  return { kind, ...(index === undefined ? {} : { word: index }), ...(nth === undefined ? {} : { nth }) };
}

function describeFault({ kind, thread, memory, word, nth }: Fault): string {
  const place = [memory, word].filter((part) => part !== undefined).join(".");
  return [kind, place, thread === undefined ? "" : `by ${thread}`, nth === undefined ? "" : `#${nth}`]
    .filter((part) => part !== "")
    .join(" ");
}

function checkFault(scenario: Scenario, fault: Fault): void {
  const { thread, memory, word } = fault;
  const attempt = `cannot put fault "${describeFault(fault)}" into "${scenario.name}"`;
  const names = scenario.threads.map(({ name }) => name);
  if (thread !== undefined && !names.includes(thread))
    throw new ScenarioError(`${attempt}: there is no such thread, expected one of ${names.join(", ")}`);
  const memories = Object.entries(scenario.memories).filter(([name]) => (memory ?? name) === name);
  if (memories.length === 0)
    throw new ScenarioError(
      `${attempt}: there is no such memory, expected one of ${Object.keys(scenario.memories).join(", ")}`,
    );
  const hasWord = memories.some(([, { words, names: wordNames }]) =>
    typeof word === "string" ? wordNames?.[word] !== undefined : word === undefined || word < words,
  );
  if (!hasWord) throw new ScenarioError(`${attempt}: there is no such word in the memory`);
}

/** Schedules of a mutant that are tried in order, and then at random, before it has survived. */
const SEARCHED_MAX = 100_000;
const SAMPLED_MAX = 20_000;

export interface KillOptions {
  /** Schedules to be searched; 100,000 unless given. */
  readonly schedulesMax?: number;
  /** Random schedules if the search did not come to its end; 20,000 unless given. */
  readonly samplesMax?: number;
  readonly seed?: number;
}

/** Looks for a violation in a mutant. */
export function findKill(mutant: Scenario, options: KillOptions = {}): Violation | null {
  const { schedulesMax = SEARCHED_MAX, samplesMax = SAMPLED_MAX, seed = 1 } = options;
  const searched = explore(mutant, { schedulesMax });
  if (searched.violations.length > 0 || searched.statistics.isComplete) return searched.violations[0] ?? null;
  return sample(mutant, { seed, schedules: samplesMax }).violations[0] ?? null;
}

/**
 * Sees that a violation is found in a mutant.
 *
 * @throws {@link MutantSurvivedError} if not
 */
export function assertKilled(mutant: Scenario, options: KillOptions = {}): Violation {
  const violation = findKill(mutant, options);
  if (violation !== null) return violation;
  throw new MutantSurvivedError(
    `no violation was found in "${mutant.name}", expected one: the scenario misses a fault`,
  );
}

/** Schedules from which the operations of a scenario are learned. */
const LEARNED_FROM = 1000;

/**
 * Every fault of one kind, thread and word that a scenario's threads give occasion to.
 *
 * Some change nothing (waking one of one waiter): who asserts that all are killed leaves these out by name.
 */
export function faultsOf(scenario: Scenario): Fault[] {
  const faults = new Map<string, Fault>();
  const note = (operation: keyof Port, memory: string, word: number, thread: string): void => {
    for (const [kind, operations] of Object.entries(MUTABLE)) {
      if (!operations.includes(operation)) continue;
      const fault: Fault = { kind: kind as MutationKind, memory, word, thread };
      faults.set(describeFault(fault), fault);
    }
  };
  const observed: Scenario = {
    ...scenario,
    wrapPort: (port, memory, thread) => {
      const inner = scenario.wrapPort(port, memory, thread);
      return new Proxy(inner, {
        get: (_, operation: keyof Port) => (word: number, first: number, second: number) => {
          note(operation, memory.name, word, thread);
          return inner[operation](word, first, second);
        },
      });
    },
  };
  explore(observed, { schedulesMax: LEARNED_FROM });
  return [...faults.values()];
}
