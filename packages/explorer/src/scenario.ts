/**
 * What is explored: memories, threads that run a protocol over them, and what must always hold.
 *
 * @module
 */
import type { Port } from "@instride/core";
import { ScenarioError } from "./errors.ts";

/** One shared memory. Its words are also its plain cells, as in production. */
export interface MemorySpec {
  /** How many 32-bit words. */
  readonly words: number;
  /** What reports call the words: the constants of the protocol, as in `{ NEXT, DONE }`. */
  readonly names?: Readonly<Record<string, number>>;
  /** Writes the values at the start, before any thread runs. All words are 0 otherwise. */
  readonly initial?: (words: Int32Array<SharedArrayBuffer>) => void;
}

/** What a thread is given. Nothing else that it touches may change while it runs. */
export interface ThreadEnv<M extends string = string> {
  readonly name: string;
  readonly ports: Readonly<Record<M, Port>>;
  /**
   * Says that the thread spins: it goes on once another thread has written to a word that it read since its last pause.
   * In production this is `Atomics.pause()`.
   */
  readonly pause: () => void;
  /** The threads that have died so far. What they did happened before this. */
  readonly deaths: () => readonly string[];
  /** Blocks until a thread has ended or died. What it did happened before this. */
  readonly awaitExit: (thread: string) => "ended" | "died";
}

export interface ThreadSpec<M extends string = string> {
  /** Letters, digits, `-` and `_`. */
  readonly name: string;
  /**
   * What the thread does: a synchronous function of its environment alone. It runs many times, so it makes whatever it
   * changes itself, and it never catches what a port throws. Its result must not be changed by who receives it.
   */
  readonly run: (env: ThreadEnv<M>) => unknown;
  /** May die before any of its operations. */
  readonly mortal?: boolean;
  /** May still wait, and not have returned, when all others have ended. */
  readonly daemon?: boolean;
}

/** The words of a memory, read without being an operation. */
export interface MemoryPeek {
  get(word: number): number;
}

/** The state between two steps. */
export interface Snapshot<M extends string = string> {
  readonly memory: Readonly<Record<M, MemoryPeek>>;
  readonly exitOf: (thread: string) => "running" | "ended" | "died";
}

/** The state when nothing moves any more. */
export interface Ending<M extends string = string> extends Snapshot<M> {
  /** What `run` of a thread returned; undefined if it has not. */
  readonly resultOf: (thread: string) => unknown;
}

export interface ScenarioSpec<M extends string = string> {
  readonly name: string;
  readonly memories: Readonly<Record<M, MemorySpec>>;
  readonly threads: readonly ThreadSpec<NoInfer<M>>[];
  /** By name, what holds before the first step and after each. Throwing is the same as returning false, and says more. */
  readonly invariants?: Readonly<Record<string, (state: Snapshot<NoInfer<M>>) => boolean>>;
  /** Throws unless the end is right. Called once all threads have ended, died, or wait as daemons. */
  readonly final?: (end: Ending<NoInfer<M>>) => void;
  readonly options?: ScenarioOptions;
}

/** How much the surroundings may do. The numbers are per schedule. */
export interface ScenarioOptions {
  /** Deaths of mortal threads. 1 if there is a mortal thread. */
  readonly deathsMax?: number;
  /** Waits that run out of time while other threads could still go on. 1 unless given. */
  readonly timeoutsMax?: number;
  /** Waits that end without a notify, which ECMA-262 rules out. 0 unless given. */
  readonly spuriousWakesMax?: number;
  /** Whom a notify wakes: who waits longest, as in ECMA-262, or any. */
  readonly wakeOrder?: "fifo" | "any";
  /** Whether threads may depend on a time-out to go on. If not, a state that only a time-out ends is a lost wake-up. */
  readonly timeoutRescue?: "allowed" | "violation";
  /** Steps of one schedule, {@link STEPS_MAX} unless given. One that is longer is a livelock. */
  readonly stepsMax?: number;
  /** Times that a thread which could go on is interrupted. Unlimited unless given; a limit turns reduction off. */
  readonly preemptionsMax?: number;
}

