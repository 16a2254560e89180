/**
 * What the scheduler needs of a pool of threads, and no more.
 *
 * @module
 */
import type { KernelTarget, LoopOutcome, Operands, TaskMessage, TaskOutcome } from "./protocol.ts";
import type { ChunkedRange } from "./range.ts";

/** A loop to be run. */
export interface LoopJob extends Operands {
  readonly kernel: KernelTarget;
  /** At least one chunk. */
  readonly chunks: ChunkedRange;
  /** Whether what the kernel returns is wanted. */
  readonly collects: boolean;
  /** Once it is aborted no further chunk is started. */
  readonly signal: AbortSignal | undefined;
  /** Whether the calling thread takes part. */
  readonly helps: boolean;
  /** Whether a chunk may run again after the thread that ran it has died. */
  readonly idempotent: boolean;
  /** Whether some of it has run already: these are the chunks of threads that have died. */
  readonly runsAgain?: boolean | undefined;
  /** When the loop is given up and the threads that are still in it are ended, in milliseconds from the start. */
  readonly deadlineMs: number | undefined;
  /** Is told how many chunks are finished. If it throws no further chunk is started, and the call rejects with it. */
  readonly onProgress: ((chunksDone: number) => void) | undefined;
  /** Ends bodies early once the loop is given up. They are done then as if they had come to their end. */
  readonly interrupt?: Interrupt | undefined;
  /** A prepared loop with a caller that takes part is run by that alone if it takes less than so many milliseconds. */
  readonly inlineBelowMs: number;
}

/** Tells bodies that look for it to come to an end, on whatever thread they are. */
export interface Interrupt {
  set(): void;
  /** Takes it back, when nobody is in the loop any more. */
  clear(): void;
}

/** What changes from one run of a prepared loop to the next. */
export type RunControl = Partial<Pick<LoopJob, "signal" | "onProgress">>;

/** A loop that is ready to be run often. */
export interface PreparedRun {
  /**
   * Runs it.
   *
   * @returns the outcome at once if the caller could do it by itself, or with those threads that came in time
   */
  run(control: RunControl): LoopOutcome | Promise<LoopOutcome>;
  /** Runs it without giving way to the event loop. Only where the caller takes part. */
  runSync(): LoopOutcome;
  /** Forgets it, on all threads. No run is under way. */
  release(): void;
}

/** Nothing to tell: every chunk was run. */
export const ALL_RAN: LoopOutcome & { readonly unfinished: readonly number[] } = {
  partials: [],
  failures: [],
  unfinished: [],
};

export interface Pool {
  /** How many can take part in a loop at once. */
  readonly participants: number;
  /** As for how many participants loops are cut by default, if not as for those that there are. */
  readonly autoCutsFor?: number;
  /** True if every call gives way to the event loop by itself: then the turn's budget need not be looked at. */
  readonly givesWay?: boolean;
  /** Refuses a call that has nothing for the pool to run. @throws a `ClosedError` once it was closed */
  checkOpen(): void;
  /**
   * Runs a loop.
   *
   * @returns settles once nobody can touch the operands any more. Rejects with a `WorkerLostError` if a thread died with
   *   a chunk, and a `ClosedError` if the pool was closed
   */
  runLoop(job: LoopJob): Promise<LoopOutcome>;
  /**
   * Makes a loop ready to be run often. Its operands stay lent until it is released.
   *
   * @returns rejects with what keeps its kernel from being loaded, if the caller takes part
   */
  prepareLoop(job: LoopJob): Promise<PreparedRun>;
  /**
   * Runs a task.
   *
   * @param signal - a task that waits is dropped; the thread of one that runs is ended, and the call rejects once it has
   * @returns as {@link runLoop}
   */
  runTask(message: TaskMessage, signal: AbortSignal | undefined): Promise<TaskOutcome>;
  /** Ends all threads. Calls under way reject with a `ClosedError`. */
  close(): Promise<void>;
}

/** The part of `AbortSignal` that the scheduler uses: this package has no platform's types. */
export interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
