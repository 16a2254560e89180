/**
 * The owner's side of the lanes: it opens jobs, keeps lanes coming, and settles a job once everybody has left it.
 *
 * It knows no platform: how threads are started and how messages travel is its host's business.
 *
 * @module
 */
import { AtomicsPort, type Port } from "@instride/core";
import { type ClosedError, deadlineError, WorkerLostError } from "../errors.ts";
import { targetName } from "../kernel-source.ts";
import type { LoopJob } from "../pool.ts";
import type { KernelTarget, LoopOutcome } from "../protocol.ts";
import { chunkAt } from "../range.ts";
import { type CallerThread, help } from "./caller-help.ts";
import * as caller from "./caller-side.ts";
import { stopJob } from "./lane-side.ts";
import { eventOf, JOBS_MAX, nextTicket } from "./lane-words.ts";
import type { LaneExit } from "./lane.ts";
import type { JobMessage, Registration, RegistrationMessage } from "./messages.ts";
import { OpenJob } from "./open-job.ts";

/** Waits are sliced: whatever wake-up might be lost costs at most so many milliseconds. */
const WAIT_SLICE_MS = 100;

/** How often progress is looked at, in milliseconds. */
const PROGRESS_MS = 50;

/** What a team needs of the platform. */
export interface TeamHost {
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Has some thread become a lane. Settles when it has gone; rejects if no thread can be had. */
  startLane(): Promise<LaneExit>;
  send(lane: number, message: RegistrationMessage): void;
  /** Takes in what lanes have sent, as far as it has arrived. */
  receive(): void;
  /** Ends the thread of a lane. The team is told of its end like of any other. */
  kill(lane: number): void;
  /** Keeps the process alive while there are calls. */
  keepAlive(alive: boolean): void;
}

/** How long a late lane may take to leave by itself, in milliseconds. */
const GRACE_MS = 50;

/** What came of a job, and which chunks are still to be run: their threads have died. */
interface PartialOutcome extends LoopOutcome {
  readonly unfinished: readonly number[];
}

export class LaneTeam {
  readonly laneCount: number;
  readonly #host: TeamHost;
  readonly #port: Port;
  readonly #caller: CallerThread;
  readonly #connected: Set<number> = new Set();
  readonly #jobs: Map<number, OpenJob> = new Map();
  readonly #freeSlots: number[] = Array.from({ length: JOBS_MAX }, (_, slot) => slot);
  readonly #queue: ((slot: number) => void)[] = [];
  readonly #kernels: Map<string, number> = new Map();
  /** What a thread that comes later has to be told. */
  readonly #registrations: Map<number, Registration> = new Map();
  #registered = 0;
  #operands = 0;
  #ticket = 0;
  #lanes = 0;
  #failure: Error | null = null;

  constructor(host: TeamHost, laneCount: number, callerThread: CallerThread) {
    this.#host = host;
    this.#caller = callerThread;
    this.#port = new AtomicsPort(host.words);
    this.laneCount = laneCount;
  }