export type Limits = Readonly<Required<ScenarioOptions>>;

/** A scenario that has been checked, with all its limits. Made by {@link scenario}. */
export interface Scenario {
  readonly name: string;
  readonly memories: Readonly<Record<string, MemorySpec>>;
  readonly threads: readonly ThreadSpec[];
  readonly invariants: Readonly<Record<string, (state: Snapshot) => boolean>>;
  readonly final: (end: Ending) => void;
  readonly limits: Limits;
  /** Stands between a thread and a memory: what a mutant changes. */
  readonly wrapPort: (port: Port, memory: NamedMemory, thread: string) => Port;
}

/** A memory as {@link Scenario.wrapPort} is told of it. */
export interface NamedMemory extends MemorySpec {
  readonly name: string;
}

/** Steps of one schedule. A protocol of a few threads takes tens; what takes this many spins. */
export const STEPS_MAX = 1000;

/** Threads of one scenario: sets of them are bits of one word, and the number of schedules is exponential in it. */
export const THREADS_MAX = 16;

/** Words of all memories together. */
export const WORDS_MAX = 65_536;

const NAME = /^[\w-]+$/;

/**
 * Describes what is explored.
 *
 * @throws {@link ScenarioError} if the description contradicts itself
 */
export function scenario<M extends string>(spec: ScenarioSpec<M>): Scenario {
  checkMemories(spec.name, spec.memories);
  checkThreads(spec.name, spec.threads);
  const options = spec.options ?? {};
  const limits: Limits = {
    deathsMax: options.deathsMax ?? (spec.threads.some(({ mortal }) => mortal) ? 1 : 0),
    timeoutsMax: options.timeoutsMax ?? 1,
    spuriousWakesMax: options.spuriousWakesMax ?? 0,
    wakeOrder: options.wakeOrder ?? "fifo",
    timeoutRescue: options.timeoutRescue ?? "allowed",
    stepsMax: options.stepsMax ?? STEPS_MAX,
    preemptionsMax: options.preemptionsMax ?? Infinity,
  };
  const { name, memories, threads, invariants, final } = spec;
  return {
    name,
    memories,
    threads,
    invariants: invariants ?? {},
    final: final ?? (() => {}),
    limits,
    wrapPort: (port) => port,
  };
}

function checkMemories(name: string, memories: Readonly<Record<string, MemorySpec>>): void {
  let total = 0;
  for (const [memory, { words, names }] of Object.entries<MemorySpec>(memories)) {
    if (!Number.isInteger(words) || words < 1)
      throw new ScenarioError(`cannot use scenario "${name}": memory ${memory} has ${words} words, expected 1 or more`);
    for (const [word, index] of Object.entries(names ?? {})) {
      if (!Number.isInteger(index) || index < 0 || index >= words)
        throw new ScenarioError(
          `cannot use scenario "${name}": ${memory}.${word} is word ${index}, expected one below ${words}`,
        );
    }
    total += words;
  }
  if (total > WORDS_MAX)
    throw new ScenarioError(`cannot use scenario "${name}": ${total} words, expected at most ${WORDS_MAX}`);
}

function checkThreads<M extends string>(name: string, threads: readonly ThreadSpec<M>[]): void {
  if (threads.length < 1 || threads.length > THREADS_MAX)
    throw new ScenarioError(`cannot use scenario "${name}": ${threads.length} threads, expected 1 to ${THREADS_MAX}`);
  const names = new Set<string>();
  for (const thread of threads) {
    if (!NAME.test(thread.name))
      throw new ScenarioError(
        `cannot use scenario "${name}": thread ${JSON.stringify(thread.name)}, expected a name of letters, digits, - and _`,
      );
    if (names.has(thread.name))
      throw new ScenarioError(`cannot use scenario "${name}": two threads ${thread.name}, expected different names`);
    names.add(thread.name);
  }
}
