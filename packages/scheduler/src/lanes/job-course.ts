/**
 * The course of a job from its opening on: wait until it is over, let nobody enter any more, wait until everybody has
 * left, tell what came of it.
 *
 * @module
 */
import type { AtomicsPort } from "@instride/core";
import { deadlineError, WorkerLostError } from "../errors.ts";
import { targetName } from "../kernel-source.ts";
import type { LoopJob } from "../pool.ts";
import type { LoopOutcome } from "../protocol.ts";
import * as caller from "./caller-side.ts";
import { stopJob } from "./lane-side.ts";
import { eventOf } from "./lane-words.ts";
import type { OpenJob } from "./open-job.ts";

/** Waits are sliced: whatever wake-up might be lost costs at most so many milliseconds. */
const WAIT_SLICE_MS = 100;

/** How often progress is looked at, in milliseconds. */
const PROGRESS_MS = 50;

/** How long a late lane may take to leave by itself, in milliseconds. */
const GRACE_MS = 50;

/**
 * How long a caller that has helped looks again and again whether the others have left, in milliseconds, before it
 * waits to be told: they are in their last chunk.
 */
const SPIN_MS = 0.02;

/** How often it looks before it takes its time. */
const LOOKS_AT_FIRST = 32;

/** Moments of spinning between two looks at the clock. */
const SPINS_PER_LOOK = 8;

/** What a thread may see of the others while it waits without giving way: their deaths are looked for so often, in milliseconds. */
const SYNC_SLICE_MS = 20;

/** What a job's course needs of its team. */
export interface JobTeam {
  readonly port: AtomicsPort;
  /** Lanes that can be told of jobs, and so can be inside one. */
  readonly connected: readonly number[];
  /** How many jobs are not over, but for one that is looked at. */
  readonly otherJobs: number;
  /** Why no job can go on, if it is so. */
  readonly failure: Error | null;
  /** Waits until the word is no longer `expected`, at most `timeoutMs`. */
  wait(word: number, expected: number, timeoutMs: number): Promise<void>;
  /** Takes in what lanes have sent, as far as it has arrived. */
  receive(): void;
  /** Takes in which threads have died, without a turn of the event loop. */
  receiveDeaths(): void;
  /** Ends the thread of a lane. */
  kill(lane: number): void;
  /** Ends lanes that load for a job that is long over. */
  endStuck(): void;
}

/** What came of a job, and which chunks are still to be run: their threads have died. */
export interface PartialOutcome extends LoopOutcome {
  readonly unfinished: readonly number[];
  /** Until when they have to be run, in milliseconds since the epoch. */
  readonly deadline?: number;
}

/** Waits until a job is over, and everybody has left it. @returns what came of it */
export async function finish(team: JobTeam, job: OpenJob, spec: LoopJob): Promise<PartialOutcome> {
  await untilOver(team, job, spec);
  close(team, job);
  await untilLeft(team, job);
  await untilDelivered(team, job);
  return settle(team, job, spec);
}

/** As {@link finish}, without giving way to the event loop. The caller has run every chunk that it could claim. */
export function finishSync(team: JobTeam, job: OpenJob, spec: LoopJob): PartialOutcome {
  untilSync(team, job, () => isOver(team, job));
  close(team, job);
  untilSync(team, job, () => !isAnyInside(team, job));
  team.receive();
  return settle(team, job, spec);
}

/**
 * Ends a job that its caller has helped with, if that needs nobody's news.
 *
 * @returns false if somebody else has a chunk yet, or something has to be told: then {@link finish} goes on
 */
export function finishAtOnce(team: JobTeam, job: OpenJob): boolean {
  const { port } = team;
  if (job.lost.length > 0) return false;
  // Mostly it is so at once: no closure is made for that. Where all chunks are done nobody has failed.
  if (!areAllDone(port, job)) {
    if (caller.isStopped(port, job.slot) || !spinUntil(port, () => areAllDone(port, job))) return false;
  }
  close(team, job);
  if (isAnyInside(team, job) && !spinUntil(port, () => !isAnyInside(team, job))) return false;
  return caller.messagesSent(port, job.slot) === 0 && !job.hasNews;
}

/** Has nobody start a further chunk, and those that run come to an end if they look whether they are to. */
export function giveUp(port: AtomicsPort, { slot, interrupt }: OpenJob): void {
  stopJob(port, slot);
  interrupt?.set();
}

/** Looks again and again, for a short while. */
function spinUntil(port: AtomicsPort, isSo: () => boolean): boolean {
  // At first without a look at the clock, and without a pause: each takes longer than the end of most chunks.
  for (let i = 0; i < LOOKS_AT_FIRST; i++) if (isSo()) return true;
  const end = performance.now() + SPIN_MS;
  while (performance.now() < end) {
    for (let i = 0; i < SPINS_PER_LOOK; i++) {
      port.pause();
      if (isSo()) return true;
    }
  }
  return false;
}

function areAllDone(port: AtomicsPort, { slot, chunkCount }: OpenJob): boolean {
  return caller.chunksDone(port, slot) === chunkCount;
}

function close({ port, otherJobs }: JobTeam, job: OpenJob): void {
  if (job.isClosed) return;
  caller.closeJob(port, job.slot, otherJobs);
  job.isClosed = true;
}