  /**
   * Runs a job on the lanes.
   *
   * @returns what came of it, once no lane is inside any more
   * @throws {@link WorkerLostError} if a thread died with a chunk of it; {@link ClosedError}
   */
  async run(spec: LoopJob): Promise<LoopOutcome> {
    const slot = this.#freeSlots.pop() ?? (await this.#nextSlot());
    try {
      if (this.#failure !== null) throw this.#failure;
      const outcome = await this.#runIn(slot, spec);
      return outcome.unfinished.length === 0 ? outcome : await this.#runAgain(slot, spec, outcome);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#freeSlots.push(slot);
      else next(slot);
    }
  }

  /** A thread can be sent to from now on. */
  connect(lane: number): void {
    this.#connected.add(lane);
    this.#host.send(lane, { registrations: [...this.#registrations.values()], count: this.#registered });
    // It may be parked already, before a job that it could not know.
    caller.wakeLanes(this.#port, this.laneCount);
  }

  /** A thread has died: it can touch nothing any more. It may have become a lane that has told nobody yet. */
  disconnect(thread: number): void {
    const port = this.#port;
    const lane = caller.laneOf(port, thread);
    if (lane < 0) return;
    this.#connected.delete(lane);
    const { ticket, chunk } = caller.buryLane(port, lane);
    // It may have taken a wake-up with it: whoever is parked looks for the job that this was for.
    caller.wakeLanes(port, this.laneCount);
    const job = this.#jobs.get(ticket);
    if (job !== undefined) {
      const isFinished = chunk >= 0 && caller.isMarked(port, job.slot, ticket, chunk);
      job.lost.push({ lane, chunk: isFinished ? -1 : chunk });
    }
    // All callers: one may wait for this lane to leave that had left, and died before it could say so.
    for (const { slot } of this.#jobs.values()) caller.tellOfDeath(port, slot);
  }

  /** A thread has sent something about a job. */
  deliver(message: JobMessage): void {
    this.#jobs.get(message.ticket)?.deliver(message);
  }

  /** Asks as many lanes to leave as there are tasks that wait for a thread. */
  makeRoom(threads: number): void {
    if (threads > 0) caller.evictLanes(this.#port, threads);
  }

  /** No task waits for a thread any more: lanes that have not left yet stay. */
  keepLanes(): void {
    caller.cancelEvictions(this.#port);
  }

  /** Ends all lanes, and fails every job: those that are open once everybody has left. */
  close(error: ClosedError): void {
    this.#fail(error);
    caller.shutDown(this.#port);
  }

  async #runIn(slot: number, spec: LoopJob): Promise<PartialOutcome> {
    const port = this.#port;
    this.#ticket = nextTicket(this.#ticket);
    const job = new OpenJob(slot, this.#ticket, spec.chunks.chunkCount, spec.deadlineMs);
    const kernel = this.#kernelNumber(spec.kernel);
    const operands = this.#registerOperands(spec);
    this.#jobs.set(job.ticket, job);
    this.#host.keepAlive(true);
    const onAbort = (): void => stopJob(port, slot);
    spec.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      caller.openJob(port, slot, job.ticket, {
        chunks: spec.chunks,
        kernel,
        operands,
        registrations: this.#registered,
      });
      if (spec.signal?.aborted === true) onAbort();
      // At most as many participants as cores.
      caller.wakeLanes(port, Math.min(this.laneCount - (spec.helps ? 1 : 0), job.chunkCount));
      this.#startLanes();
      if (spec.helps) await help(port, job, spec, this.#caller);
      await this.#untilOver(job, spec);
      caller.closeJob(port, slot);
      await this.#untilLeft(job);
      await this.#untilDelivered(job);
    } finally {
      spec.signal?.removeEventListener("abort", onAbort);
      this.#registrations.delete(-operands);
      this.#jobs.delete(job.ticket);
      this.#host.keepAlive(this.#jobs.size > 0);
    }
    return this.#settle(job, spec);
  }

  /** Runs the chunks again that were lost with their threads: once, and one by one. */
  async #runAgain(
    slot: number,
    spec: LoopJob,
    { partials, failures, unfinished }: PartialOutcome,
  ): Promise<LoopOutcome> {
    const all = [...partials];
    for (const chunk of unfinished) {
      const { start, stop } = chunkAt(spec.chunks, chunk);
      const chunks = { start, stop, chunkLength: stop - start, chunkCount: 1 };
      const again = await this.#runIn(slot, {
        ...spec,
        chunks,
        prefixes: spec.prefixes && [spec.prefixes[chunk]],
        helps: false,
        idempotent: false,
        onProgress: undefined,
      });
      if (again.failures.length > 0) return again;
      all.push(...again.partials.map(({ value }) => ({ chunk, value })));
    }
    return { partials: all, failures };
  }

  /** Nothing is left to be started: all chunks are done, or somebody has stopped the job, or died in it. */
  async #untilOver(job: OpenJob, { onProgress }: LoopJob): Promise<void> {
    const port = this.#port;
    const isOver = (): boolean =>
      caller.chunksDone(port, job.slot) === job.chunkCount ||
      caller.isStopped(port, job.slot) ||
      job.lost.length > 0 ||
      this.#isLate(job) ||
      this.#failure !== null;
    if (onProgress === undefined) return this.#until(job, isOver);
    let seen = 0;
    const reportAndLook = (): boolean => {
      const over = isOver();
      const done = caller.chunksDone(port, job.slot);
      if (done === seen) return over;
      seen = done;
      try {
        onProgress(done);
      } catch (error) {
        job.progressError ??= { error };
        stopJob(port, job.slot);
      }
      return over;
    };
    return this.#until(job, reportAndLook, PROGRESS_MS);
  }

  #isLate(job: OpenJob): boolean {
    if (!job.isLate && Date.now() >= job.deadline) {
      job.isLate = true;
      stopJob(this.#port, job.slot);
    }
    return job.isLate;
  }

  /** Nobody is inside. Lanes that are late, and don't leave when they are told, are ended. */
  async #untilLeft(job: OpenJob): Promise<void> {
    const killAt = Date.now() + GRACE_MS;
    const killed = new Set<number>();
    await this.#until(job, () => {
      const inside = this.#lanesInside(job);
      if (job.isLate && Date.now() >= killAt) {
        for (const lane of inside) if (!killed.has(lane)) this.#host.kill(lane);
        for (const lane of inside) killed.add(lane);
      }
      return inside.length === 0;
    });
  }

  /** Looks whether it is so: at each event of the job, and after `sliceMs` at the latest. */
  async #until(job: OpenJob, isSo: () => boolean, sliceMs: number = WAIT_SLICE_MS): Promise<void> {
    for (;;) {
      const event = caller.prepareToWait(this.#port, job.slot);
      if (isSo()) return;
      const untilDeadline = job.isLate ? GRACE_MS : Math.max(1, job.deadline - Date.now());
      await waitAsync(this.#host.words, eventOf(job.slot), event, Math.min(sliceMs, untilDeadline));
    }
  }

  #lanesInside({ ticket }: OpenJob): number[] {
    return [...this.#connected].filter((lane) => caller.isInside(this.#port, lane, ticket));
  }

  /** Messages were sent before their senders left; they may still be on their way. Those of the dead may never come. */
  async #untilDelivered(job: OpenJob): Promise<void> {
    this.#host.receive();
    const sent = caller.messagesSent(this.#port, job.slot);
    if (job.received < sent && job.lost.length === 0) await job.delivered(sent);
  }

  #settle(job: OpenJob, spec: LoopJob): PartialOutcome {
    if (job.progressError !== null) throw job.progressError.error;
    const outcome = job.outcome();
    if (outcome.failures.length > 0) return { ...outcome, unfinished: [] };
    if (this.#failure !== null) throw this.#failure;
    const done = caller.chunksDone(this.#port, job.slot);
    if (job.isLate && done < job.chunkCount) throw deadlineError(spec, done);
    if (job.lost.length === 0) return { ...outcome, unfinished: [] };
    const unfinished = this.#unfinishedChunks(job, spec, outcome);
    if (unfinished.length === 0 || spec.idempotent) return { ...outcome, unfinished };
    const chunks = job.lost.map(({ chunk }) => chunk).filter((chunk) => chunk >= 0);
    const where = chunks.length === 0 ? "" : ` in chunk ${chunks.join(" and ")} of ${job.chunkCount}`;
    throw new WorkerLostError(
      `a thread ended while it ran kernel "${targetName(spec.kernel)}"${where}: what it was to write is undefined; ` +
        "idempotent: true runs its chunks again",
    );
  }

  #unfinishedChunks(job: OpenJob, { collects }: LoopJob, { partials }: LoopOutcome): number[] {
    const all = Array.from({ length: job.chunkCount }, (_, chunk) => chunk);
    // A thread may have died with the results of chunks that it had finished.
    const delivered = new Set(partials.map(({ chunk }) => chunk));
    if (collects) return all.filter((chunk) => !delivered.has(chunk));
    return all.filter((chunk) => !caller.isMarked(this.#port, job.slot, job.ticket, chunk));
  }

  /** A slot that another job leaves. */
  #nextSlot(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#queue.push(resolve);
    return promise;
  }

  #startLanes(): void {
    while (this.#lanes < this.laneCount && this.#failure === null) {
      this.#lanes++;
      this.#host.startLane().then(
        () => this.#laneGone(),
        (error: unknown) => {
          if (error instanceof WorkerLostError) this.#fail(error);
          this.#laneGone();
          // A pool that could not start a thread may be able to next time.
          if (error instanceof WorkerLostError && this.#failure === error) this.#failure = null;
        },
      );
    }
  }

  #laneGone(): void {
    this.#lanes--;
    if (this.#jobs.size > 0) this.#startLanes();
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const job of this.#jobs.values()) {
      job.fail(error);
      stopJob(this.#port, job.slot);
    }
  }

  #kernelNumber(target: KernelTarget): number {
    const key = "name" in target ? `name:${target.name}` : `url:${target.url}`;
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const id = this.#kernels.size + 1;
    this.#kernels.set(key, id);
    this.#register(id, { kind: "kernel", id, target });
    return id;
  }

  /** Without views and arguments there is nothing to tell. */
  #registerOperands({ views, args, grid, prefixes, collects }: LoopJob): number {
    if (
      args === undefined &&
      grid === undefined &&
      prefixes === undefined &&
      !collects &&
      Object.keys(views).length === 0
    )
      return 0;
    const id = ++this.#operands;
    this.#register(-id, { kind: "operands", id, operands: { views, args, grid, prefixes }, collects });
    return id;
  }

  #register(key: number, registration: Registration): void {
    const message = { registrations: [registration], count: this.#registered + 1 };
    for (const lane of this.#connected) this.#host.send(lane, message);
    this.#registered++;
    this.#registrations.set(key, registration);
  }
}

async function waitAsync(
  words: Int32Array<SharedArrayBuffer>,
  word: number,
  expected: number,
  timeoutMs: number,
): Promise<void> {
  const waiting = Atomics.waitAsync(words, word, expected, timeoutMs);
  if (waiting.async) await waiting.value;
}
