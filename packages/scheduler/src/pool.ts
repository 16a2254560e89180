/**
 * What the scheduler needs of a pool of threads, and no more.
 *
 * @module
 */
import type { LoopMessage, LoopOutcome, TaskMessage, TaskOutcome } from "./protocol.ts";

export interface Pool {
  /** How many can take part in a loop at once. */
  readonly participants: number;
  /**
   * Has one participant take part in a loop.
   *
   * @returns settles once the participant can't touch the operands any more. Rejects with a `WorkerLostError` if its
   *   thread died, and a `ClosedError` if the pool was closed
   */
  runLoop(message: LoopMessage): Promise<LoopOutcome>;
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
