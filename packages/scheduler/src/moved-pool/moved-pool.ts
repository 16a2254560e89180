/**
 * The pool of one thread that shares no memory: the buffers of a call move to the thread and back.
 *
 * One turn is under way at a time: a slice of a loop, or a task. So whatever ends the thread takes the memory of one call
 * with it, and no other. Loops over different memory take turns slice by slice; a task has the thread until it is done.
 * Between turns all memory is with the caller, and a call can be cancelled, given up or told of.
 *
 * Where the thread comes from is its host's business.
 *
 * @module
 */
import { NotImplementedError } from "@instride/core";
import { cloneError, ClosedError, WorkerLostError } from "../errors.ts";
import type { AbortSignal, LoopJob, Pool, PreparedRun, RunControl } from "../pool.ts";
import { type LoopOutcome, targetKey, type TaskMessage, type TaskOutcome } from "../protocol.ts";
import { CallQueue } from "./call-queue.ts";
import type { LoadRequest, SliceRequest, TaskRequest, ThreadAnswer } from "./messages.ts";
import { LoadCall, LoopCall, type MovedCall, movedAwayError, TaskCall } from "./moved-call.ts";
import { MovedOperands } from "./moved-operands.ts";
import type { ThreadHost } from "./thread-host.ts";

/**
 * How long a turn may go on after its call was given up, in milliseconds; then its body counts as stuck, and the thread
 * is ended. Longer than where memory is shared, since here the memory is lost.
 */
export const GRACE_MS = 500;

/** The longest that timers take; a deadline beyond it is none. */
const TIMER_MS_MAX = 0x7fff_ffff;

/** What the thread is doing. */
interface Turn {
  readonly call: MovedCall;
  /** While it loads the kernel, no memory is at stake. */
  isLoading: boolean;
  readonly ended: Promise<void>;
}

/** What the thread has been told, for as long as it is the same. */
interface Knowledge {
  readonly thread: number;
  readonly kernels: Set<string>;
  readonly loops: Set<number>;
}

export class MovedPool implements Pool {
  readonly participants: number = 1;
  /** A slice is some chunks: they are to be short, so that calls can be stopped and told of. */
  readonly autoCutsFor: number = 64;
  /** Every turn goes to the thread and back. */
  readonly givesWay: boolean = true;
  readonly #host: ThreadHost;
  readonly #queue: CallQueue<MovedCall> = new CallQueue();
  #turn: Turn | null = null;
  #known: Knowledge = { thread: 0, kernels: new Set(), loops: new Set() };
  /** Loops that the thread may forget. */
  #over: number[] = [];
  #loops = 0;
  #isDriving = false;
  #closed = false;

  constructor(host: ThreadHost) {
    this.#host = host;
  }

  checkOpen(): void {
    if (this.#closed) throw new ClosedError("cannot start work: the runtime was closed");
  }

  async runLoop(job: LoopJob): Promise<LoopOutcome> {
    this.checkOpen();
    const loop = ++this.#loops;
    try {
      return await this.#runLoop(loop, job, new MovedOperands(job.views));
    } finally {
      this.#forget(loop);
    }
  }

  async prepareLoop(job: LoopJob): Promise<PreparedRun> {
    this.checkOpen();
    if (job.helps) await this.#run(new LoadCall(job.kernel, new MovedOperands({})), undefined, () => {});
    return this.#prepare(job);
  }

  async runTask(message: TaskMessage, signal: AbortSignal | undefined): Promise<TaskOutcome> {
    this.checkOpen();
    const call = new TaskCall(message, new MovedOperands(message.views));
    return this.#run(call, signal, () => {
      call.fail(signal?.reason);
      // A task can't be told to stop.
      this.#endTurnOf(call, this.#turn?.isLoading === true ? GRACE_MS : 0);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#queue.calls()) {
      call.fail(new ClosedError("the runtime was closed while a call was under way"));
      this.#queue.remove(call);
      this.#endTurnOf(call, GRACE_MS);
    }
    await this.#turn?.ended;
    await this.#host.end();
  }

  #prepare(job: LoopJob): PreparedRun {
    const loop = ++this.#loops;
    // Between two runs its memory is at rest, and its views work.
    const run = async (control: RunControl): Promise<LoopOutcome> => {
      this.checkOpen();
      return this.#runLoop(loop, { ...job, ...control }, new MovedOperands(job.views));
    };
    const runSync = (): never => {
      throw new NotImplementedError("cannot wait for a thread that shares no memory: run() does, without blocking");
    };
    return { run, runSync, release: () => this.#forget(loop) };
  }

