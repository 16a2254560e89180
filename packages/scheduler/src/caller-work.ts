/**
 * What the calling thread itself does of a loop: the kernel's body on chunks, over operands that it has borrowed.
 *
 * @module
 */
import { errorToWire } from "@instride/core";
import { type ChunkOperands, runChunk } from "./chunk.ts";
import { cloneError } from "./errors.ts";
import { isGenerated, type LateRegistry, loadKernel, type LoopBody } from "./kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "./operands.ts";
import { ALL_RAN, type LoopJob } from "./pool.ts";
import type { Failure, LoopOutcome, Partial } from "./protocol.ts";
import type { ChunkedRange } from "./range.ts";
import type { ThreadContext } from "./thread.ts";
import type { TurnBudget } from "./turn-budget.ts";

/** The calling thread. */
export interface CallerThread extends ThreadContext<LateRegistry> {
  readonly turn: TurnBudget;
  /** How many loops it is in the bodies of at the moment: those that a body runs run inline. */
  depth: number;
}

/** Who is told what comes of chunks. */
export interface Findings {
  note(finding: { readonly partials: readonly Partial[]; readonly failure: Failure | null }): void;
}

/** What came of chunks, as an outcome. */
export class Notes implements Findings, LoopOutcome {
  readonly partials: Partial[] = [];
  readonly failures: Failure[] = [];

  get isEmpty(): boolean {
    return this.partials.length === 0 && this.failures.length === 0;
  }

  note({ partials, failure }: { readonly partials: readonly Partial[]; readonly failure: Failure | null }): void {
    this.partials.push(...partials);
    if (failure !== null) this.failures.push(failure);
  }
}

/** What the calling thread does in a loop, or in many, one after the other, with the same kernel and operands. */
export class CallerWork {
  readonly #thread: CallerThread;
  readonly #spec: LoopJob;
  readonly #body: LoopBody;
  readonly #borrowed: BorrowedOperands;
  readonly #operands: ChunkOperands;
  #chunks: ChunkedRange | null = null;
  #findings: Findings | null = null;

  private constructor(body: LoopBody, spec: LoopJob, thread: CallerThread) {
    this.#thread = thread;
    this.#spec = spec;
    this.#body = body;
    const { views, args, grid, prefixes } = spec;
    // As on a thread, a body that changes its arguments changes a copy.
    const ownArgs = isGenerated(spec.kernel) ? args : asSent("the arguments", args);
    this.#borrowed = borrowOperands({ views, args }, thread.leases);
    this.#borrowed.end();
    this.#operands = { views: this.#borrowed.views, args: ownArgs, grid, prefixes };
  }

  /** Loads the kernel and checks the operands, which are borrowed from {@link begin} to {@link end} only. */
  static async load(spec: LoopJob, thread: CallerThread): Promise<CallerWork> {
    return new CallerWork((await loadKernel(spec.kernel, thread.registry)) as LoopBody, spec, thread);
  }

  /** Begins with a loop: what comes of it is told to `findings`. @throws a `ReleasedError` if a lease has ended */
  begin(findings: Findings, chunks: ChunkedRange): void {
    this.#borrowed.resume();
    this.#thread.depth++;
    this.#findings = findings;
    this.#chunks = chunks;
  }

  run(chunk: number): boolean {
    const findings = this.#findings!;
    const collect = this.#spec.collects
      ? (value: unknown): void =>
          findings.note({ partials: [{ chunk, value: asSent("the result of a kernel", value) }], failure: null })
      : null;
    const failure = runChunk(this.#body, this.#chunks!, chunk, this.#operands, collect);
    if (failure !== null) findings.note({ partials: [], failure });
    return failure === null;
  }

  end(): void {
    this.#thread.depth--;
    this.#findings = null;
    this.#borrowed.end();
  }

  /** Runs chunks, in order, while nobody else is told of them. @param which - all by default */
  runAlone(chunks: ChunkedRange, which?: readonly number[]): LoopOutcome {
    // A body may run the very loop that it is in.
    const work = this.#findings === null ? this : new CallerWork(this.#body, this.#spec, this.#thread);
    const count = which?.length ?? chunks.chunkCount;
    const notes = new Notes();
    try {
      work.begin(notes, chunks);
    } catch (error) {
      return { partials: [], failures: [{ error: errorToWire(error), range: null }] };
    }
    try {
      for (let i = 0; i < count; i++) if (!work.run(which?.[i] ?? i)) break;
    } finally {
      work.end();
    }
    return notes.isEmpty ? ALL_RAN : notes;
  }
}

/** A value as it would arrive from or on a thread. @throws a `TypeError` for what can't travel */
export function asSent<T>(what: string, value: T): T {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw cloneError(what, cause) ?? cause;
  }
}
