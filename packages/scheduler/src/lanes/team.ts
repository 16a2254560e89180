/**
 * The owner's side of the lanes: it opens jobs, keeps lanes coming, and settles a job once everybody has left it.
 *
 * It knows no platform: how threads are started and how messages travel is its host's business.
 *
 * @module
 */
import { AtomicsPort } from "@instride/core";
import { type CallerThread, CallerWork } from "../caller-work.ts";
import { type ClosedError, WorkerLostError } from "../errors.ts";
import { ALL_RAN, type LoopJob, type PreparedRun, type RunControl } from "../pool.ts";
import { targetName } from "../kernel-source.ts";
import type { LoopOutcome } from "../protocol.ts";
import { chunkAt, type ChunkedRange, evenChunks } from "../range.ts";
import { helpFor, refuseHelp } from "./caller-help.ts";
import * as caller from "./caller-side.ts";
import { finish, finishAtOnce, finishSync, giveUp, type JobTeam, type PartialOutcome } from "./job-course.ts";
import { workIn } from "./lane-side.ts";
import { JobSlots } from "./job-slots.ts";
import { nextTicket } from "./lane-words.ts";
import type { LaneExit } from "./lane.ts";
import { LaneStays } from "./lane-stays.ts";
import type { JobMessage, RegistrationMessage } from "./messages.ts";
import { OpenJob } from "./open-job.ts";
import { Pace } from "./pace.ts";
import { Registrations } from "./registrations.ts";

/** What a team needs of the platform. */
export interface TeamHost {
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Has some thread become a lane. Settles when it has gone; rejects if no thread can be had. */
  startLane(): Promise<LaneExit>;
  send(lane: number, message: RegistrationMessage): void;
  /** Takes in what lanes have sent, as far as it has arrived. */
  receive(): void;
  /** Whether the platform can tell a thread's death without a turn of the event loop. */
  readonly seesDeaths: boolean;
  /** Whether one lane less has to come where the caller helps: not where the first that is woken waits for its core. */
  readonly callerStandsIn: boolean;
  /** Takes in which threads have died, if the platform can tell. */
  receiveDeaths(): void;
  /** Ends the thread of a lane. The team is told of its end like of any other. */
  kill(lane: number): void;
  /** Keeps the process alive while there are calls. */
  keepAlive(alive: boolean): void;
}

/** So many threads for each lane may die, one after the other, while a job makes no progress. */
const DEATHS_MAX = 3;

/** How long a lane may go on loading a module for a job that is over, in milliseconds. */
const STUCK_MS = 1000;
const always = (): boolean => true;

/** A loop that is run often: its kernel and operands are known to every thread, by their numbers. */
interface PreparedJob {
  readonly spec: LoopJob;
  readonly kernel: number;
  readonly operands: number;
  /** What the caller does in it; null if it takes no part. */
  readonly work: CallerWork | null;
  readonly pace: Pace;
  /** Whether the caller's turn of the event loop lasts: asked after each chunk. */
  readonly goesOn: () => boolean;
}

export class LaneTeam implements JobTeam {
  readonly laneCount: number;
  readonly port: AtomicsPort;
  connected: readonly number[] = [];
  readonly #host: TeamHost;
  readonly #caller: CallerThread;
  readonly #slots: JobSlots = new JobSlots();
  readonly #registrations: Registrations;
  readonly #stays: LaneStays;
  #ticket = 0;
  /** Lanes that load a module for a job that is over. */
  readonly #stuck: Map<number, { readonly ticket: number; readonly since: number }> = new Map();
  /** Jobs that are waited for. */
  #pending = 0;
  #failure: Error | null = null;

