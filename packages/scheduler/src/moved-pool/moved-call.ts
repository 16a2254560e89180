/**
 * A call of a moved pool: a loop, which has a turn for each slice, or a task, which has one.
 *
 * Between its turns a call has no memory on the thread, so it can be stopped at once. During a turn it can't: it settles
 * when that has ended, by an answer or with the thread.
 *
 * @module
 */
import { BufferError, errorFromWire, type WireError } from "@instride/core";
import { deadlineError, WorkerLostError } from "../errors.ts";
import { targetName } from "../kernel-source.ts";
import { ALL_RAN, type LoopJob } from "../pool.ts";
import type { KernelTarget, LoopOutcome, Partial, TaskMessage, TaskOutcome } from "../protocol.ts";
import type { LoopWork, SliceRequest, TaskRequest, ThreadAnswer } from "./messages.ts";
import type { MovedOperands, MovingOperands } from "./moved-operands.ts";
import type { QueuedCall } from "./call-queue.ts";

/** How often progress is told, in milliseconds. */
const PROGRESS_MS = 50;

/** So many threads may be lost to a module that they load for one call. */
const LOADS_MAX = 3;

/** How a call ends. */
type Ending = { readonly value: unknown } | { readonly error: unknown };

export abstract class MovedCall<R = unknown> implements QueuedCall {
  /** Settles once the thread has nothing of the call any more. */
  readonly settled: Promise<R>;
  readonly kernel: KernelTarget;
  readonly operands: MovedOperands;
  readonly #settle: PromiseWithResolvers<unknown>;
  #ending: Ending | null = null;
  #isInTurn = false;
  #hasBegun = false;
  #loadLosses = 0;

  constructor(kernel: KernelTarget, operands: MovedOperands) {
    this.kernel = kernel;
    this.operands = operands;
    this.#settle = Promise.withResolvers();
    this.settled = this.#settle.promise as Promise<R>;
  }

  get memories(): readonly object[] {
    return this.operands.memories;
  }

  /** True once it is known how it ends: no further turn is to begin. */
  get isOver(): boolean {
    return this.#ending !== null;
  }

  protected get isInTurn(): boolean {
    return this.#isInTurn;
  }

  /** Whether it has had a turn. */
  protected get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get holder(): string {
    return targetName(this.kernel);
  }

  /** Whether its memory is to be copied before it first moves, so that it is not lost with the thread. */
  get keepsCopies(): boolean {
    return false;
  }

  /** The error that it is going to reject with, if it is. */
  get error(): unknown {
    return this.#ending !== null && "error" in this.#ending ? this.#ending.error : undefined;
  }

  /** Counts a thread that was lost while it loaded the kernel. @returns whether to try again: the kernel may be why */
  mayLoadAgain(): boolean {
    return ++this.#loadLosses < LOADS_MAX && !this.isOver;
  }

  /** What to ask the thread in the next turn. @param knows - whether the thread has been told of a loop */
  abstract request(moving: MovingOperands, knows: (loop: number) => boolean): SliceRequest | TaskRequest;

  /** Takes what a turn gave. */
  abstract take(answer: ThreadAnswer): void;

  /** Takes what kept the kernel from being loaded. */
  abstract takeLoadError(error: WireError): void;

  /** Takes note that the kernel has been loaded. */
  takeLoaded(): void {}

  /** Takes note that the thread has ended in a turn. @returns true if the call begins anew, with copies */
  takeLoss(cause: unknown): boolean {
    this.fail(lostError(this.holder, cause));
    return false;
  }

  /** Fails if memory that it waits for has been lost. */
  refuseIfLost(): void {
    try {
      this.operands.checkNotLost();
    } catch (error) {
      this.fail(error);
    }
  }

  beginTurn(): void {
    this.#isInTurn = true;
    this.#hasBegun = true;
  }

  /** Nothing of the call is on the thread any more. */
  endTurn(): void {
    this.#isInTurn = false;
    this.#settleIfPossible();
  }

  fail(error: unknown): void {
    this.#end({ error });
  }

  protected finish(value: R): void {
    this.#end({ value });
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#settleIfPossible();
  }

  #settleIfPossible(): void {
    if (this.#ending === null || this.#isInTurn) return;
    if ("value" in this.#ending) this.#settle.resolve(this.#ending.value);
    else this.#settle.reject(this.#ending.error);
  }
}

export class LoopCall extends MovedCall<LoopOutcome> {
  readonly #id: number;
  readonly #job: LoopJob;
  readonly #partials: Partial[] = [];
  #chunksDone = 0;
  #mayBeginAnew: boolean;
  #isLate = false;
  #reportedAt: number = Date.now();
  /** The most chunks that were told of: a loop that begins anew is told of once it has come further. */
  #reportedChunks = 0;

