/**
 * A worker of a page as a thread of one runtime: it joins, and then is a lane or runs a task.
 *
 * @module
 */
import { errorFromWire } from "@instride/core";
import {
  type LaneExit,
  type TaskMessage,
  type TaskOutcome,
  type ThreadData,
  ThreadStartError,
} from "@instride/scheduler";
import { asStartError, type PageWorker, untilAnswered } from "./page-worker.ts";
import type { Seat } from "./seats.ts";
import type { Membership } from "./worker-api.ts";

export class LaneWorker implements Seat {
  /** The id by which leases know it. */
  readonly thread: number;
  readonly #worker: PageWorker;
  readonly #joined: Promise<Membership>;
  #membership: Membership | null = null;
  #idle: Promise<unknown> = Promise.resolve();

  /** @param thread - an id that no other thread of the runtime has had */
  constructor(worker: PageWorker, data: ThreadData, thread: number) {
    this.#worker = worker;
    this.thread = thread;
    this.#joined = this.#join(data);
    // One that can't join is of no use.
    this.#joined.catch(() => this.terminate());
  }

  /** Settles once it is known as a lane. @throws a `ThreadStartError`, a `ProtocolVersionError` */
  get joined(): Promise<Membership> {
    return this.#joined;
  }

  get hasStarted(): boolean {
    return this.#membership !== null;
  }

  get ending(): Promise<void> {
    return this.#worker.ending;
  }

  get ended(): Promise<void> {
    return this.#worker.ended;
  }

  get isEnding(): boolean {
    return this.#worker.isEnding;
  }

  get lastError(): string | null {
    return this.#worker.lastError;
  }

  /** Which lane it can be; -1 as long as it has not joined. */
  get laneNumber(): number {
    return this.#membership?.lane ?? -1;
  }

  get port(): MessagePort | null {
    return this.#membership?.port ?? null;
  }

  /** Settles when nothing is asked of it, however that has ended. */
  get idle(): Promise<unknown> {
    return this.#idle;
  }

  /** Has it be a lane, until it has to go. */
  lane(): Promise<LaneExit> {
    return this.#ask(async () => {
      await this.#joined;
      return await (await this.#worker.started).lane();
    });
  }

  /** Has it run a task. */
  task(message: TaskMessage): Promise<TaskOutcome> {
    return this.#ask(async () => {
      await this.#joined;
      return await (await this.#worker.started).task(message);
    });
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #ask<T>(call: () => Promise<T>): Promise<T> {
    const answer = call();
    this.#idle = Promise.race([answer, this.ended]).catch(() => {});
    return answer;
  }

  async #join(data: ThreadData): Promise<Membership> {
    const api = await this.#worker.started;
    const ending = this.ending.then((): never => {
      throw new ThreadStartError("cannot start a worker: it ended before it had joined the runtime");
    });
    try {
      const outcome = Promise.race([api.join(data, this.thread), ending]);
      // One that can't read shared memory, like one of another origin, never answers.
      await untilAnswered(outcome);
      const answer = await outcome;
      if ("refused" in answer) throw errorFromWire(answer.refused);
      this.#membership = answer;
      return answer;
    } catch (cause) {
      throw asStartError(cause);
    }
  }
}
