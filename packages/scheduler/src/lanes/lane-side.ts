/**
 * The lane's side of the protocol: enter a job, claim and finish chunks, leave, park, go.
 *
 * Every access to shared memory goes through the port, so that tests can run these very functions under every
 * interleaving.
 *
 * @module
 */
import type { Port } from "@instride/core";
import { segmentStart } from "../range.ts";
import {
  chunkCountIn,
  chunkOf,
  claimOf,
  cutOf,
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
  segmentCountIn,
  SHUTDOWN,
  SLEEPERS,
  SPINNERS,
  spinningOf,
  spinsOf,
  stopOf,
  ticketOf,
  waiterOf,
} from "./lane-words.ts";

/**
 * Claims a lane for the calling thread.
 *
 * @param thread - its id: positive, and of no other living thread
 * @returns the lane, or -1 if all are taken
 */
export function claimLane(port: Port, thread: number): number {
  for (let lane = 0; lane < LANES_MAX; lane++) {
    // One compare-exchange decides which of two starting threads has it. Pairs with the store in `buryLane`.
    if (port.compareExchange(claimOf(lane), 0, thread) === 0) return lane;
  }
  return -1;
}

/**
 * The ticket of the job that is open in a slot and may have unclaimed chunks, or 0. A hint: only {@link enterJob} tells
 * for sure.
 */
export function workIn(port: Port, job: number): number {
  const ticket = port.load(ticketOf(job));
  if (ticket === 0 || port.load(stopOf(job)) !== 0) return 0;
  const cut = port.load(cutOf(job));
  const chunkCount = chunkCountIn(cut);
  const segmentCount = segmentCountIn(cut);
  for (let segment = 0; segment < segmentCount; segment++)
    if (port.load(nextOf(job, segment)) < segmentStart(chunkCount, segmentCount, segment + 1)) return ticket;
  return 0;
}

/**
 * Enters a job.
 *
 * @returns true if the lane is inside: the job's record and operands are valid until it leaves
 */
export function enterJob(port: Port, lane: number, job: number, ticket: number): boolean {
  // Say that we are inside, then make sure that the job is still open. The caller closes the job, then looks who is
  // inside (`closeJob`, `isInside`): one of the two sees the other, so no lane is inside a job that its caller has left.
  port.store(insideOf(lane), ticket);
  if (port.load(ticketOf(job)) === ticket) return true;
  leaveJob(port, lane, job);
  return false;
}

/**
 * Leaves a job. Of its slot only `waiter` and `event` are touched after this, and the slot may be another job's by then:
 * that one's caller is woken once too often.
 */
export function leaveJob(port: Port, lane: number, job: number): void {
  // Pairs with the load in `isInside`: what the lane wrote happened before the caller sees it outside.
  port.store(insideOf(lane), 0);
  signalCaller(port, job);
}

/** How far a participant has come in claiming chunks, while it is inside of their job. */
export interface Claims {
  readonly chunkCount: number;
  readonly segmentCount: number;
  /** The segment that it claims from, and the chunk after its last. */
  segment: number;
  segmentStop: number;
  /** Segments that may have chunks for it, that one included. */
  segmentsLeft: number;
}

/** The participant that the caller of a job is: the last. A lane is the one of its own number. */
export const CALLER = -1;

/**
 * Begins to claim chunks of a job that the claimer is inside of: from the segment of its own number on.
 *
 * @param cut - the job's: what {@link cutOf} holds
 */
export function startClaims(cut: number, participant: number): Claims {
  const chunkCount = chunkCountIn(cut);
  const segmentCount = segmentCountIn(cut);
  const segment = (participant + segmentCount) % segmentCount;
  const segmentStop = segmentStart(chunkCount, segmentCount, segment + 1);
  return { chunkCount, segmentCount, segment, segmentStop, segmentsLeft: segmentCount };
}

/** Claims the next chunk, or gives -1 if none is to be had. */
export function claimChunk(port: Port, job: number, claims: Claims): number {
  // Pairs with the store in `stopJob`: who has seen the stop starts no further chunk.
  if (port.load(stopOf(job)) !== 0) return -1;
  for (; claims.segmentsLeft > 0; goRound(claims)) {
    // One add decides who has the chunk.
    const chunk = port.add(nextOf(job, claims.segment), 1);
    if (chunk >= claims.segmentStop) continue;
    // The last one of a segment: there is nothing to come back for.
    if (chunk === claims.segmentStop - 1) goRound(claims);
    return chunk;
  }
  return -1;
}

/** On to the segment after one that is used up: its next chunk only grows, so nobody has to look at it again. */
function goRound(claims: Claims): void {
  const { chunkCount, segmentCount } = claims;
  claims.segment = (claims.segment + 1) % segmentCount;
  claims.segmentStop = segmentStart(chunkCount, segmentCount, claims.segment + 1);
  claims.segmentsLeft--;
}

