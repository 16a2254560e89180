/**
 * One worker of a page: it has to say that it has come up, and its end is noticed.
 *
 * Browsers tell nobody that a worker has ended. So each holds a Web Lock for life, whose name only it and the page know;
 * the page queues for the same lock, and has it once the worker can run no more: a worker that was terminated in an endless
 * loop was seen to write memory for two more seconds in Chromium.
 *
 * Where there are no Web Locks (pages that are not secure have none, and share no memory) a worker that closes itself says
 * so, and what has been terminated is given three seconds to end. A worker that the browser ends by itself is not noticed
 * there, but by a deadline.
 *
 * @module
 */
import { type Remote, transfer, wrap } from "comlink";
import { settlesWithin, ThreadStartError } from "@instride/scheduler";
import { startFailure } from "./start-failure.ts";
import type { WorkerApi, WorkerNote } from "./worker-api.ts";

/** Makes a worker that runs instride's worker file. */
export type WorkerFactory = () => Worker;

/** What has said nothing after as many milliseconds is not coming up. */
const START_MS = 5000;

/** They are counted in so many turns of the page: one that is busy for long has not been told yet. */
const START_TURNS = 5;

/** After so many milliseconds a worker that was terminated is taken for ended, where no lock tells. */
const ENDS_MS = 3000;

let workers = 0;

export class PageWorker {
  readonly #worker: Worker;
  /** Kept here as long as the worker lives: Comlink closes what has been collected. */
  readonly #api: Remote<WorkerApi>;
  #lock: string | null;
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #started: Promise<Remote<WorkerApi>>;
  /** What kept it from starting, as far as events have told. */
  readonly #failed: PromiseWithResolvers<never> = Promise.withResolvers<never>();
  #lastError: string | null = null;
  readonly #ending: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #isEnding = false;

  /** Starts a worker. @throws a `ThreadStartError` if the page may not have one */
  constructor(factory: WorkerFactory) {
    this.#failed.promise.catch(() => {});
    this.#lock = "locks" in navigator ? `instride: worker ${++workers} of ${crypto.randomUUID()}` : null;
    this.#worker = made(factory);
    void this.ended.then(() => this.#beginToEnd());
    this.#worker.addEventListener("message", ({ data }) => this.#hear(data as Partial<WorkerNote> | null));
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

  /** Settles when it has been terminated, or has said that it closes, or has ended. */
  get ending(): Promise<void> {
    return this.#ending.promise;
  }

  get isEnding(): boolean {
    return this.#isEnding;
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
    this.#beginToEnd();
    this.#worker.terminate();
    if (this.#lock === null) this.#endLater();
    // One that never took its lock is granted at once. What has not run can't write.
    else this.#awaitLock(this.#lock);
  }

  #beginToEnd(): void {
    this.#isEnding = true;
    this.#ending.resolve();
    this.#failed.reject(new ThreadStartError("cannot start a worker: it was ended before it had come up"));
  }

  async #start(): Promise<Remote<WorkerApi>> {
    const outcome = Promise.race([this.#api.start(this.#lock), this.#failed.promise]);
    await untilAnswered(outcome);
    let isLocked: boolean;
    try {
      isLocked = await outcome;
    } catch (cause) {
      throw asStartError(cause);
    }
    if (!isLocked) this.#lock = null;
    else if (this.#lock !== null) this.#awaitLock(this.#lock);
    return this.#api;
  }

  #awaitLock(lock: string): void {
    // A page that may not ask for it is no worse off than where there are none.
    navigator.locks
      .request(lock, () => this.#ended.resolve())
      .catch(() => {
        this.#lock = null;
        if (this.#isEnding) this.#endLater();
      });
  }

  #endLater(): void {
    setTimeout(this.#ended.resolve, ENDS_MS);
  }

  #hear(message: Partial<WorkerNote> | null): void {
    // One that has closed itself and never comes to the end of what it is in would run on.
    if (message?.instride === "closes") this.terminate();
    if (message?.instride === "failed") this.#lastError = message.message ?? "";
  }
}

/** Waits until a worker has said anything, or is not coming up. @throws a `ThreadStartError` for what is silent */
export async function untilAnswered(answer: Promise<unknown>): Promise<void> {
  // It may reject after the time is up.
  answer.catch(() => {});
  for (let turn = 0; turn < START_TURNS; turn++) if (await settlesWithin(START_MS / START_TURNS, answer)) return;
  throw startFailure({ kind: "silence", afterMs: START_MS });
}

/** What kept a worker from starting, as the error that says so. */
export function asStartError(cause: unknown): ThreadStartError {
  if (cause instanceof ThreadStartError) return cause;
  const fact = cause instanceof Error ? cause.message : String(cause);
  return new ThreadStartError(`cannot start a worker: ${fact}`, { cause });
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
