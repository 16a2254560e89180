/**
 * What a page asks of its workers, through Comlink: to start, to be a lane, to run a task. Data never goes this way.
 *
 * @module
 */
import type { LaneExit, Refusal, TaskMessage, TaskOutcome, ThreadData } from "@instride/scheduler";

/** Where a worker that has joined a runtime is, and how it is sent to. */
export interface Membership {
  readonly lane: number;
  /** For registrations, and for what lanes say of jobs. */
  readonly port: MessagePort;
}

/** What a worker tells its page of itself, beside what Comlink sends. */
export type WorkerNote =
  /** It has closed itself, and ends once it has come to the end of what it is in. */
  | { readonly instride: "closes" }
  /** A promise was rejected that nobody waited for. */
  | { readonly instride: "failed"; readonly message: string };

/** What the worker file exposes. */
export interface WorkerApi {
  /**
   * Takes a lock for the worker's life, and says that the worker has come up.
   *
   * @param lock - a name that nobody else has; null where there are no locks
   * @returns whether it has the lock
   */
  start(lock: string | null): Promise<boolean>;
  /** Joins the lanes and the leases of a runtime. @param thread - its id: positive, and of no other thread */
  join(data: ThreadData, thread: number): Membership | Refusal;
  /** Is a lane until it has to go. */
  lane(): Promise<LaneExit>;
  /** Runs a task, while the worker is no lane. */
  task(message: TaskMessage): Promise<TaskOutcome>;
  /** Serves a pool whose memory moves, over a port of its own. */
  serveMoved(port: MessagePort, protocol: number): Refusal | null;
}
