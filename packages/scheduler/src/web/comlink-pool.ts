/**
 * The pool in a page: workers of its own, asked through Comlink, and lanes over shared memory.
 *
 * Each worker lives on its event loop. It is a lane most of the time, which waits without blocking until there is work,
 * and makes room where an ordinary task finds no worker free. Workers start with the first call. The page itself never
 * blocks: a caller that helps does so for a few milliseconds of each turn.
 *
 * With `worker-api.ts` and `page-worker.ts` this is where the page meets Comlink.
 *
 * @module
 */
import type { LeaseWords, WasmMemory } from "@instride/core";
import {
  type CallerThread,
  cloneError,
  ClosedError,
  type JobMessage,
  LANE_WORDS,
  LANES_MAX,
  type LaneExit,
  LaneTeam,
  type LoopJob,
  type LoopOutcome,
  type Pool,
  type PreparedRun,
  PROTOCOL_VERSION,
  ProtocolVersionError,
  type RegistrationMessage,
  settlesWithin,
  type TaskMessage,
  type TaskOutcome,
  type TeamHost,
  type ThreadData,
  WorkerLostError,
} from "@instride/scheduler";
import { LaneWorker } from "./lane-worker.ts";
import { PageWorker, type WorkerFactory } from "./page-worker.ts";
import { Seats } from "./seats.ts";

/** How long lanes may take to leave when the pool is closed, in milliseconds. */
const LEAVE_MS = 200;

/**
 * How long `close` waits for the ends of workers, in milliseconds. In Chromium one that was terminated in an endless loop
 * ends after 2 s; one that had closed itself and blocks is never known to have ended.
 */
const CLOSE_MS = 5000;

/** So often in a row workers may fail to start before it is given up, once one has started of the same file. */
const STARTS_MAX = 3;

/** The page's own id among the threads of a runtime. */
const PAGE_THREAD = 1;

export interface ComlinkPoolOptions {
  readonly makeWorker: WorkerFactory;
  /** Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  readonly leases: LeaseWords;
  /** The memory that arrays lie in, for built-ins that are compiled. */
  readonly memory: WasmMemory | null;
  /** The page, for loops that it takes part in. */
  readonly caller: CallerThread;
  /** Is told the id of each worker that has ended, once it can run no more. */
  readonly onThreadEnd: (thread: number) => void;
}

let runtimes = 0;

export class ComlinkPool implements Pool, TeamHost {
  readonly participants: number;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Nobody tells the page of a death but by an event. */
  readonly seesDeaths: boolean = false;
  /** A worker that is woken while the page is busy may be queued behind it, on the same core. */
  readonly callerStandsIn: boolean = false;
  readonly #thread: ThreadData;
  readonly #team: LaneTeam;
  readonly #seats: Seats<LaneWorker>;
  readonly #onThreadEnd: (thread: number) => void;
  #lastThread = PAGE_THREAD;
  /** Whether any worker has started, and how many in a row have failed to since. */
  #hasStarted = false;
  #failedStarts = 0;
  #closed = false;

  constructor({ makeWorker, threads, leases, memory, caller, onThreadEnd }: ComlinkPoolOptions) {
    // Browsers that hide how many cores there are say 0, or nothing.
    this.participants = Math.min(threads ?? (navigator.hardwareConcurrency || 1), LANES_MAX);
    this.words = new Int32Array(new SharedArrayBuffer(LANE_WORDS * Int32Array.BYTES_PER_ELEMENT));
    this.#thread = { protocol: PROTOCOL_VERSION, runtime: ++runtimes, leases, lanes: this.words, memory };
    this.#onThreadEnd = onThreadEnd;
    this.#team = new LaneTeam(this, this.participants, caller);
    // Those that are ending keep their lanes.
    this.#seats = new Seats(this.participants, () => this.#add(makeWorker), Math.min(2 * this.participants, LANES_MAX));
  }