  async #runLoop(loop: number, job: LoopJob, operands: MovedOperands): Promise<LoopOutcome> {
    const { signal, deadlineMs = Number.POSITIVE_INFINITY } = job;
    const call = new LoopCall(loop, job, operands);
    const giveUp = (): void => {
      call.giveUp();
      this.#endTurnOf(call, GRACE_MS);
    };
    const timer = deadlineMs > TIMER_MS_MAX ? null : setTimeout(giveUp, deadlineMs);
    try {
      return await this.#run(call, signal, () => {
        call.cancel();
        // A slice ends by itself, unless its body is stuck: a deadline is for those. With a module nothing is lost.
        if (this.#turn?.isLoading === true) this.#endTurnOf(call, GRACE_MS);
      });
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }

  /** Runs a call to its end. @param onAbort - is to stop it */
  async #run<R>(call: MovedCall<R>, signal: AbortSignal | undefined, onAbort: () => void): Promise<R> {
    call.operands.begin(call.holder);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#queue.add(call);
      if (signal?.aborted === true) onAbort();
      void this.#drive();
      return await call.settled;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#queue.remove(call);
      call.operands.end(call.holder);
      void this.#drive();
    }
  }

  /** Gives calls their turns, for as long as there are any. */
  async #drive(): Promise<void> {
    if (this.#isDriving) return;
    this.#isDriving = true;
    for (let call = this.#queue.next(); call !== null; call = this.#queue.next()) {
      if (!call.isOver) await this.#takeTurn(call);
      if (call.isOver) this.#queue.remove(call);
    }
    this.#isDriving = false;
  }

  /** One turn of a call. Never rejects. */
  async #takeTurn(call: MovedCall): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn: Turn = { call, isLoading: true, ended: promise };
    this.#turn = turn;
    try {
      if (!(await this.#load(call))) return;
      turn.isLoading = false;
      await this.#runOnThread(call);
    } catch (error) {
      call.fail(error);
    } finally {
      this.#turn = null;
      resolve();
    }
  }

  /** Has the thread load the kernel, before memory moves to it. @returns false if the call is over */
  async #load(call: MovedCall): Promise<boolean> {
    const { kernel } = call;
    const key = targetKey(kernel);
    const { kernels } = this.#knowledge();
    if (!kernels.has(key)) {
      let failure: ThreadAnswer["failure"];
      try {
        ({ failure } = await this.#ask({ kind: "load", kernel }, []));
      } catch (cause) {
        // Nothing of the call was on the thread: its next turn is on another.
        if (cause instanceof WorkerLostError && call.mayLoadAgain()) return false;
        throw cause;
      }
      if (failure === null) kernels.add(key);
      else call.takeLoadError(failure.error);
    }
    if (!call.isOver) call.takeLoaded();
    return !call.isOver;
  }

  async #runOnThread(call: MovedCall): Promise<void> {
    // It may have been stopped a moment ago, and have settled: from here to its turn nothing else runs.
    if (call.isOver) return;
    const { operands } = call;
    const { loops } = this.#knowledge();
    if (call.keepsCopies && !operands.hasCopies) operands.keepCopies();
    const moving = operands.moving();
    let answering: Promise<ThreadAnswer>;
    try {
      const request = call.request(moving, (loop) => loops.has(loop));
      answering = this.#ask(request, moving.buffers);
      if (request.kind === "slice") loops.add(request.loop);
    } catch (cause) {
      // Nothing has moved.
      throw cloneError("the arguments", cause) ?? cause;
    }
    call.beginTurn();
    const answer = await answering.catch((cause: unknown) => this.#lose(call, cause));
    if (answer !== null) {
      operands.putBack(answer.buffers, () => {
        const error = movedAwayError(call.holder);
        call.fail(error);
        return { holder: call.holder, error };
      });
      call.take(answer);
    }
    call.endTurn();
  }

  /** The thread has ended with the memory of a call. */
  #lose(call: MovedCall, cause: unknown): null {
    const again = call.takeLoss(cause);
    call.operands.lose({ holder: call.holder, error: call.error ?? cause }, again);
    for (const other of this.#queue.calls()) other.refuseIfLost();
    return null;
  }

  #ask(request: LoadRequest | SliceRequest | TaskRequest, buffers: readonly ArrayBuffer[]): Promise<ThreadAnswer> {
    const answering = this.#host.ask({ ...request, over: this.#over }, buffers);
    this.#over = [];
    return answering;
  }

  /** What the thread has been told: nothing, if it is another than before. */
  #knowledge(): Knowledge {
    const thread = this.#host.start();
    if (thread !== this.#known.thread) {
      this.#known = { thread, kernels: new Set(), loops: new Set() };
      this.#over = [];
    }
    return this.#known;
  }

  #forget(loop: number): void {
    if (this.#known.loops.delete(loop)) this.#over.push(loop);
  }

  /** Ends the thread, if the turn of a call is still under way after so many milliseconds. */
  #endTurnOf(call: MovedCall, afterMs: number): void {
    const turn = this.#turn;
    if (turn?.call !== call) return;
    const timer = setTimeout(() => void this.#host.end(), afterMs);
    void turn.ended.then(() => clearTimeout(timer));
  }
}