/** Nothing is left to be started: all chunks are done, or somebody has stopped the job, or died in it. */
function isOver(team: JobTeam, job: OpenJob): boolean {
  const { port } = team;
  return (
    caller.chunksDone(port, job.slot) === job.chunkCount ||
    caller.isStopped(port, job.slot) ||
    job.lost.length > 0 ||
    isLate(team, job) ||
    team.failure !== null
  );
}

async function untilOver(team: JobTeam, job: OpenJob, { onProgress }: LoopJob): Promise<void> {
  if (job.isClosed) return;
  if (onProgress === undefined) return until(team, job, () => isOver(team, job));
  let seen = 0;
  const reportAndLook = (): boolean => {
    const over = isOver(team, job);
    const done = caller.chunksDone(team.port, job.slot);
    if (done === seen) return over;
    seen = done;
    try {
      onProgress(done);
    } catch (error) {
      job.progressError ??= { error };
      giveUp(team.port, job);
    }
    return over;
  };
  return until(team, job, reportAndLook, PROGRESS_MS);
}

function isLate({ port }: JobTeam, job: OpenJob): boolean {
  if (!job.isLate && job.deadline !== Number.POSITIVE_INFINITY && Date.now() >= job.deadline) {
    job.isLate = true;
    giveUp(port, job);
  }
  return job.isLate;
}

/**
 * Nobody is inside. Lanes that are late, and don't leave when they are told, are ended, as are those that still load the
 * kernel: a module can take for ever, too.
 */
async function untilLeft(team: JobTeam, job: OpenJob): Promise<void> {
  const killAt = Date.now() + GRACE_MS;
  const killed = new Set<number>();
  const mustGo = (lane: number): boolean =>
    caller.isInside(team.port, lane, job.ticket) || caller.loadingFor(team.port, lane) === job.ticket;
  await until(team, job, () => {
    if (!job.isLate) return !isAnyInside(team, job);
    const late = team.connected.filter(mustGo);
    if (late.length > 0 && Date.now() >= killAt) {
      for (const lane of late) if (!killed.has(lane)) team.kill(lane);
      for (const lane of late) killed.add(lane);
    }
    return late.length === 0;
  });
}

function isAnyInside({ port, connected }: JobTeam, { ticket }: OpenJob): boolean {
  for (const lane of connected) if (caller.isInside(port, lane, ticket)) return true;
  return false;
}

/** Looks whether it is so: at each event of the job, and after `sliceMs` at the latest. */
async function until(team: JobTeam, job: OpenJob, isSo: () => boolean, sliceMs: number = WAIT_SLICE_MS): Promise<void> {
  for (;;) {
    const event = caller.prepareToWait(team.port, job.slot);
    if (isSo()) return;
    const untilDeadline = job.isLate ? GRACE_MS : Math.max(1, job.deadline - Date.now());
    await team.wait(eventOf(job.slot), event, Math.min(sliceMs, untilDeadline));
    team.endStuck();
  }
}

function untilSync(team: JobTeam, job: OpenJob, isSo: () => boolean): void {
  for (;;) {
    const event = caller.prepareToWait(team.port, job.slot);
    if (isSo()) return;
    // Pairs with the notify in `signalCaller`.
    if (team.port.wait(eventOf(job.slot), event, SYNC_SLICE_MS) === "timed-out") team.receiveDeaths();
  }
}

/** Messages were sent before their senders left; they may still be on their way. Those of the dead may never come. */
async function untilDelivered(team: JobTeam, job: OpenJob): Promise<void> {
  team.receive();
  const sent = caller.messagesSent(team.port, job.slot);
  if (job.received < sent && job.lost.length === 0) await job.delivered(sent);
}

function settle(team: JobTeam, job: OpenJob, spec: LoopJob): PartialOutcome {
  if (job.progressError !== null) throw job.progressError.error;
  const outcome = job.outcome();
  if (outcome.failures.length > 0) return { ...outcome, unfinished: [] };
  if (team.failure !== null) throw team.failure;
  const done = caller.chunksDone(team.port, job.slot);
  // A body that was told to end early counts its chunk, whatever is missing of it.
  if (job.isLate && (done < job.chunkCount || job.interrupt !== null)) {
    // Who is out of a chunk in time has counted it, and who is not was ended in it.
    const hasBegun = spec.runsAgain === true || done > 0 || job.lost.some(({ chunk }) => chunk >= 0);
    throw deadlineError(spec, done, hasBegun);
  }
  if (job.lost.length === 0) return { ...outcome, unfinished: [] };
  const unfinished = unfinishedChunks(team, job, spec, outcome);
  if (unfinished.length === 0 || spec.idempotent) return { ...outcome, unfinished, deadline: job.deadline };
  const chunks = job.lost.map(({ chunk }) => chunk).filter((chunk) => chunk >= 0);
  const where = chunks.length === 0 ? "" : ` in chunk ${chunks.join(" and ")} of ${job.chunkCount}`;
  throw new WorkerLostError(
    `a thread ended while it ran kernel "${targetName(spec.kernel)}"${where}: what it was to write is undefined; ` +
      "idempotent: true runs its chunks again",
  );
}

function unfinishedChunks({ port }: JobTeam, job: OpenJob, { collects }: LoopJob, { partials }: LoopOutcome): number[] {
  const all = Array.from({ length: job.chunkCount }, (_, chunk) => chunk);
  // A thread may have died with the results of chunks that it had finished.
  const delivered = new Set(partials.map(({ chunk }) => chunk));
  if (collects) return all.filter((chunk) => !delivered.has(chunk));
  return all.filter((chunk) => !caller.isMarked(port, job.slot, job.ticket, chunk));
}
