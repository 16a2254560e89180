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
  cloneError,
  ClosedError,
  type LoopMessage,
  type LoopOutcome,
  type Pool,
  type TaskMessage,
  type TaskOutcome,
  type ThreadData,
  WorkerLostError,
} from "@instride/scheduler";
import type { Piscina } from "piscina";

export interface PiscinaPoolOptions {
  /** The file that each thread runs: a path or a `file:` URL. It exports `loop` and `task`. */
  readonly filename: string;
  /** Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  readonly leases: LeaseWords;
  /** Is told the id of each thread that has ended, once it can run no more. */
  readonly onThreadEnd: (thread: number) => void;
}

/** A pool of threads, and what rejects once it has none left. */
interface Threads {
  readonly pool: Piscina;
  /** Takes note of the threads that were started since. */
  readonly watch: () => void;
  readonly noneLeft: Promise<never>;
}

export class PiscinaPool implements Pool {
  readonly participants: number;
  readonly #options: PiscinaPoolOptions;
  /** Every thread that lives, with what settles when it can run no more. */
  readonly #ends: Map<Worker, Promise<void>> = new Map();
  #threads: Promise<Threads> | null = null;
  #closed = false;

  constructor(options: PiscinaPoolOptions) {
    this.#options = options;
    this.participants = options.threads ?? availableParallelism();
  }

  runLoop(message: LoopMessage): Promise<LoopOutcome> {
    return this.#run<LoopOutcome>(message, { name: "loop" });
  }

  async runTask(message: TaskMessage, signal: AbortSignal | undefined): Promise<TaskOutcome> {
    try {
      return await this.#run<TaskOutcome>(message, { name: "task", ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      throw signal?.aborted === true ? (signal.reason as unknown) : error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const threads = await this.#threads;
    await threads?.pool.destroy();
    await Promise.all(this.#ends.values());
  }

  async #run<R>(
    message: LoopMessage | TaskMessage,
    options: { readonly name: string; readonly signal?: AbortSignal },
  ): Promise<R> {
    if (this.#closed) throw new ClosedError("cannot start work: the runtime was closed");
    this.#threads ??= this.#start();
    const { pool, noneLeft, watch } = await this.#threads;
    try {
      const running = pool.run(message, options);
      // Piscina may have started a thread for it.
      watch();
      return (await Promise.race([running, noneLeft])) as R;
    } catch (cause) {
      throw await this.#lost(pool, cause);
    }
  }

  async #start(): Promise<Threads> {
    const { Piscina } = await import("piscina");
    const { filename, leases } = this.#options;
    const workerData: ThreadData = { leases };
    const pool = new Piscina({
      filename,
      workerData,
      execArgv: inheritable(process.execArgv),
      minThreads: this.participants,
      maxThreads: this.participants,
      // Blocking waits between tasks would hold up what a task started in the background.
      atomics: "disabled",
      recordTiming: false,
    });
    const { promise: noneLeft, reject } = Promise.withResolvers<never>();
    noneLeft.catch(() => {});
    let lastError: unknown;
    // An error outside of any task. The thread ends, and its calls reject.
    pool.on("error", (error: unknown) => {
      lastError = error;
    });
    const watch = (): void =>
      this.#watch(pool, () => {
        // Piscina replaces a thread that dies, but for one that dies while it starts: a pool with none never answers.
        watch();
        if (pool.threads.length > 0 || this.#closed) return;
        const fact = lastError instanceof Error ? lastError.message : "it ended at once";
        reject(new WorkerLostError(`cannot start a thread of ${filename}: ${fact}`, { cause: lastError }));
        this.#threads = null;
      });
    watch();
    return { pool, noneLeft, watch };
  }

  #watch(pool: Piscina, onEnd: () => void): void {
    for (const worker of pool.threads) {
      if (this.#ends.has(worker)) continue;
      const id = leaseThread(worker.threadId);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#ends.set(worker, promise);
      worker.once("exit", () => {
        this.#ends.delete(worker);
        this.#options.onThreadEnd(id);
        onEnd();
        resolve();
      });
    }
  }

  /**
   * The error for a call that Piscina rejected. Piscina rejects as soon as it gives a thread up, which may run on for
   * some time after; the call must not settle before it has ended.
   */
  async #lost(pool: Piscina, cause: unknown): Promise<Error> {
    const alive = new Set(pool.threads);
    const dying = [...this.#ends].filter(([worker]) => !alive.has(worker));
    await Promise.all(dying.map(([, end]) => end));
    if (cause instanceof WorkerLostError) return cause;
    if (this.#closed) return new ClosedError("the runtime was closed while a call was under way", { cause });
    const unsendable = cloneError("the arguments or the result", cause);
    if (unsendable !== null) return unsendable;
    const fact = cause instanceof Error ? cause.message : String(cause);
    return new WorkerLostError(`a thread ended while it worked on the call: ${fact}`, { cause });
  }
}

/** The flags of this process that its threads take over: not those that say what the process itself runs. */
function inheritable(execArgv: readonly string[]): string[] {
  const flags: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!;
    if (["-e", "--eval", "-p", "--print", "-pe"].includes(flag)) i++;
    else if (!flag.startsWith("--input-type") && !/^--(eval|print)=/.test(flag)) flags.push(flag);
  }
  return flags;
}

/** The id by which leases know a thread: Node counts its threads from 0, and 0 stands for none there. */
export function leaseThread(threadId: number): number {
  return threadId + 1;
}
