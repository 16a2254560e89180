/**
 * The pool in Node: Piscina owns the threads.
 *
 * Loops run on lanes: each thread is entered as a resident Piscina task, which parks until there is work and goes when
 * it has been idle. Ordinary tasks are Piscina's as ever; where they find no thread free, a lane makes room.
 *
 * Threads start with the first call, and an idle pool lets the process exit by itself. This is the one file that
 * imports Piscina, and it does so with the first call.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { errorFromWire, type LeaseWords, type WasmMemory } from "@instride/core";
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
  type Refusal,
  type RegistrationMessage,
  settlesWithin,
  type TaskMessage,
  type TaskOutcome,
  type TeamHost,
  type ThreadData,
  ThreadStartError,
  WorkerLostError,
} from "@instride/scheduler";
import { inheritable } from "./thread-flags.ts";

/** What is used of a Piscina. */
export interface PiscinaLike {
  readonly threads: readonly Worker[];
  readonly maxThreads: number;
  readonly queueSize: number;
  run(
    task: unknown,
    options: { readonly filename: string; readonly name: string; readonly signal?: AbortSignal },
  ): Promise<unknown>;
  destroy(): Promise<void>;
  // Its events have arguments of all kinds.
  // oxlint-disable-next-line typescript/no-explicit-any -- as the class itself declares its listeners
  on(event: string, listener: (...args: any[]) => void): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  off(event: string, listener: (...args: any[]) => void): unknown;
}

/** What a lane's or a task's call takes to the thread. */
export interface Errand {
  readonly thread: ThreadData;
  /** Null for a lane. */
  readonly task: TaskMessage | null;
}

let runtimes = 0;

/** So often threads are tried to be made lanes before it is given up. */
const STARTS_MAX = 3;

/**
 * How long lanes and tasks may stay in a pool of the user's that is left, in milliseconds: they end what they are in the
 * middle of, if that is short.
 */
const LEAVE_MS = 200;

export interface PiscinaPoolOptions {
  /** The file that each thread runs: a path or a `file:` URL. It exports `lane` and `task`. */
  readonly filename: string;
  /** Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  /** A pool that the user owns, and closes. Default: one of this pool's own. */
  readonly piscina?: PiscinaLike | undefined;
  readonly leases: LeaseWords;
  /** The memory that arrays lie in, for built-ins that are compiled. Default: none is known. */
  readonly memory?: WasmMemory | null | undefined;
  /** The calling thread, for loops that it takes part in. */
  readonly caller: CallerThread;
  /** Is told the id of each thread that has ended, once it can run no more. */
  readonly onThreadEnd: (thread: number) => void;
}

/** What a thread tells when it starts: which lane it can be, and where it is sent to. */
export interface Hello {
  readonly instride: {
    readonly runtime: number;
    readonly thread: number;
    readonly lane: number;
    readonly port: MessagePort;
  };
}

/** A pool of threads, and what rejects once it has none left. */
interface Threads {
  readonly pool: PiscinaLike;
  readonly noneLeft: Promise<never>;
  /** Takes note of the threads that were started since. */
  readonly watch: () => void;
  /** Listens to the pool no more. */
  readonly forget: () => void;
}

interface Connection {
  readonly lane: number;
  readonly port: MessagePort;
}

export class PiscinaPool implements Pool, TeamHost {
  readonly participants: number;
  readonly callerStandsIn: boolean = true;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #options: PiscinaPoolOptions;
  readonly #thread: ThreadData;
  readonly #team: LaneTeam;
  /** Every thread that lives, with what settles when it can run no more. */
  readonly #ends: Map<Worker, Promise<void>> = new Map();
  /** What ends the watch over a thread. */
  readonly #watched: Map<Worker, () => void> = new Map();
  /** By the ids of the threads. */
  readonly #connections: Map<number, Connection> = new Map();
  /** Lanes and tasks that are in the pool or wait there, each with what takes it out. */
  readonly #running: Map<Promise<unknown>, () => void> = new Map();
  #threads: Promise<Threads> | null = null;
  #closed = false;
  #alive = false;
  /** Threads that have ended, in all and since one could be connected to. */
  #deaths = 0;
  #endsInARow = 0;
  /** Lanes that failed, though no thread had ended, before any thread could say that it is one. */
  #failedStarts = 0;
  /** Whether this Node tells a port whose other end has gone. With no thread there is nothing to be told. */
  #canProbe = true;

