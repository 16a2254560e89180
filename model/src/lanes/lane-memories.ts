/**
 * The shared words of the lanes as the explorer holds them, with the names that reports call them by.
 *
 * Beside them lie the operands of the jobs, one plain cell for each chunk, and words that stand for what travels outside
 * of the protocol: messages, and the starting of threads.
 *
 * @module
 */
import type { MemorySpec, Port, ThreadEnv } from "@instride/explorer";
import * as words from "../../../packages/scheduler/src/lanes/lane-words.ts";

export type LaneMemory = "lanes" | "data" | "host";
export type LaneEnv = ThreadEnv<LaneMemory>;

/** Lanes, job slots, chunks and segments that have names. */
const LANES_NAMED = 3;
const JOBS_NAMED = 2;
const CHUNKS_NAMED = 3;
const SEGMENTS_NAMED = 2;

/** Words of `host`. How often a message has been sent to the owner: */
export const SENT = 0;
/** how many registrations the owner has sent to the lanes, */
export const REGISTERED = 1;
/** how many lanes the owner knows to have died in a job, */
export const LOST = 2;
/** and 1 once a thread is to become a lane. */
export const startOf = (lane: number): number => 3 + lane;

/** Cells of all jobs together. */
const CELLS = 6;

const ofJob = {
  TICKET: words.ticketOf,
  CUT: words.cutOf,
  KERNEL: words.kernelOf,
  OPERANDS: words.operandsOf,
  REGISTRATIONS: words.registrationsOf,
  SPINS: words.spinsOf,
  RANGE: words.rangeOf,
  CHUNK_LENGTH: words.chunkLengthOf,
  GUIDED_FOR: words.guidedForOf,
  DONE: words.doneOf,
  STOP: words.stopOf,
  WAITER: words.waiterOf,
  MESSAGES: words.messagesOf,
  EVENT: words.eventOf,
};

const ofLane = {
  INSIDE: words.insideOf,
  CHUNK: words.chunkOf,
  PARKED: words.parkedOf,
  SPINNING: words.spinningOf,
  CLAIM: words.claimOf,
};

export const LANE_MEMORIES: Readonly<Record<LaneMemory, MemorySpec>> = {
  lanes: { words: words.LANE_WORDS, names: laneNames() },
  data: { words: CELLS },
  host: { words: startOf(LANES_NAMED), names: { SENT, REGISTERED, LOST, START_1: startOf(1), START_2: startOf(2) } },
};

function laneNames(): Record<string, number> {
  const { GENERATION, SLEEPERS, SPINNERS, EVICTIONS, SHUTDOWN, SEVERAL_OPEN } = words;
  const names: Record<string, number> = { GENERATION, SLEEPERS, SPINNERS, EVICTIONS, SHUTDOWN, SEVERAL_OPEN };
  for (let job = 0; job < JOBS_NAMED; job++) {
    for (const [name, place] of Object.entries(ofJob)) names[`${name}_${job}`] = place(job);
    for (let chunk = 0; chunk < CHUNKS_NAMED; chunk++) names[`MARK_${job}_${chunk}`] = words.markOf(job, chunk);
    for (let segment = 0; segment < SEGMENTS_NAMED; segment++)
      names[`NEXT_${job}_${segment}`] = words.nextOf(job, segment);
  }
  for (let lane = 0; lane < LANES_NAMED; lane++)
    for (const [name, place] of Object.entries(ofLane)) names[`${name}_${lane}`] = place(lane);
  return names;
}

/** Blocks until a word of `host` is not 0. */
export function awaitFlag(host: Port, word: number): void {
  while (host.load(word) === 0) host.wait(word, 0, Infinity);
}

/** Ends what {@link awaitFlag} waits for. */
export function raiseFlag(host: Port, word: number): void {
  host.store(word, 1);
  host.notify(word, Infinity);
}