  /** @param id - under which the thread keeps what there is to know of the loop */
  constructor(id: number, job: LoopJob, operands: MovedOperands) {
    super(job.kernel, operands);
    this.#id = id;
    this.#job = job;
    this.#mayBeginAnew = job.idempotent;
  }

  override get keepsCopies(): boolean {
    return this.#job.idempotent;
  }

  request({ views, buffers }: MovingOperands, knows: (loop: number) => boolean): SliceRequest {
    const { kernel, chunks, collects, args, grid, prefixes } = this.#job;
    const work: LoopWork | null = knows(this.#id) ? null : { kernel, chunks, collects, args, grid, prefixes };
    return { kind: "slice", loop: this.#id, work, views, buffers, first: this.#chunksDone };
  }

  take({ chunksRun, partials, failure }: ThreadAnswer): void {
    this.#partials.push(...partials);
    this.#chunksDone += chunksRun;
    if (failure !== null) return this.finish({ partials: [], failures: [failure] });
    const isDone = this.#chunksDone === this.#job.chunks.chunkCount;
    this.#report(isDone);
    if (!isDone && this.#isLate) return this.#fallBehind();
    if (!isDone) return;
    this.finish(this.#partials.length === 0 ? ALL_RAN : { partials: this.#partials, failures: [] });
  }

  takeLoadError(error: WireError): void {
    this.finish({ partials: [], failures: [{ error, range: null }] });
  }

  override takeLoss(cause: unknown): boolean {
    if (this.#isLate) this.#fallBehind();
    if (this.isOver || !this.#mayBeginAnew) return super.takeLoss(cause);
    this.#mayBeginAnew = false;
    this.#chunksDone = 0;
    this.#partials.length = 0;
    return true;
  }

  /** The signal was aborted: what is to be thrown is the signal's business. */
  cancel(): void {
    this.finish({ partials: [], failures: [] });
  }

  /** The deadline has passed. What a turn has done meanwhile still counts. */
  giveUp(): void {
    this.#isLate = true;
    if (!this.isInTurn) this.#fallBehind();
  }

  #fallBehind(): void {
    this.fail(deadlineError(this.#job, this.#chunksDone, this.hasBegun));
  }

  #report(isDone: boolean): void {
    const { onProgress } = this.#job;
    if (onProgress === undefined || this.isOver || this.#chunksDone <= this.#reportedChunks) return;
    if (!isDone && Date.now() - this.#reportedAt < PROGRESS_MS) return;
    this.#reportedAt = Date.now();
    this.#reportedChunks = this.#chunksDone;
    try {
      onProgress(this.#chunksDone);
    } catch (error) {
      this.fail(error);
    }
  }
}

export class TaskCall extends MovedCall<TaskOutcome> {
  readonly #message: TaskMessage;

  constructor(message: TaskMessage, operands: MovedOperands) {
    super(message.kernel, operands);
    this.#message = message;
  }

  request({ views, buffers }: MovingOperands): TaskRequest {
    return { kind: "task", task: { ...this.#message, views }, buffers };
  }

  take({ value, failure }: ThreadAnswer): void {
    this.finish(failure === null ? { value } : { failure });
  }

  takeLoadError(error: WireError): void {
    this.finish({ failure: { error, range: null } });
  }
}

/** Nothing but to load a kernel. */
export class LoadCall extends MovedCall<void> {
  request(): never {
    throw new Error("internal: a kernel that is only loaded has no turn");
  }

  take(): void {}

  override takeLoaded(): void {
    this.finish();
  }

  takeLoadError(error: WireError): void {
    this.fail(errorFromWire(error));
  }
}

/** A body has moved the memory of a view to somewhere else. */
export function movedAwayError(holder: string): BufferError {
  return new BufferError(
    `cannot bring the operands of ${holder} back: it moved the memory of one to another place, expected to find it where it was lent`,
  );
}

function lostError(holder: string, cause: unknown): WorkerLostError {
  const fact = cause instanceof Error ? cause.message : String(cause);
  return new WorkerLostError(
    `the thread ended while it ran ${holder}, and the memory of its views with it: ${fact}; ` +
      "idempotent: true keeps a copy of them, and runs a loop again",
    { cause },
  );
}