  constructor(host: TeamHost, laneCount: number, callerThread: CallerThread) {
    this.#host = host;
    this.#caller = callerThread;
    this.port = new AtomicsPort(host.words);
    this.laneCount = laneCount;
    this.#stays = new LaneStays(
      () => host.startLane(),
      (error) => this.#stayEnded(error),
    );
    this.#registrations = new Registrations((message) => {
      for (const lane of this.connected) host.send(lane, message);
    });
  }

  /** Part of {@link JobTeam}. */
  get otherJobs(): number {
    return this.#slots.count - 1;
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /**
   * Runs a job on the lanes.
   *
   * @returns what came of it, once no lane is inside any more
   * @throws {@link WorkerLostError} if a thread died with a chunk of it; {@link ClosedError}
   */
  async run(spec: LoopJob): Promise<LoopOutcome> {
    const slot = await this.#takeSlot();
    try {
      const outcome = await this.#runIn(slot, spec);
      return outcome.unfinished.length === 0 ? outcome : await this.#runAgain(slot, spec, outcome);
    } finally {
      this.#jobIsOver(slot);
    }
  }

  /** Makes a job ready to be run often: what has to be loaded, checked and told to threads is then done once. */
  async prepare(spec: LoopJob): Promise<PreparedRun> {
    const work = spec.helps ? await CallerWork.load(spec, this.#caller) : null;
    const kernel = this.#registrations.kernelNumber(spec.kernel);
    const operands = this.#registrations.operandsNumber(spec, spec.collects, true);
    const pace = new Pace(spec, this.laneCount);
    const goesOn = (): boolean => !this.#caller.turn.isUsedUpFor(pace.estimateMs);
    const prepared: PreparedJob = { spec, kernel, operands, work, pace, goesOn };
    return {
      run: (control) => this.#runPrepared(prepared, control),
      runSync: () => this.#runPreparedSync(prepared),
      release: () => {
        this.#registrations.dropOperands(operands);
        this.#registrations.endKernel(spec.kernel);
      },
    };
  }

  /** A thread can be sent to from now on. */
  connect(lane: number): void {
    this.connected = [...this.connected.filter((other) => other !== lane), lane];
    this.#host.send(lane, this.#registrations.all);
    // It may be parked already, before a job that it could not know.
    caller.wakeLanes(this.port, this.laneCount);
  }

  /** A thread has died: it can touch nothing any more. It may have become a lane that has told nobody yet. */
  disconnect(thread: number): void {
    const { port } = this;
    const lane = caller.laneOf(port, thread);
    if (lane < 0) return;
    this.connected = this.connected.filter((other) => other !== lane);
    this.#stuck.delete(lane);
    const { ticket, chunk } = caller.buryLane(port, lane);
    // It may have taken a wake-up with it: whoever is parked looks for the job that this was for.
    caller.wakeLanes(port, this.laneCount);
    const job = this.#slots.jobOf(ticket);
    if (job !== undefined) {
      const isFinished = chunk >= 0 && caller.isMarked(port, job.slot, ticket, chunk);
      job.lost = [...job.lost, { lane, chunk: isFinished ? -1 : chunk }];
    }
    for (const open of this.#slots.jobs) this.#countDeath(open);
    // All callers: one may wait for this lane to leave that had left, and died before it could say so.
    for (const { slot } of this.#slots.jobs) caller.tellOfDeath(port, slot);
  }

  /** Threads may die before they come to a job, for what they do for it: load its module. That has to have an end. */
  #countDeath(job: OpenJob): void {
    const done = caller.chunksDone(this.port, job.slot);
    if (job.countDeath(done) < DEATHS_MAX * this.laneCount) return;
    const kernel = targetName(job.kernel);
    job.fail(
      new WorkerLostError(`${DEATHS_MAX * this.laneCount} threads ended before they could run kernel "${kernel}"`),
    );
    giveUp(this.port, job);
  }

  /** A thread has sent something about a job. */
  deliver(message: JobMessage): void {
    this.#slots.jobOf(message.ticket)?.deliver(message);
  }

  /** Asks as many lanes to leave as there are tasks that wait for a thread. */
  makeRoom(threads: number): void {
    const missing = threads - caller.openEvictions(this.port);
    if (missing > 0) caller.evictLanes(this.port, missing);
  }

  /** No task waits for a thread any more: lanes that have not left yet stay. */
  keepLanes(): void {
    caller.cancelEvictions(this.port);
  }

  /** Ends all lanes, and fails every job: those that are open once everybody has left. */
  close(error: ClosedError): void {
    this.#fail(error);
    caller.shutDown(this.port);
  }

  /** Part of {@link JobTeam}. */
  wait(word: number, expected: number, timeoutMs: number): Promise<void> {
    return this.port.change(word, expected, timeoutMs);
  }

  /** Part of {@link JobTeam}. */
  receive(): void {
    this.#host.receive();
  }

  /** Part of {@link JobTeam}. */
  receiveDeaths(): void {
    this.#host.receiveDeaths();
  }

  /** Part of {@link JobTeam}. */
  kill(lane: number): void {
    this.#host.kill(lane);
  }

  /**
   * Part of {@link JobTeam}: a lane that loads a module for a job that is over may be in it for ever, and is missing for
   * all others.
   */
  endStuck(): void {
    for (const lane of this.connected) {
      const ticket = caller.loadingFor(this.port, lane);
      if (ticket === 0 || this.#slots.jobOf(ticket) !== undefined) this.#stuck.delete(lane);
      else if (this.#stuck.get(lane)?.ticket !== ticket) this.#stuck.set(lane, { ticket, since: Date.now() });
      else if (Date.now() - this.#stuck.get(lane)!.since >= STUCK_MS) this.kill(lane);
    }
  }

  async #runIn(slot: number, spec: LoopJob): Promise<PartialOutcome> {
    const kernel = this.#registrations.kernelNumber(spec.kernel);
    const operands = this.#registrations.operandsNumber(spec, spec.collects, false);
    try {
      const job = this.#open(slot, spec, spec.chunks, kernel, operands);
      return await this.#finish(job, spec, spec.helps ? this.#loadWork(job, spec) : null);
    } finally {
      this.#registrations.forgetOperands(operands);
      this.#registrations.endKernel(spec.kernel);
    }
  }

  async #loadWork(job: OpenJob, spec: LoopJob): Promise<CallerWork | null> {
    try {
      return await CallerWork.load(spec, this.#caller);
    } catch (error) {
      refuseHelp(this.port, job, error);
      return null;
    }
  }

  /** Runs a prepared job, without giving way if the caller can do it with those lanes that come in time. */
  #runPrepared(prepared: PreparedJob, control: RunControl): LoopOutcome | Promise<LoopOutcome> {
    const { spec, work, pace } = prepared;
    if (work === null || control.onProgress !== undefined || this.#failure !== null) {
      return this.#runPreparedLater(prepared, control);
    }
    const { turn } = this.#caller;
    if (turn.isUsedUpFor(pace.estimateMs)) return this.#runPreparedLater(prepared, control);
    if (pace.isInline) return this.#runAlone(prepared, work);
    const slot = this.#slots.takeFree();
    if (slot === undefined) return this.#runPreparedLater(prepared, control);
    const chunks = pace.cut();
    const job = this.#open(slot, spec, chunks, prepared.kernel, prepared.operands);
    if (this.#help(job, chunks, work, pace.isShort ? always : prepared.goesOn, pace) && finishAtOnce(this, job)) {
      this.#jobIsOver(slot);
      return ALL_RAN;
    }
    return this.#runPreparedOn(job, { ...spec, ...control, chunks }, work);
  }

  async #runPreparedLater(
    { spec, kernel, operands, work, pace }: PreparedJob,
    control: RunControl,
  ): Promise<LoopOutcome> {
    const { turn } = this.#caller;
    if (turn.isUsedUp) await turn.giveWay();
    const slot = await this.#takeSlot();
    // Cut as asked for where progress is told.
    const chunks = control.onProgress === undefined ? pace.cut() : spec.chunks;
    const job = this.#open(slot, spec, chunks, kernel, operands);
    return this.#runPreparedOn(job, { ...spec, ...control, chunks }, work);
  }

  /** Goes on with an open job, and gives its slot back. */
  async #runPreparedOn(job: OpenJob, spec: LoopJob, work: CallerWork | null): Promise<LoopOutcome> {
    try {
      const outcome = await this.#finish(job, spec, work);
      return outcome.unfinished.length === 0 ? outcome : await this.#runAgain(job.slot, spec, outcome);
    } finally {
      this.#jobIsOver(job.slot);
    }
  }

  /** Runs a prepared job without ever giving way. */
  #runPreparedSync(prepared: PreparedJob): LoopOutcome {
    const { work, pace, kernel, operands } = prepared;
    if (this.#failure !== null) throw this.#failure;
    if (work === null) throw new Error("internal: a caller that takes no part can't run a loop synchronously");
    // Inside of a body, which runs on this very thread, and where nobody would be told of a thread's death.
    const isAlone = pace.isInline || this.#caller.depth > 0 || !this.#host.seesDeaths;
    const slot = isAlone ? undefined : this.#slots.takeFree();
    if (slot === undefined) return this.#runAlone(prepared, work);
    const chunks = pace.cut();
    const job = this.#open(slot, prepared.spec, chunks, kernel, operands);
    try {
      if (this.#help(job, chunks, work, always, pace) && finishAtOnce(this, job)) return ALL_RAN;
      const outcome = finishSync(this, job, prepared.spec);
      return outcome.unfinished.length === 0 ? outcome : work.runAlone(chunks, outcome.unfinished);
    } finally {
      this.#jobIsOver(slot);
    }
  }

  #runAlone({ spec, pace }: PreparedJob, work: CallerWork): LoopOutcome {
    const start = pace.startRun();
    const outcome = work.runAlone(spec.chunks);
    pace.endRun(start, 1);
    return outcome;
  }

  /** Opens a job, and has lanes come. */
  #open(slot: number, spec: LoopJob, chunks: ChunkedRange, kernel: number, operands: number): OpenJob {
    const { helps } = spec;
    this.#ticket = nextTicket(this.#ticket);
    // At most as many participants as cores.
    const lanesWanted = Math.min(this.laneCount - (helps && this.#host.callerStandsIn ? 1 : 0), chunks.chunkCount);
    const job = new OpenJob(slot, this.#ticket, spec, chunks.chunkCount, lanesWanted);
    this.#slots.put(job);
    const { count } = this.#registrations;
    const record = { chunks, kernel, operands, registrations: count, spins: helps };
    caller.openJob(this.port, slot, job.ticket, record, this.otherJobs);
    caller.wakeLanes(this.port, lanesWanted);
    // To start threads takes longer than many loops: a caller that helps has its part first.
    if (!helps && this.#failure === null) this.#stays.start(lanesWanted);
    return job;
  }

  /** Helps with a job. @returns false if it could not, or something came of it that has to be told */
  #help(job: OpenJob, chunks: ChunkedRange, work: CallerWork, goesOn: () => boolean, pace: Pace | null): boolean {
    try {
      const isShort = this.#stays.count < job.lanesWanted;
      const started = isShort ? performance.now() : 0;
      const start = pace?.startRun() ?? -1;
      const ran = helpFor(this.port, job, chunks, work, goesOn);
      pace?.endRun(start, ran / job.chunkCount);
      if (isShort) this.#stays.startFor(this.#leftMs(job, ran, performance.now() - started), job.lanesWanted);
      return !job.hasNews;
    } catch (error) {
      refuseHelp(this.port, job, error);
      return false;
    }
  }

  /** About how long the rest of a job takes one thread, which has run some chunks of it. */
  #leftMs(job: OpenJob, ran: number, ms: number): number {
    return ran === 0 ? ms : ((job.chunkCount - caller.chunksDone(this.port, job.slot)) * ms) / ran;
  }

  /** Helps on with an open job, waits until it is over, and until everybody has left. */
  async #finish(
    job: OpenJob,
    spec: LoopJob,
    working: CallerWork | Promise<CallerWork | null> | null,
  ): Promise<PartialOutcome> {
    const onAbort = (): void => giveUp(this.port, job);
    spec.signal?.addEventListener("abort", onAbort, { once: true });
    if (spec.signal?.aborted === true) onAbort();
    if (this.#failure !== null) onAbort();
    this.#host.keepAlive(++this.#pending > 0);
    try {
      const work = await working;
      if (work !== null && !job.isClosed) await this.#helpOn(job, spec, work);
      return await finish(this, job, spec);
    } finally {
      spec.signal?.removeEventListener("abort", onAbort);
      spec.interrupt?.clear();
      this.#slots.clear(job.slot);
      this.#host.keepAlive(--this.#pending > 0);
    }
  }

  /** Helps with an open job until no chunk is left to be claimed, and gives way between turns. */
  async #helpOn(job: OpenJob, spec: LoopJob, work: CallerWork): Promise<void> {
    const { turn } = this.#caller;
    while (workIn(this.port, job.slot) !== 0) {
      if (turn.isUsedUp) await turn.giveWay();
      this.#help(job, spec.chunks, work, () => !turn.isUsedUp, null);
    }
  }

  /** Runs the chunks again that were lost with their threads: once, and one by one. */
  async #runAgain(
    slot: number,
    spec: LoopJob,
    { partials, failures, unfinished, deadline = Number.POSITIVE_INFINITY }: PartialOutcome,
  ): Promise<LoopOutcome> {
    const all = [...partials];
    const once = { helps: false, idempotent: false, runsAgain: true, onProgress: undefined };
    for (const chunk of unfinished) {
      const range = chunkAt(spec.chunks, chunk);
      const chunks = evenChunks(range, range.stop - range.start);
      const again = await this.#runIn(slot, {
        ...spec,
        ...once,
        chunks,
        prefixes: spec.prefixes && [spec.prefixes[chunk]],
        deadlineMs: spec.deadlineMs === undefined ? undefined : Math.max(0, deadline - Date.now()),
      });
      if (again.failures.length > 0) return again;
      all.push(...again.partials.map(({ value }) => ({ chunk, value })));
    }
    return { partials: all, failures };
  }

  /** A slot, once there is a free one. @throws what keeps all jobs from going on */
  async #takeSlot(): Promise<number> {
    const slot = await this.#slots.take();
    if (this.#failure === null) return slot;
    this.#slots.give(slot);
    throw this.#failure;
  }

  /** A job is over: lanes that were put off are started, when its caller has had the turn. */
  #jobIsOver(slot: number): void {
    this.#slots.give(slot);
    if (this.#stays.hasPutOff) this.#stays.startPutOff(() => this.#failure !== null);
  }

  /** A lane has gone, or could not be had: then all jobs fail. */
  #stayEnded(error: unknown): void {
    const isLost = error instanceof WorkerLostError;
    if (isLost) this.#fail(error);
    if (this.#failure === null)
      this.#stays.start(Math.max(0, ...this.#slots.jobs.map(({ lanesWanted }) => lanesWanted)));
    // A pool that could not start a thread may be able to next time.
    if (isLost && this.#failure === error) this.#failure = null;
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const job of this.#slots.jobs) {
      job.fail(error);
      giveUp(this.port, job);
    }
  }
}