  constructor(options: PiscinaPoolOptions) {
    this.#options = options;
    this.participants = Math.min(options.piscina?.maxThreads ?? options.threads ?? availableParallelism(), LANES_MAX);
    this.words = new Int32Array(new SharedArrayBuffer(LANE_WORDS * Int32Array.BYTES_PER_ELEMENT));
    this.#thread = {
      protocol: PROTOCOL_VERSION,
      runtime: ++runtimes,
      leases: options.leases,
      lanes: this.words,
      memory: options.memory ?? null,
    };
    this.#team = new LaneTeam(this, this.participants, options.caller);
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
    const threads = await this.#start();
    try {
      return await this.#run<TaskOutcome>(threads, message, signal);
    } catch (cause) {
      const error = await this.#lost(threads.pool, cause);
      throw signal?.aborted === true ? (signal.reason as unknown) : error;
    } finally {
      if (threads.pool.queueSize === 0) this.#team.keepLanes();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#team.close(new ClosedError("the runtime was closed while a call was under way"));
    const threads = await this.#threads?.catch(() => null);
    if (this.#options.piscina === undefined) {
      await threads?.pool.destroy();
      await Promise.all(this.#ends.values());
    } else {
      await this.#leave(this.#options.piscina);
    }
    threads?.forget();
    // Threads of the user's own live on.
    for (const stop of this.#watched.values()) stop();
    for (const { port } of this.#connections.values()) port.close();
    this.#connections.clear();
  }

  async startLane(): Promise<LaneExit> {
    const threads = await this.#start();
    const deaths = this.#deaths;
    try {
      return await this.#run<LaneExit>(threads, null, undefined);
    } catch (cause) {
      const error = await this.#lost(threads.pool, cause);
      // One thread that died is replaced; a pool that has none left is not.
      if (cause === error || error instanceof ClosedError) throw error;
      if (this.#deaths > deaths) return "died";
      if (++this.#failedStarts < STARTS_MAX) return "died";
      this.#failedStarts = 0;
      throw new ThreadStartError(`cannot make a thread run ${this.#options.filename}: ${error.message}`, { cause });
    }
  }

  send(lane: number, message: RegistrationMessage): void {
    for (const connection of this.#connections.values()) {
      if (connection.lane === lane) connection.port.postMessage(message);
    }
  }

  receive(): void {
    for (const { port } of this.#connections.values()) {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        this.#team.deliver(next.message as JobMessage);
      }
    }
  }

  get seesDeaths(): boolean {
    return this.#canProbe;
  }

  receiveDeaths(): void {
    this.receive();
    for (const [thread, { port }] of this.#connections) if (!isAlive(port)) this.#bury(thread);
  }

  kill(lane: number): void {
    const [thread] = [...this.#connections].find(([, connection]) => connection.lane === lane) ?? [];
    const worker = [...this.#ends.keys()].find(({ threadId }) => leaseThread(threadId) === thread);
    void worker?.terminate();
  }

  keepAlive(alive: boolean): void {
    if (this.#alive === alive) return;
    this.#alive = alive;
    for (const { port } of this.#connections.values()) keep(port, alive);
  }

  async #run<R extends LaneExit | TaskOutcome>(
    { pool, noneLeft, watch }: Threads,
    task: TaskMessage | null,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    // It may have been closed while the pool was made.
    this.checkOpen();
    const { filename, piscina } = this.#options;
    const errand: Errand = { thread: this.#thread, task };
    const taken = new AbortController();
    const takeOut = (): void => taken.abort();
    signal?.addEventListener("abort", takeOut, { once: true });
    if (signal?.aborted === true) takeOut();
    const running = pool.run(errand, {
      filename,
      name: task === null ? "lane" : "task",
      // Nothing has to be taken out of a pool that is destroyed in the end.
      ...(signal === undefined && piscina === undefined ? {} : { signal: taken.signal }),
    });
    this.#running.set(running, takeOut);
    // Piscina may have started a thread for it.
    watch();
    if (task !== null) this.#team.makeRoom(pool.queueSize);
    try {
      const answer = (await Promise.race([running, noneLeft])) as R | Refusal;
      if (typeof answer === "object" && "refused" in answer) throw errorFromWire(answer.refused);
      return answer;
    } finally {
      this.#running.delete(running);
      signal?.removeEventListener("abort", takeOut);
    }
  }

  /** Leaves a pool of the user's: what waits there is taken out, and a thread that doesn't come out by itself is ended. */
  async #leave(pool: PiscinaLike): Promise<void> {
    // Lanes that are parked have been told to go.
    const gone = Promise.allSettled(this.#running.keys());
    if (await settlesWithin(LEAVE_MS, gone)) return;
    for (const takeOut of this.#running.values()) takeOut();
    await gone;
    await this.#untilEnded(pool);
  }

  /** Settles once the threads that Piscina has given up have ended: it says so as soon as it does, and they run on. */
  async #untilEnded(pool: PiscinaLike): Promise<void> {
    const alive = new Set(pool.threads);
    await Promise.all([...this.#ends].flatMap(([worker, end]) => (alive.has(worker) ? [] : [end])));
  }

  async #start(): Promise<Threads> {
    this.#threads ??= this.#create();
    try {
      return await this.#threads;
    } catch (cause) {
      this.#threads = null;
      const fact = cause instanceof Error ? cause.message : String(cause);
      throw new ThreadStartError(`cannot make a pool of ${this.participants} threads: ${fact}`, { cause });
    }
  }

  async #create(): Promise<Threads> {
    const pool = this.#options.piscina ?? (await this.#createPool());
    const { promise: noneLeft, reject } = Promise.withResolvers<never>();
    noneLeft.catch(() => {});
    let lastError: unknown;
    // An error outside of any task. The thread ends, and its calls reject.
    const onError = (error: unknown): void => {
      lastError = error;
    };
    const onMessage = (message: Partial<Hello> | null): void => {
      if (message?.instride?.runtime === this.#thread.runtime) this.#connect(message.instride);
    };
    pool.on("error", onError);
    pool.on("message", onMessage);
    const watch = (): void =>
      this.#watch(pool, () => {
        // Piscina replaces no thread that dies while it starts, and from then on none: what is queued would wait for ever.
        if (!this.#closed && pool.queueSize > 0 && this.#endsInARow < STARTS_MAX * pool.maxThreads) this.#spawn(pool);
        watch();
        if (pool.threads.length > 0) return;
        const fact = lastError instanceof Error ? lastError.message : "it ended at once";
        reject(
          new ThreadStartError(`cannot start a thread of ${this.#options.filename}: ${fact}`, { cause: lastError }),
        );
        this.#threads = null;
        forget();
      });
    const forget = (): void => {
      pool.off("error", onError);
      pool.off("message", onMessage);
    };
    watch();
    return { pool, noneLeft, watch, forget };
  }

  /** Has a pool start a thread if it has room for one: it does so for a task that comes, which is then taken back. */
  #spawn(pool: PiscinaLike): void {
    const taken = new AbortController();
    const options = { filename: this.#options.filename, name: "lane", signal: taken.signal };
    pool.run({ thread: this.#thread, task: null } satisfies Errand, options).catch(() => {});
    taken.abort();
  }

  async #createPool(): Promise<PiscinaLike> {
    const { Piscina } = await import("piscina");
    const execArgv = inheritable(process.execArgv);
    return new Piscina({
      filename: this.#options.filename,
      ...(execArgv === undefined ? {} : { execArgv }),
      minThreads: this.participants,
      maxThreads: this.participants,
      // Blocking waits between tasks would hold up what a task started in the background.
      atomics: "disabled",
      recordTiming: false,
    });
  }

  #connect({ thread, lane, port }: Hello["instride"]): void {
    port.on("message", (message: JobMessage) => this.#team.deliver(message));
    keep(port, this.#alive);
    this.#canProbe = isAlive(port);
    this.#connections.set(thread, { lane, port });
    this.#failedStarts = 0;
    this.#endsInARow = 0;
    this.#team.connect(lane);
  }

  #watch(pool: PiscinaLike, onEnd: () => void): void {
    for (const worker of pool.threads) {
      if (this.#ends.has(worker)) continue;
      const id = leaseThread(worker.threadId);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#ends.set(worker, promise);
      const onExit = (): void => {
        this.#ends.delete(worker);
        this.#watched.delete(worker);
        this.#deaths++;
        this.#endsInARow++;
        this.#bury(id);
        onEnd();
        resolve();
      };
      worker.once("exit", onExit);
      this.#watched.set(worker, () => worker.off("exit", onExit));
    }
  }

  #bury(thread: number): void {
    this.#options.onThreadEnd(thread);
    // What it sent before it died may have arrived.
    this.receive();
    this.#connections.get(thread)?.port.close();
    this.#connections.delete(thread);
    this.#team.disconnect(thread);
  }

  /** The error for a call that Piscina rejected, which must not settle before its thread has ended. */
  async #lost(pool: PiscinaLike, cause: unknown): Promise<Error> {
    await this.#untilEnded(pool);
    if (cause instanceof WorkerLostError) return cause;
    if (this.#closed) return new ClosedError("the runtime was closed while a call was under way", { cause });
    const unsendable = cloneError("the arguments or the result", cause);
    if (unsendable !== null) return unsendable;
    const fact = cause instanceof Error ? cause.message : String(cause);
    return new WorkerLostError(`a thread ended while it worked on the call: ${fact}`, { cause });
  }
}

/**
 * Whether a port's other end is there: `postMessage` then gives true, and undefined once its thread has ended. No
 * documentation says so, hence the trial on a port that lives (Node 20 to 26 do).
 */
function isAlive(port: MessagePort): boolean {
  const nothing: RegistrationMessage = { registrations: [], count: 0 };
  return (port.postMessage(nothing) as unknown) === true;
}

function keep(port: MessagePort, alive: boolean): void {
  if (alive) port.ref();
  else port.unref();
}

/** The id by which leases know a thread: Node counts its threads from 0, and 0 stands for none there. */
export function leaseThread(threadId: number): number {
  return threadId + 1;
}
