/**
 * What a lane does: look for jobs, serve them chunk by chunk, park when there is none, go when it has been idle.
 *
 * It knows neither threads nor messages: what a job's numbers stand for, and how failures reach the caller, is its
 * host's business.
 *
 * @module
 */
import type { Port } from "@instride/core";
import {
  CALLER,
  claimChunk,
  enterJob,
  finishChunk,
  generation,
  isShutDown,
  leaveJob,
  noteChunk,
  noteNoChunk,
  othersAreOpen,
  park,
  spin,
  spinsAfter,
  startClaims,
  stopJob,
  takeEviction,
  workIn,
} from "./lane-side.ts";
import { cutOf, JOBS_MAX, registrationsOf } from "./lane-words.ts";

/** A job as a participant works on it, while it is inside. */
export interface JobWork {
  /**
   * Runs the body on a chunk.
   *
   * @returns false if it failed, and the caller has been sent why
   */
  run(chunk: number): boolean;
  /** Gives the operands back. Called before the lane leaves the job. */
  end(): void;
}

/** What a lane needs of the thread that it lives on. */
export interface LaneHost {
  readonly port: Port;
  readonly lane: number;
  /** How long it stays without work, in milliseconds. */
  readonly idleMs: number;
  /** Begins to look for work again and again: what it returns is asked whether to go on, and spends a moment. */
  startSpin(): () => boolean;
  /**
   * Takes in registrations until `count` have been.
   *
   * @returns false if it can't yet: something has not arrived
   */
  register(count: number): boolean;
  /** True if a job was met whose kernel has to be loaded: not while the lane is in its loop. */
  readonly mustLoad: boolean;
  /**
   * Makes the work of the job that the lane is inside of.
   *
   * @returns "later" if its kernel has to be loaded first; null if it failed, and the caller has been sent why
   */
  work(job: number, ticket: number): JobWork | "later" | null;
}

/** Why a lane has gone. */
export type LaneExit = "idle" | "evicted" | "shut down" | "to load" | "died";

/** Stays until there is no more work, or the thread is wanted for something else. */
export function runLane(host: LaneHost): LaneExit {
  const { port, lane } = host;
  const course = startCourse(lane);
  for (;;) {
    const found = lookForWork(host, course);
    if (found === "more") continue;
    if (found !== "nothing") return found;
    // Whoever counts on lanes counts their stays, not the threads: news that comes now has another one started.
    if (park(port, lane, course.seen, host.idleMs) && generation(port) === course.seen) return "idle";
    wakeUp(port, course);
  }
}

/** How far a lane has come, from one look for work to the next. */
export interface LaneCourse {
  /** The generation that it saw before it looked. */
  seen: number;
  /** The slot to begin with. */
  cursor: number;
  /** Whether it looks for a while before it parks. */
  spins: boolean;
}

export function startCourse(lane: number): LaneCourse {
  return { seen: 0, cursor: lane % JOBS_MAX, spins: false };
}

/**
 * Looks for work once, and serves a job if it finds one.
 *
 * @returns "more" if there may be more, "nothing" if the lane is to wait while the generation is `course.seen`; else why
 *   it has to go
 */
export function lookForWork(host: LaneHost, course: LaneCourse): LaneExit | "more" | "nothing" {
  const { port, lane } = host;
  course.seen = generation(port);
  if (isShutDown(port)) return "shut down";
  if (takeEviction(port)) return "evicted";
  const served = serveNextJob(host, course.cursor);
  if (host.mustLoad) return "to load";
  if (served >= 0) {
    // The next job of a caller that runs one after the other is in the same slot.
    course.cursor = othersAreOpen(port) ? (served + 1) % JOBS_MAX : served;
    course.spins = spinsAfter(port, served);
    return "more";
  }
  if (course.spins && spin(port, lane, course.seen, host.startSpin())) return "more";
  course.spins = false;
  return "nothing";
}

/** After a wait. Others may have dealt with the news by now: where jobs follow each other the next is not far. */
export function wakeUp(port: Port, course: LaneCourse): void {
  course.spins = spinsAfter(port, course.cursor);
}

/** Serves the next job that has work, from slot `cursor` on. @returns its slot, or -1 if there is none */
export function serveNextJob(host: LaneHost, cursor: number): number {
  const { port, lane } = host;
  for (let i = 0; i < JOBS_MAX; i++) {
    const job = (cursor + i) % JOBS_MAX;
    const ticket = workIn(port, job);
    if (ticket === 0 || !host.register(port.load(registrationsOf(job)))) continue;
    if (!enterJob(port, lane, job, ticket)) continue;
    const isServed = serveJob(host, job, ticket);
    leaveJob(port, lane, job);
    if (isServed) return job;
  }
  return -1;
}

/**
 * Works on the job that the lane is inside of. One call for each job, so that the engine can replace this loop's code
 * at its entry: inside the endless loop of the lane it would stay what it was compiled to first.
 *
 * @returns false if it can't be worked on yet
 */
function serveJob(host: LaneHost, job: number, ticket: number): boolean {
  const { port, lane } = host;
  const work = host.work(job, ticket);
  if (work === "later") return false;
  if (work === null) {
    stopJob(port, job);
    return true;
  }
  serveChunks(port, job, ticket, work, lane);
  work.end();
  noteNoChunk(port, lane);
  return true;
}

function serveChunks(port: Port, job: number, ticket: number, work: JobWork, lane: number): void {
  const claims = startClaims(port.load(cutOf(job)), lane);
  for (;;) {
    const chunk = claimChunk(port, job, claims);
    if (chunk < 0) return;
    noteChunk(port, lane, chunk);
    if (!work.run(chunk)) {
      stopJob(port, job);
      return;
    }
    finishChunk(port, job, ticket, chunk, claims.chunkCount);
    if (othersAreOpen(port)) return;
  }
}

/**
 * Works on a job as its caller: the same, without a lane of its own.
 *
 * @param goesOn - is asked after each chunk
 * @returns how many chunks it ran
 */
export function helpJob(port: Port, job: number, ticket: number, work: JobWork, goesOn: () => boolean): number {
  // Its own word: nobody else has written it since.
  const claims = startClaims(port.readPlain(cutOf(job)), CALLER);
  for (let ran = 0; ;) {
    const chunk = claimChunk(port, job, claims);
    if (chunk < 0) return ran;
    if (!work.run(chunk)) {
      stopJob(port, job);
      return ran;
    }
    finishChunk(port, job, ticket, chunk, claims.chunkCount);
    ran++;
    if (!goesOn()) return ran;
  }
}
