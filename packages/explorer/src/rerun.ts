/**
 * One run of a thread's function over recorded results, up to the first operation beyond them.
 *
 * There it is stopped by throwing from the port. That needs no transformation of the protocol, which stays an ordinary
 * synchronous function; the price, that it must not catch what a port throws, is checked.
 *
 * @module
 */
import type { Port, WaitResult } from "@instride/core";
import { ScenarioError } from "./errors.ts";
import { EXIT_RESULTS, isSameOperation, type Operation, type OperationKind, WAIT_RESULTS } from "./operation.ts";
import type { Program } from "./program.ts";
import type { ThreadEnv } from "./scenario.ts";

/** Thrown through a thread's function to stop it. Made once: an error for each stop would cost its stack. */
const SUSPENSION: Error = new Error("the explorer stops a thread by throwing this from a port: never catch it");

export class Rerun {
  readonly #program: Program;
  readonly #name: string;
  readonly #run: (env: ThreadEnv) => unknown;
  readonly #operations: readonly Operation[];
  readonly #results: readonly number[];
  #position = 0;
  /** The operation at which it was stopped. */
  pending: Operation | null = null;
  value: unknown = undefined;
  /** What the function threw, boxed. */
  thrown: { readonly error: unknown } | null = null;
  /** Set before the start to learn {@link sourceLine}, which takes time. */
  wantsStack = false;
  /** The line of the protocol that asked for the pending operation, if the engine tells. */
  sourceLine: string | undefined = undefined;

  /** @param operations - those that had the `results`, to see that the thread does them again */
  constructor(program: Program, thread: number, operations: readonly Operation[], results: readonly number[]) {
    const { name, run } = program.scenario.threads[thread]!;
    this.#program = program;
    this.#name = name;
    this.#run = run;
    this.#operations = operations;
    this.#results = results;
  }

  /** Runs the function until it returns, throws, or goes beyond the results. */
  start(): void {
    let caught: { readonly error: unknown } | null = null;
    const run = this.#run;
    try {
      this.value = run(this.#environment());
    } catch (error) {
      caught = { error };
    }
    this.#refusePromise();
    if (caught?.error === SUSPENSION) return;
    // The function catches what comes from `perform`, and then takes that for an error of its own.
    if (caught?.error instanceof ScenarioError) throw caught.error;
    if (this.pending !== null)
      throw new ScenarioError(
        `cannot explore thread ${this.#name}: it caught what its port threw to stop it, expected no catch around operations`,
      );
    if (this.#position < this.#results.length) throw this.#divergence("it ended");
    this.thrown = caught;
  }

  #refusePromise(): void {
    const promise = this.value as PromiseLike<unknown> | null | undefined;
    if (typeof promise?.then !== "function") return;
    // It may already have been stopped, which is nobody's failure.
    promise.then(undefined, () => {});
    throw new ScenarioError(
      `cannot explore thread ${this.#name}: its run returned a promise, expected a synchronous function`,
    );
  }

  perform(kind: OperationKind, location: number, value: number, extra: number): number {
    // A `finally` block may come here while the stop is on its way: it stops again.
    if (this.pending !== null) throw SUSPENSION;
    const operation: Operation = { kind, location, value, extra };
    if (this.#position === this.#results.length) {
      if (this.wantsStack) this.sourceLine = callerOf(new Error("where").stack);
      this.pending = operation;
      throw SUSPENSION;
    }
    if (!isSameOperation(this.#operations[this.#position]!, operation)) throw this.#divergence(`it did ${kind}`);
    return this.#results[this.#position++]!;
  }

  #divergence(what: string): ScenarioError {
    return new ScenarioError(
      `cannot explore thread ${this.#name}: run again with the same results, ${what} where it had done ` +
        `${this.#operations[this.#position]!.kind} as operation ${this.#position + 1}, expected a function of its environment`,
    );
  }

  #environment(): ThreadEnv {
    const program = this.#program;
    const ports: Record<string, Port> = {};
    for (const { name: memory, spec, start } of program.regions) {
      const port = new ModelPort(this, memory, start, spec.words);
      ports[memory] = program.scenario.wrapPort(port, { ...spec, name: memory }, this.#name);
    }
    return {
      name: this.#name,
      ports,
      pause: () => {
        this.perform("pause", -1, 0, 0);
      },
      deaths: () => {
        const dead = this.perform("deaths", -1, 0, 0);
        return program.threadNames.filter((_, thread) => (dead & (1 << thread)) !== 0);
      },
      awaitExit: (thread) => EXIT_RESULTS[this.perform("awaitExit", program.threadIndex(thread), 0, 0)]!,
    };
  }
}

/** The port of one thread to one memory: asks the run for the result of each operation. */
class ModelPort implements Port {
  readonly #rerun: Rerun;
  readonly #memory: string;
  readonly #start: number;
  readonly #words: number;

  constructor(rerun: Rerun, memory: string, start: number, words: number) {
    this.#rerun = rerun;
    this.#memory = memory;
    this.#start = start;
    this.#words = words;
  }

  load(word: number): number {
    return this.#perform("load", word);
  }

  store(word: number, value: number): void {
    this.#perform("store", word, value | 0);
  }

  add(word: number, value: number): number {
    return this.#perform("add", word, value | 0);
  }

  sub(word: number, value: number): number {
    return this.#perform("sub", word, value | 0);
  }

  exchange(word: number, value: number): number {
    return this.#perform("exchange", word, value | 0);
  }

  compareExchange(word: number, expected: number, replacement: number): number {
    return this.#perform("compareExchange", word, expected | 0, replacement | 0);
  }

  wait(word: number, expected: number, timeoutMs: number): WaitResult {
    // As in ECMA-262: not a number is no limit.
    const limit = Number.isNaN(timeoutMs) ? Infinity : Math.max(timeoutMs, 0);
    return WAIT_RESULTS[this.#perform("wait", word, expected | 0, limit)]!;
  }

  notify(word: number, count: number): number {
    return this.#perform("notify", word, count === Infinity ? Infinity : Math.max(Math.trunc(count), 0));
  }

  readPlain(cell: number): number {
    return this.#perform("readPlain", cell);
  }

  writePlain(cell: number, value: number): void {
    this.#perform("writePlain", cell, value | 0);
  }

  #perform(kind: OperationKind, word: number, value: number = 0, extra: number = 0): number {
    if (!Number.isInteger(word) || word < 0 || word >= this.#words)
      throw new RangeError(`cannot ${kind} word ${word} of ${this.#memory}: expected an integer below ${this.#words}`);
    return this.#rerun.perform(kind, this.#start + word, value, extra);
  }
}

/** What mutants put between a protocol and its port. */
const MUTATED_PORT = /\bMutatedPort\b/;

/** The first line of a stack made in this file that is of another one, without the word `at`. */
function callerOf(stack: string | undefined): string | undefined {
  const lines = stack?.split("\n").filter((line) => /:\d+:\d+\)?$/.test(line)) ?? [];
  const ownFile = /[^\s(@]+(?=:\d+:\d+\)?$)/.exec(lines[0] ?? "")?.[0];
  if (ownFile === undefined) return undefined;
  const line = lines.find((candidate) => !candidate.includes(ownFile) && !MUTATED_PORT.test(candidate));
  return line?.trim().replace(/^at /, "");
}
