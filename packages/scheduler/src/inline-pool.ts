/**
 * The pool without threads: the caller runs everything itself, with the same results and the same errors.
 *
 * So that timers and `AbortSignal`s get through, it gives way to the event loop whenever a turn's budget is used up.
 *
 * @module
 */
import { errorToWire } from "@instride/core";
import { type ChunkOperands, runChunk } from "./chunk.ts";
import { cloneError, ClosedError, deadlineError } from "./errors.ts";
import { loadKernel, type LoopBody } from "./kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "./operands.ts";
import type { LoopJob, Pool } from "./pool.ts";
import type { LoopOutcome, Operands, Partial, TaskMessage, TaskOutcome } from "./protocol.ts";
import { runTaskHere, type ThreadContext } from "./thread.ts";
import type { TurnBudget } from "./turn-budget.ts";

export class InlinePool implements Pool {
  readonly participants: number = 1;
  readonly #thread: ThreadContext;
  readonly #turn: TurnBudget;
  #closed = false;

  /** @param turn - the budget of the calling thread's event loop */
  constructor(thread: ThreadContext, turn: TurnBudget) {
    this.#thread = thread;
    this.#turn = turn;
  }

  async runLoop(job: LoopJob): Promise<LoopOutcome> {
    this.#checkOpen();
    const operands = withPrivateArguments(job);
    let borrowed: BorrowedOperands | null = null;
    let body: LoopBody;
    try {
      borrowed = borrowOperands(operands, this.#thread.leases);
      body = (await loadKernel(job.kernel, this.#thread.registry)) as LoopBody;
    } catch (thrown) {
      borrowed?.end();
      return { partials: [], failures: [{ error: errorToWire(thrown), range: null }] };
    }
    try {
      const { args, grid, prefixes } = operands;
      return asSent(
        "the result of a kernel",
        await this.#runChunks(job, body, { views: borrowed.views, args, grid, prefixes }),
      );
    } finally {
      borrowed.end();
    }
  }

  async runTask(message: TaskMessage): Promise<TaskOutcome> {
    this.#checkOpen();
    return asSent("the result of a task", await runTaskHere(withPrivateArguments(message), this.#thread));
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  async #runChunks(job: LoopJob, body: LoopBody, operands: ChunkOperands): Promise<LoopOutcome> {
    const { chunks, collects, signal, onProgress, deadlineMs = Number.POSITIVE_INFINITY } = job;
    const started = Date.now();
    const partials: Partial[] = [];
    for (let chunk = 0; chunk < chunks.chunkCount; chunk++) {
      if (signal?.aborted === true) break;
      if (Date.now() - started > deadlineMs) throw deadlineError(job, chunk);
      const collect = collects ? (value: unknown): void => void partials.push({ chunk, value }) : null;
      const failure = runChunk(body, chunks, chunk, operands, collect);
      if (failure !== null) return { partials, failures: [failure] };
      onProgress?.(chunk + 1);
      if (!this.#turn.isUsedUp) continue;
      await this.#turn.giveWay();
      this.#checkOpen();
    }
    return { partials, failures: [] };
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError("cannot go on: the runtime was closed");
  }
}

/** A body that changes its arguments changes a copy, as it would on a thread. */
function withPrivateArguments<O extends Operands>(operands: O): O {
  return { ...operands, args: asSent("the arguments", operands.args) };
}

/** A value as it would arrive from or on a thread. @throws a `TypeError` for what can't travel */
function asSent<T>(what: string, value: T): T {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw cloneError(what, cause) ?? cause;
  }
}
