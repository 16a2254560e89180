/**
 * The pool without threads: the caller runs everything itself, with the same results and the same errors.
 *
 * So that timers and `AbortSignal`s get through, it gives way to the event loop after every 4 ms of work.
 *
 * @module
 */
import { cloneError, ClosedError } from "./errors.ts";
import { runLoop, runTask, type ThreadContext } from "./participant.ts";
import type { Pool } from "./pool.ts";
import type { LoopMessage, LoopOutcome, TaskMessage, TaskOutcome } from "./protocol.ts";

/** Work between two turns of the event loop, in milliseconds. */
export const INLINE_BUDGET_MS = 4;

export class InlinePool implements Pool {
  readonly participants: number = 1;
  readonly #thread: ThreadContext;
  #closed = false;

  constructor(thread: ThreadContext) {
    this.#thread = thread;
  }

  async runLoop(message: LoopMessage): Promise<LoopOutcome> {
    this.#checkOpen();
    let turnEnds = Date.now() + INLINE_BUDGET_MS;
    const outcome = await runLoop(withPrivateArguments(message), this.#thread, () => {
      if (Date.now() < turnEnds) return null;
      return nextTurn().then(() => {
        turnEnds = Date.now() + INLINE_BUDGET_MS;
        this.#checkOpen();
      });
    });
    return asSent("the result of a kernel", outcome);
  }

  async runTask(message: TaskMessage): Promise<TaskOutcome> {
    this.#checkOpen();
    return asSent("the result of a task", await runTask(withPrivateArguments(message), this.#thread));
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError("cannot go on: the runtime was closed");
  }
}

/** A body that changes its arguments changes a copy, as it would on a thread. */
function withPrivateArguments<M extends LoopMessage | TaskMessage>(message: M): M {
  return { ...message, args: asSent("the arguments", message.args) };
}

/** A value as it would arrive from or on a thread. @throws a `TypeError` for what can't travel */
function asSent<T>(what: string, value: T): T {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw cloneError(what, cause) ?? cause;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
