/**
 * The caller's side of the protocol: open a job, wait for news of it, close it, make sure that everybody has left.
 *
 * Only the owner's thread calls these. Every access to shared memory goes through the port.
 *
 * @module
 */
import type { Port } from "@instride/core";
import { segmentStart } from "../range.ts";
import { type JobRecord, setWord, writeRecord } from "./job-record.ts";
import { signalCaller } from "./lane-side.ts";
import {
  chunkOf,
  claimOf,
  doneOf,
  eventOf,
  EVICTIONS,
  GENERATION,
  insideOf,
  LANES_MAX,
  loadingOf,
  markOf,
  messagesOf,
  nextOf,
  SEVERAL_OPEN,
  parkedOf,
  SHUTDOWN,
  SLEEPERS,
  spinningOf,
  SPINNERS,
  stopOf,
  ticketOf,
  waiterOf,
} from "./lane-words.ts";

/**
 * Opens a job in a free slot. Nobody is inside it: the last one in this slot was closed and left by all.
 *
 * @param others - how many jobs are open beside it
 */
export function openJob(port: Port, job: number, ticket: number, record: JobRecord, others: number): void {
  writeRecord(port, job, record);
  const { chunkCount, segmentCount } = record.chunks;
  for (let segment = 0; segment < segmentCount; segment++)
    port.store(nextOf(job, segment), segmentStart(chunkCount, segmentCount, segment));
  port.store(doneOf(job), 0);
  setWord(port, stopOf(job), 0);
  setWord(port, messagesOf(job), 0);
  setWord(port, waiterOf(job), 0);
  // Everything above happened before a lane sees the ticket. Pairs with the loads in `workIn` and `enterJob`.
  port.store(ticketOf(job), ticket);
  if (others > 0) port.store(SEVERAL_OPEN, 1);
}

/** Makes idle lanes look for news, `count` of them at most. */
export function wakeLanes(port: Port, count: number): void {
  // The news was stored before. Pairs with `park`: the wait sees the new generation, or this sees the sleeper.
  port.add(GENERATION, 1);
  if (port.load(SLEEPERS) === 0) return;
  // Those that spin see it without being woken. Pairs with `spin`.
  const spinners = port.load(SPINNERS);
  if (spinners < count) port.notify(GENERATION, count - spinners);
}

/** Chunks that are finished. */
export function chunksDone(port: Port, job: number): number {
  return port.load(doneOf(job));
}

/** Messages that were sent to the caller about the job. To be asked once everybody has left. */
export function messagesSent(port: Port, job: number): number {
  return port.load(messagesOf(job));
}

/** True once a participant has stopped the job. */
export function isStopped(port: Port, job: number): boolean {
  return port.load(stopOf(job)) !== 0;
}

/** Lets nobody enter a job any more. Who is inside stays, until it has left by itself. */
export function closeJob(port: Port, job: number, others: number): void {
  // Close, then look who is inside. Pairs with `enterJob`.
  port.store(ticketOf(job), 0);
  if (others < 2 && port.load(SEVERAL_OPEN) !== 0) port.store(SEVERAL_OPEN, 0);
}

/** True while a lane is inside the job of a ticket. */
export function isInside(port: Port, lane: number, ticket: number): boolean {
  return port.load(insideOf(lane)) === ticket;
}

/** The ticket of the job that a lane loads a module for; 0 for none. */
export function loadingFor(port: Port, lane: number): number {
  return port.load(loadingOf(lane));
}

/**
 * Says that the caller is going to wait, and gives the event that it has to wait on: `wait(eventOf(job), event)`.
 * What it waits for is to be looked at between this call and the wait.
 */
export function prepareToWait(port: Port, job: number): number {
  // Stored before the caller looks for news. Pairs with the load in `signalCaller`.
  port.store(waiterOf(job), 1);
  return port.load(eventOf(job));
}

/** True if the chunk was finished in the job of a ticket. To be asked once everybody has left. */
export function isMarked(port: Port, job: number, ticket: number, chunk: number): boolean {
  return port.readPlain(markOf(job, chunk)) === ticket;
}

/** Asks `count` lanes to leave. */
export function evictLanes(port: Port, count: number): void {
  port.add(EVICTIONS, count);
  wakeLanes(port, Number.MAX_SAFE_INTEGER);
}

/** Requests to leave that no lane has followed yet. */
export function openEvictions(port: Port): number {
  return port.load(EVICTIONS);
}

/** Takes back the requests to leave that no lane has followed. */
export function cancelEvictions(port: Port): void {
  port.store(EVICTIONS, 0);
}

/** Asks all lanes to leave. */
export function shutDown(port: Port): void {
  port.store(SHUTDOWN, 1);
  wakeLanes(port, Number.MAX_SAFE_INTEGER);
}

/** The lane that a thread has claimed, or -1. */
export function laneOf(port: Port, thread: number): number {
  for (let lane = 0; lane < LANES_MAX; lane++) if (port.load(claimOf(lane)) === thread) return lane;
  return -1;
}

/** What a lane was doing when it died. */
export interface LastWords {
  /** The job that it was inside of; 0 for none. */
  readonly ticket: number;
  /** The chunk that it ran, or had just finished: then it is marked; -1 for none. */
  readonly chunk: number;
}

/** Clears up after a lane whose thread can run no more. */
export function buryLane(port: Port, lane: number): LastWords {
  const lastWords = { ticket: port.load(insideOf(lane)), chunk: port.load(chunkOf(lane)) - 1 };
  if (port.load(parkedOf(lane)) !== 0) {
    port.store(parkedOf(lane), 0);
    port.sub(SLEEPERS, 1);
  }
  if (port.load(spinningOf(lane)) !== 0) {
    port.store(spinningOf(lane), 0);
    port.sub(SPINNERS, 1);
  }
  port.store(chunkOf(lane), 0);
  port.store(loadingOf(lane), 0);
  port.store(insideOf(lane), 0);
  // Last: from here on another thread may have the lane.
  port.store(claimOf(lane), 0);
  return lastWords;
}

/** Wakes the caller of a job, which a lane may have died in, or before it could say that it had left. */
export function tellOfDeath(port: Port, job: number): void {
  signalCaller(port, job);
}
