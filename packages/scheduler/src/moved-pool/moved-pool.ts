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
import { cloneError, ClosedError } from "../errors.ts";
import type { AbortSignal, LoopJob, Pool, PreparedRun, RunControl } from "../pool.ts";
import type { LoopOutcome, TaskMessage, TaskOutcome } from "../protocol.ts";
import { CallQueue } from "./call-queue.ts";
import type { ThreadAnswer } from "./messages.ts";
import { LoopCall, type MovedCall, movedAwayError, TaskCall } from "./moved-call.ts";
import { MovedOperands, type MemoryUnder } from "./moved-operands.ts";
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
  readonly #host: ThreadHost;
  readonly #memoryUnder: MemoryUnder;
  readonly #queue: CallQueue<MovedCall> = new CallQueue();
  #turn: Turn | null = null;
  #known: Knowledge = { thread: 0, kernels: new Set(), loops: new Set() };
  #over: number[] = [];
  #loops = 0;
  #isDriving = false;
  #closed = false;

  constructor(host: ThreadHost, memoryUnder: MemoryUnder) {
    this.#host = host;
    this.#memoryUnder = memoryUnder;
  }

  async runLoop(job: LoopJob): Promise<LoopOutcome> {
    this.#checkOpen();
    const id = ++this.#loops;
    try {
      return await this.#runLoop(id, job);
    } finally {
      this.#forget(id);
    }
  }

  async runTask(message: TaskMessage, signal: AbortSignal | undefined): Promise<TaskOutcome> {
    this.#checkOpen();
    const call = new TaskCall(message, new MovedOperands(message.views, this.#memoryUnder));
    // A task that runs can't be told to stop.
    return this.#run(call, signal, () => {
      call.fail(signal?.reason);
      this.#endTurnOf(call, 0);
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

  async #runLoop(id: number, job: LoopJob): Promise<LoopOutcome> {
    const { signal, deadlineMs = Number.POSITIVE_INFINITY } = job;
    const call = new LoopCall(id, job, new MovedOperands(job.views, this.#memoryUnder), () => this.#over.splice(0));
    const timer = deadlineMs > TIMER_MS_MAX ? null : setTimeout(() => giveUp(), deadlineMs);
    const giveUp = (): void => {
      call.giveUp();
      this.#endTurnOf(call, GRACE_MS);
    };
    try {
      return await this.#run(call, signal, () => {
        call.cancel();
        // A slice ends by itself, unless its body is stuck: a deadline is for those. Nothing is lost with a module.
        if (this.#turn?.isLoading === true) this.#endTurnOf(call, GRACE_MS);
      });
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  }

  /** Runs a call to its end. @param onAbort - stops it; it is told once */
  async #run<R>(call: MovedCall<R>, signal: AbortSignal | undefined, onAbort: () => void): Promise<R> {
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#queue.add(call);
      if (signal?.aborted === true) onAbort();
      void this.#drive();
      return await call.settled;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#queue.remove(call);
      void this.#drive();
    }
  }

  /** Gives calls their turns, for as long as there are any. */
  async #drive(): Promise<void> {
    if (this.#isDriving) return;
    this.#isDriving = true;
    for (let call = this.#queue.next(); call !== null; call = this.#queue.next()) {
      if (call.isOver) this.#queue.remove(call);
      else await this.#takeTurn(call);
    }
    this.#isDriving = false;
  }

  /** One turn of a call. Never rejects. */
  async #takeTurn(call: MovedCall): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = { call, isLoading: true, ended: promise };
    try {
      if (await this.#load(call)) {
        this.#turn.isLoading = false;
        await this.#runOnThread(call);
      }
    } catch (error) {
      call.fail(error);
    } finally {
      this.#turn = null;
      if (call.isOver) this.#queue.remove(call);
      resolve();
    }
  }

  /** Has the thread load the kernel, before memory moves to it. @returns false if the call is over */
  async #load(call: MovedCall): Promise<boolean> {
    const { kernel } = call;
    const key = "name" in kernel ? `name:${kernel.name}` : `url:${kernel.url}`;
    const { kernels } = this.#knowledge();
    if (kernels.has(key)) return true;
    const { failure } = await this.#host.ask({ kind: "load", kernel }, []);
    if (failure === null) kernels.add(key);
    else call.takeLoadError(failure.error);
    return !call.isOver;
  }

  async #runOnThread(call: MovedCall): Promise<void> {
    const { operands } = call;
    const { loops } = this.#knowledge();
    const moving = operands.takeOut();
    let answering: Promise<ThreadAnswer>;
    try {
      const request = call.request(moving, (loop) => loops.has(loop));
      answering = this.#host.ask(request, moving.buffers);
      if (request.kind === "slice") loops.add(request.call);
    } catch (cause) {
      operands.putBack(moving.buffers, () => ({ holder: call.holder, error: cause }));
      throw cloneError("the arguments", cause) ?? cause;
    }
    call.beginTurn();
    try {
      call.take(this.#putBack(call, await answering));
    } catch (cause) {
      this.#lose(call, cause);
    } finally {
      call.endTurn();
    }
  }
}