  checkOpen(): void {
    if (this.#closed) throw new ClosedError("cannot start work: the runtime was closed");
  }

  async runLoop(job: LoopJob): Promise<LoopOutcome> {
    this.checkOpen();
    try {
      return await this.#team.run(job);
    } catch (cause) {
      throw cloneError("the arguments", cause) ?? cause;
    }
  }

  async prepareLoop(job: LoopJob): Promise<PreparedRun> {
    this.checkOpen();
    try {
      return await this.#team.prepare(job);
    } catch (cause) {
      throw cloneError("the arguments", cause) ?? cause;
    }
  }

  async runTask(message: TaskMessage, signal: AbortSignal | undefined): Promise<TaskOutcome> {
    this.checkOpen();
    const worker = await this.#takeForTask(signal);
    const onAbort = (): void => worker.terminate();
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      return await this.#lent(worker, worker.task(message));
    } catch (cause) {
      const error = cloneError("the arguments or the result", cause) ?? cause;
      throw signal?.aborted === true ? (signal.reason as unknown) : error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const error = new ClosedError("the runtime was closed while a call was under way");
    this.#seats.refuseAll(error);
    this.#team.close(error);
    const workers = this.#seats.all;
    await settlesWithin(LEAVE_MS, Promise.all(workers.map((worker) => worker.idle)));
    for (const worker of workers) worker.terminate();
    await settlesWithin(CLOSE_MS, Promise.all(workers.map(({ ended }) => ended)));
  }

  /** Part of {@link TeamHost}. */
  async startLane(): Promise<LaneExit> {
    this.checkOpen();
    const worker = await this.#seats.take();
    // One that is ending is replaced at once: the team is told of its end when it has come.
    const exit = await Promise.race([worker.lane().catch(() => null), worker.ending.then(() => null)]);
    if (exit !== null) {
      this.#seats.give(worker);
      return exit;
    }
    // A lane whose own code has failed may have left anything behind.
    worker.terminate();
    if (this.#closed) throw this.#lost(worker);
    await this.#checkStart(worker);
    return "died";
  }

  /** Part of {@link TeamHost}. */
  send(lane: number, message: RegistrationMessage): void {
    this.#workerOf(lane)?.port?.postMessage(message);
  }

  /** Part of {@link TeamHost}: messages arrive with the event loop's turns alone. */
  receive(): void {}

  /** Part of {@link TeamHost}, as {@link receive}. */
  receiveDeaths(): void {}

  /** Part of {@link TeamHost}. */
  kill(lane: number): void {
    this.#workerOf(lane)?.terminate();
  }

  /** Part of {@link TeamHost}: a page lives as long as it is open. */
  keepAlive(): void {}

  /** @throws what kept a worker from starting, if there is no hope that the next will */
  async #checkStart(worker: LaneWorker): Promise<void> {
    try {
      await worker.joined;
    } catch (error) {
      if (!this.#hasStarted || error instanceof ProtocolVersionError || ++this.#failedStarts >= STARTS_MAX) throw error;
    }
  }

  async #takeForTask(signal: AbortSignal | undefined): Promise<LaneWorker> {
    const { promise: dropped, reject } = Promise.withResolvers<never>();
    dropped.catch(() => {});
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      const taken = this.#seats.take(dropped);
      // It waits, unless it has got one at once.
      if (this.#seats.urgent > 0) this.#team.makeRoom(this.#seats.urgent);
      return await taken;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (this.#seats.urgent === 0) this.#team.keepLanes();
    }
  }

  /** Waits for what a worker was asked, and gives it back. @throws a `WorkerLostError` once it has ended, if it does so first */
  async #lent<T>(worker: LaneWorker, asked: Promise<T>): Promise<T> {
    // Nobody may settle before a worker that ends can write no more.
    const lost = worker.ended.then((): never => {
      throw this.#lost(worker);
    });
    lost.catch(() => {});
    try {
      return await Promise.race([asked, lost]);
    } catch (error) {
      if (worker.isEnding) await worker.ended;
      // It may not even have come up.
      throw this.#closed && error instanceof WorkerLostError ? this.#lost(worker) : error;
    } finally {
      this.#seats.give(worker);
    }
  }

  #lost(worker: LaneWorker): Error {
    if (this.#closed) return new ClosedError("the runtime was closed while a call was under way");
    const fact = worker.lastError === null ? "" : `: ${worker.lastError}`;
    return new WorkerLostError(`a thread ended while it worked on the call${fact}`);
  }

  #add(makeWorker: WorkerFactory): LaneWorker {
    const worker = new LaneWorker(new PageWorker(makeWorker), this.#thread, ++this.#lastThread);
    void this.#connect(worker);
    void worker.ended.then(() => this.#bury(worker));
    return worker;
  }

  async #connect(worker: LaneWorker): Promise<void> {
    try {
      const { lane, port } = await worker.joined;
      this.#hasStarted = true;
      this.#failedStarts = 0;
      port.addEventListener("message", ({ data }) => this.#team.deliver(data as JobMessage));
      port.start();
      this.#team.connect(lane);
    } catch {
      // Whoever asks it for something is told.
    }
  }

  #bury(worker: LaneWorker): void {
    this.#onThreadEnd(worker.thread);
    // Its port stays as it is: what it had sent of jobs that it has left may still be on its way, and is waited for.
    this.#team.disconnect(worker.thread);
  }

  #workerOf(lane: number): LaneWorker | undefined {
    return this.#seats.all.find((worker) => worker.laneNumber === lane);
  }
}