/** Says for which job the lane loads a module, outside of its loop; 0: for none. The owner looks only at those that are late. */
export function noteLoading(port: Port, lane: number, ticket: number): void {
  port.store(loadingOf(lane), ticket);
}

/** Says which chunk the lane runs: what is known of it should it die or hang. */
export function noteChunk(port: Port, lane: number, chunk: number): void {
  port.store(chunkOf(lane), chunk + 1);
}

/** Says that the lane runs none. */
export function noteNoChunk(port: Port, lane: number): void {
  port.store(chunkOf(lane), 0);
}

/** Counts a chunk as finished, while inside the job. The last one wakes a caller that waits. */
export function finishChunk(port: Port, job: number, ticket: number, chunk: number, chunkCount: number): void {
  // The mark first: a chunk that is counted is marked. The owner reads marks once everybody has left.
  port.writePlain(markOf(job, chunk), ticket);
  if (port.add(doneOf(job), 1) + 1 === chunkCount) signalCaller(port, job);
}

/** True if other jobs than the one that the lane is in are open: it then changes jobs after each chunk. */
export function othersAreOpen(port: Port): boolean {
  return port.load(SEVERAL_OPEN) !== 0;
}

/** Counts a message that was sent to the caller of the job, while inside it. */
export function countMessage(port: Port, job: number): void {
  // Pairs with the load in `messagesSent`, after everybody has left: the caller knows how many it has to wait for.
  port.add(messagesOf(job), 1);
}

/** Lets no further chunk of a job start, and wakes a caller that waits. */
export function stopJob(port: Port, job: number): void {
  port.store(stopOf(job), 1);
  signalCaller(port, job);
}

/**
 * Wakes the caller of a job if it waits.
 *
 * The news was stored before this load of `waiter`; the caller stores `waiter` before it looks for news. One of the two
 * sees the other, so no news is slept through.
 */
export function signalCaller(port: Port, job: number): void {
  if (port.load(waiterOf(job)) === 0) return;
  port.add(eventOf(job), 1);
  port.notify(eventOf(job), 1);
}

/** The generation, to be read before looking for work: {@link park} returns at once if it has changed since. */
export function generation(port: Port): number {
  return port.load(GENERATION);
}

/**
 * Waits until the generation is no longer `seen`, at most `idleMs`. May return early.
 *
 * @returns true if the time has passed
 */
export function park(port: Port, lane: number, seen: number, idleMs: number): boolean {
  beginPark(port, lane);
  const outcome = port.wait(GENERATION, seen, idleMs);
  endPark(port, lane);
  return outcome === "timed-out";
}

/** Says that the lane is going to wait on the generation, if that is still the one that it saw before it looked for work. */
export function beginPark(port: Port, lane: number): void {
  // Counted before the wait compares the generation. The owner changes the generation, then looks for sleepers
  // (`wakeLanes`): it sees this one, or the wait sees the change.
  port.add(SLEEPERS, 1);
  // Marked after it is counted, and unmarked before it is discounted: whoever dies in between leaves the count too
  // high, which costs a spare notify; too low would cost a wake-up.
  port.store(parkedOf(lane), 1);
}

/** Says that the lane waits no more. */
export function endPark(port: Port, lane: number): void {
  port.store(parkedOf(lane), 0);
  port.sub(SLEEPERS, 1);
}

/**
 * Looks for a change of the generation again and again, while `goesOn` says so.
 *
 * @returns true if there is news
 */
export function spin(port: Port, lane: number, seen: number, goesOn: () => boolean): boolean {
  // Marked before it is counted, and unmarked after it is discounted: whoever dies in between leaves the count too low
  // once it is buried, which costs a spare notify.
  port.store(spinningOf(lane), 1);
  port.add(SPINNERS, 1);
  let isNews = false;
  while (!isNews && goesOn()) isNews = port.load(GENERATION) !== seen;
  // The owner changes the generation, then looks for spinners (`wakeLanes`). One that it has counted discounts itself
  // after that, and compares the generation once more before it sleeps: it sees the change.
  port.sub(SPINNERS, 1);
  port.store(spinningOf(lane), 0);
  return isNews;
}

/** True if lanes are to look for more work for a while after a job. A hint: the slot may be another job's by now. */
export function spinsAfter(port: Port, job: number): boolean {
  return port.load(spinsOf(job)) !== 0;
}

/** True once every lane is to go. */
export function isShutDown(port: Port): boolean {
  return port.load(SHUTDOWN) !== 0;
}

/** Takes one of the requests to leave, if there are any. The lane that gets true goes. */
export function takeEviction(port: Port): boolean {
  for (let wanted = port.load(EVICTIONS); wanted > 0;) {
    // One compare-exchange decides who follows a request. Who comes second looks whether there is another: it would
    // park beside it.
    const found = port.compareExchange(EVICTIONS, wanted, wanted - 1);
    if (found === wanted) return true;
    wanted = found;
  }
  return false;
}
