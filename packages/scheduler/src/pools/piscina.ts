/**
 * The pool in Node: Piscina owns the threads.
 *
 * Threads start with the first call, and an idle pool lets the process exit by itself. This is the one file that
 * imports Piscina, and it does so with the first call.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import type { LeaseWords } from "@instride/core";
import {
  ClosedError,
  type LoopMessage,
  type LoopOutcome,
  type Pool,
  type TaskMessage,
  type TaskOutcome,
  WorkerLostError,
} from "@instride/scheduler";
import type { Piscina } from "piscina";

/** What each thread is started with. */
export interface ThreadData {
  readonly leases: LeaseWords;
}

export interface PiscinaPoolOptions {
  /** The file that each thread runs: a path or a `file:` URL. It exports `loop` and `task`. */
  readonly filename: string;
  /** Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  readonly leases: LeaseWords;
  /** Is told the id of each thread that has ended, once it can run no more. */
  readonly onThreadEnd: (thread: number) => void;
}

export class PiscinaPool implements Pool {
  readonly participants: number;
  readonly #options: PiscinaPoolOptions;
  #pool: Promise<Piscina> | null = null;
  #closed = false;

  constructor(options: PiscinaPoolOptions) {
    this.#options = options;
    this.participants = options.threads ?? availableParallelism();
  }

  async runLoop(message: LoopMessage): Promise<LoopOutcome> {
    const pool = await this.#start();
    try {
      return (await pool.run(message, { name: "loop" })) as LoopOutcome;
    } catch (cause) {
      throw this.#lost(cause);
    }
  }

  async runTask(message: TaskMessage, signal: AbortSignal | undefined): Promise<TaskOutcome> {
    const pool = await this.#start();
    const threads = [...pool.threads];
    try {
      return (await pool.run(message, { name: "task", ...(signal === undefined ? {} : { signal }) })) as TaskOutcome;
    } catch (cause) {
      // Pairs with the store in `runTask` on the thread's side: 0 means that it never began.
      const id = Atomics.load(message.thread, 0);
      if (id !== 0) await ended([...threads, ...pool.threads].find((worker) => leaseThread(worker.threadId) === id));
      if (signal?.aborted === true) throw signal.reason;
      throw this.#lost(cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const pool = await this.#pool;
    await pool?.destroy();
  }

  #start(): Promise<Piscina> {
    if (this.#closed) throw new ClosedError("cannot start work: the runtime was closed");
    this.#pool ??= this.#create();
    return this.#pool;
  }

  async #create(): Promise<Piscina> {
    const { Piscina } = await import("piscina");
    const { filename, leases, onThreadEnd } = this.#options;
    const workerData: ThreadData = { leases };
    const pool = new Piscina({
      filename,
      workerData,
      minThreads: this.participants,
      maxThreads: this.participants,
      // Blocking waits between tasks would hold up what a task started in the background.
      atomics: "disabled",
      recordTiming: false,
    });
    const watch = (worker: Worker): void => {
      const id = leaseThread(worker.threadId);
      worker.once("exit", () => onThreadEnd(id));
    };
    for (const worker of pool.threads) watch(worker);
    pool.on("workerCreate", ({ worker }: { readonly worker: Worker }) => watch(worker));
    // An error outside of any task: the thread ends, and its calls reject.
    pool.on("error", () => {});
    return pool;
  }

  #lost(cause: unknown): Error {
    if (this.#closed) return new ClosedError("the runtime was closed while a call was under way", { cause });
    const fact = cause instanceof Error ? cause.message : String(cause);
    return new WorkerLostError(`a thread ended while it worked on the call: ${fact}`, { cause });
  }
}

/** The id by which leases know a thread: Node counts its threads from 0, and 0 stands for none there. */
export function leaseThread(threadId: number): number {
  return threadId + 1;
}

/** Settles once the thread can run no more. */
async function ended(worker: Worker | undefined): Promise<void> {
  await worker?.terminate();
}
