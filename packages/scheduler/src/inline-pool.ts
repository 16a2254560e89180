/**
 * The pool without threads: the caller runs everything itself, with the same results and the same errors.
 *
 * So that timers and `AbortSignal`s get through, it gives way to the event loop whenever a turn's budget is used up.
 *
 * @module
 */
import { errorToWire } from "@instride/core";
import { asSent, type CallerThread, CallerWork, Notes } from "./caller-work.ts";
import { ClosedError, deadlineError } from "./errors.ts";
import { ALL_RAN, type LoopJob, type Pool, type PreparedRun } from "./pool.ts";
import type { LoopOutcome, TaskMessage, TaskOutcome } from "./protocol.ts";
import { runTaskHere } from "./thread.ts";

export class InlinePool implements Pool {
  readonly participants: number = 1;
  readonly #thread: CallerThread;
  #closed = false;

  constructor(thread: CallerThread) {
    this.#thread = thread;
  }

  checkOpen(): void {
    if (this.#closed) throw new ClosedError("cannot go on: the runtime was closed");
  }

  async runLoop(job: LoopJob): Promise<LoopOutcome> {
    this.checkOpen();
    const work = await this.#load(job);
    return work instanceof CallerWork ? this.#run(job, work) : work;
  }

  async prepareLoop(job: LoopJob): Promise<PreparedRun> {
    this.checkOpen();
    const work = await CallerWork.load(job, this.#thread);
    return {
      run: (control) => this.#run({ ...job, ...control }, work, this.#thread.turn.isUsedUpFor(0)),
      runSync: () => {
        this.checkOpen();
        return work.runAlone(job.chunks);
      },
      release: () => {},
    };
  }

  async runTask(message: TaskMessage): Promise<TaskOutcome> {
    this.checkOpen();
    const task = { ...message, args: asSent("the arguments", message.args) };
    return asSent("the result of a task", await runTaskHere(task, this.#thread));
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** The work of a loop, or what came of it: that it could not be begun. */
  async #load(job: LoopJob): Promise<CallerWork | LoopOutcome> {
    try {
      return await CallerWork.load(job, this.#thread);
    } catch (error) {
      return { partials: [], failures: [{ error: errorToWire(error), range: null }] };
    }
  }

  /** Runs all chunks: at once if the turn lasts. @param givesWay - whether it is used up already */
  #run(job: LoopJob, work: CallerWork, givesWay: boolean = false): LoopOutcome | Promise<LoopOutcome> {
    this.checkOpen();
    const notes = new Notes();
    const started = Date.now();
    const next = givesWay ? 0 : this.#runFrom(0, job, work, notes, started);
    return next < 0 ? outcomeOf(notes) : this.#goOn(next, job, work, notes, started);
  }

  async #goOn(from: number, job: LoopJob, work: CallerWork, notes: Notes, started: number): Promise<LoopOutcome> {
    let next = from;
    while (next >= 0) {
      await this.#thread.turn.giveWay();
      this.checkOpen();
      next = this.#runFrom(next, job, work, notes, started);
    }
    return outcomeOf(notes);
  }

  /** Runs chunks for as long as the turn lasts. @returns the chunk to go on with; -1 if there is none */
  #runFrom(from: number, job: LoopJob, work: CallerWork, notes: Notes, started: number): number {
    const { chunks, signal, onProgress, deadlineMs = Number.POSITIVE_INFINITY } = job;
    work.begin(notes, chunks);
    try {
      for (let chunk = from; chunk < chunks.chunkCount; chunk++) {
        if (signal?.aborted === true) return -1;
        if (Date.now() - started > deadlineMs) throw deadlineError(job, chunk, chunk > 0);
        if (!work.run(chunk)) return -1;
        onProgress?.(chunk + 1);
        if (this.#thread.turn.isUsedUp && chunk + 1 < chunks.chunkCount) return chunk + 1;
      }
      return -1;
    } finally {
      work.end();
    }
  }
}

function outcomeOf(notes: Notes): LoopOutcome {
  return notes.isEmpty ? ALL_RAN : notes;
}
