/**
 * One worker of a page: it has to say that it has come up, and its end is noticed.
 *
 * Browsers tell nobody that a worker has ended. So each holds a Web Lock for life, whose name only it and the page know;
 * the page queues for the same lock, and has it once the worker can run no more: a worker that was terminated in an endless
 * loop was seen to write memory for two more seconds in Chromium. Without Web Locks (pages that are not secure have none)
 * only what the page itself ends is known to end, and is given those two seconds.
 *
 * @module
 */
import { type Remote, transfer, wrap } from "comlink";
import { settlesWithin, ThreadStartError } from "@instride/scheduler";
import { startFailure } from "./start-failure.ts";
import type { WorkerApi } from "./worker-api.ts";

/** Makes a worker that runs instride's worker file. */
export type WorkerFactory = () => Worker;

/** What has not said so after as many milliseconds is not coming up. */
const START_MS = 5000;

/** After so many milliseconds a worker that was terminated is taken for ended, where no lock tells. */
const ENDS_MS = 3000;

let workers = 0;

export class PageWorker {
  readonly #worker: Worker;
  /** Kept here as long as the worker lives: Comlink closes what has been collected. */
  readonly #api: Remote<WorkerApi>;
  readonly #lock: string | null;
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #started: Promise<Remote<WorkerApi>>;
  /** What kept it from starting, as far as events have told. */
  readonly #failed: PromiseWithResolvers<never> = Promise.withResolvers<never>();
  #lastError: string | null = null;
  #isEnding = false;

  /** Starts a worker. @throws a `ThreadStartError` if the page may not have one */
  constructor(factory: WorkerFactory) {
    this.#failed.promise.catch(() => {});
    this.#lock = "locks" in navigator ? `instride: worker ${++workers} of ${crypto.randomUUID()}` : null;
    this.#worker = made(factory);
    this.#worker.addEventListener("error", (event) => {
      this.#lastError = event.message ?? "";
      this.#failed.reject(startFailure({ kind: "error", message: this.#lastError }));
    });
    this.#api = wrap<WorkerApi>(this.#worker);
    this.#started = this.#start();
    this.#started.catch(() => this.terminate());
  }

  /** Settles once it has come up, with what can be asked of it. @throws a `ThreadStartError` that names likely causes */
  get started(): Promise<Remote<WorkerApi>> {
    return this.#started;
  }

  /** Settles once it can run no more. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** What was thrown in it outside of any call, if anything was. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /** Ends it. See {@link ended}. */
  terminate(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#worker.terminate();
    this.#failed.reject(new ThreadStartError("cannot start a worker: it was ended before it had come up"));
    if (this.#lock === null) setTimeout(this.#ended.resolve, ENDS_MS);
    // One that never took its lock is granted at once. What has not run can't write.
    else this.#awaitLock(this.#lock);
  }

  async #start(): Promise<Remote<WorkerApi>> {
    const coming = this.#api.start(this.#lock);
    const outcome = Promise.race([coming, this.#failed.promise]);
    // It may fail after the time is up.
    outcome.catch(() => {});
    if (!(await settlesWithin(START_MS, outcome))) throw startFailure({ kind: "silence", afterMs: START_MS });
    await outcome;
    if (this.#lock !== null) this.#awaitLock(this.#lock);
    return this.#api;
  }

  #awaitLock(lock: string): void {
    navigator.locks.request(lock, () => this.#ended.resolve()).catch(() => this.#ended.resolve());
  }
}

function made(factory: WorkerFactory): Worker {
  try {
    return factory();
  } catch (cause) {
    throw startFailure({ kind: "refused", message: cause instanceof Error ? cause.message : String(cause), cause });
  }
}

/** A port that moves to the worker with the call that it is an argument of. */
export function transferred(port: MessagePort): MessagePort {
  return transfer(port, [port]);
}
