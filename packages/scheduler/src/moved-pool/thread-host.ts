/**
 * What a moved pool needs of its platform: one thread that takes messages with buffers.
 *
 * @module
 */
import type { ThreadAnswer, ThreadRequest } from "./messages.ts";

/** By this name a thread in Node finds the port of its pool in its data. One file serves threads of several kinds. */
export const MOVED_POOL_PORT = "instride: port of the moved pool";

/** What a thread in Node is started with. */
export interface MovedPoolData<Port = unknown> {
  readonly [MOVED_POOL_PORT]: Port;
  /** As other threads get it with each call. */
  readonly protocol: number;
}

export interface ThreadHost {
  /**
   * Starts the thread unless there is one.
   *
   * @returns which it is: a number that changes when another has taken its place
   */
  start(): number;
  /**
   * Sends a request to the thread that {@link start} has named. One at a time: the next comes after the answer.
   *
   * @param buffers - move to the thread
   * @returns rejects with a `WorkerLostError` if the thread ends before it has answered: buffers that had moved are gone
   * @throws a `DataCloneError` at once for what can't be sent; nothing has moved then
   */
  ask(request: ThreadRequest, buffers: readonly ArrayBuffer[]): Promise<ThreadAnswer>;
  /** Ends the thread, if there is one. Settles once it can run no more; a request under way has rejected then. */
  end(): Promise<void>;
}
