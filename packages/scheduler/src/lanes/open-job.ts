/**
 * A job that is open: what its caller has heard of it.
 *
 * @module
 */
import type { Failure, KernelTarget, LoopOutcome, Partial } from "../protocol.ts";
import type { Interrupt, LoopJob } from "../pool.ts";
import type { JobMessage } from "./messages.ts";

/** A lane that died inside a job. */
export interface LostLane {
  readonly lane: number;
  /** The chunk that it ran; -1 if none. */
  readonly chunk: number;
}

/** Of most jobs nothing is heard, so nothing is made to keep it. */
const NOTHING: readonly never[] = [];

export class OpenJob {
  readonly slot: number;
  readonly ticket: number;
  readonly kernel: KernelTarget;
  readonly chunkCount: number;
  lost: readonly LostLane[] = NOTHING;
  /** Lanes that it has work for. */
  readonly lanesWanted: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  isLate = false;
  /** Whether lanes can enter it no more. */
  isClosed = false;
  /** Ends its bodies early. */
  readonly interrupt: Interrupt | null;
  /** What `onProgress` threw. */
  progressError: { readonly error: unknown } | null = null;
  #partials: Partial[] | null = null;
  #failures: Failure[] | null = null;
  #received = 0;
  #deaths = 0;
  #doneAtDeath = 0;
  #error: Error | null = null;
  #waiting: { readonly count: number; readonly resolve: () => void } | null = null;

  constructor(
    slot: number,
    ticket: number,
    { kernel, deadlineMs, interrupt }: Pick<LoopJob, "kernel" | "deadlineMs" | "interrupt">,
    chunkCount: number,
    lanesWanted: number,
  ) {
    this.slot = slot;
    this.ticket = ticket;
    this.kernel = kernel;
    this.chunkCount = chunkCount;
    this.lanesWanted = lanesWanted;
    this.interrupt = interrupt ?? null;
    this.deadline = deadlineMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + deadlineMs;
  }

  /** Counts a thread that has died. @returns how many have, one after the other, without a chunk done in between */
  countDeath(chunksDone: number): number {
    this.#deaths = chunksDone === this.#doneAtDeath ? this.#deaths + 1 : 1;
    this.#doneAtDeath = chunksDone;
    return this.#deaths;
  }

  /** Messages that have arrived. */
  get received(): number {
    return this.#received;
  }

  /** Whether anything has come of it that its caller has to be told. */
  get hasNews(): boolean {
    return this.#partials !== null || this.#failures !== null || this.#error !== null;
  }

  /** Takes in what has come of some chunks. */
  note({ partials, failure }: Omit<JobMessage, "ticket">): void {
    if (partials.length > 0) (this.#partials ??= []).push(...partials);
    if (failure !== null) (this.#failures ??= []).push(failure);
  }

  /** Takes in a message of a lane. */
  deliver(message: JobMessage): void {
    this.#received++;
    this.note(message);
    if (this.#waiting !== null && this.#received >= this.#waiting.count) this.#waiting.resolve();
  }

  /** Settles once `count` messages have arrived. */
  delivered(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { count, resolve };
      if (this.#received >= count) resolve();
    });
  }

  /** Makes {@link outcome} throw. */
  fail(error: Error): void {
    this.#error ??= error;
  }

  outcome(): LoopOutcome {
    if (this.#error !== null) throw this.#error;
    return { partials: this.#partials ?? NOTHING, failures: this.#failures ?? NOTHING };
  }
}
