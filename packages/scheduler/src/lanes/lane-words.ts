/**
 * The shared words of the lanes: where each lies, and who may write it.
 *
 * A lane is a thread that stays in a loop of its own, parked when there is nothing to do. The caller of a loop opens a
 * job in one of a few job slots; lanes enter it, claim chunks, and leave. `README.md` beside this file tells the
 * protocol as a whole, with the argument why it is right.
 *
 * Words are 32 bits wide. Those of different writers lie 128 bytes apart: pairs of 64-byte lines are fetched together on
 * x86-64, and Apple silicon has lines of 128.
 *
 * | word | written by | means |
 * | --- | --- | --- |
 * | generation | the owner | changes whenever there is something new to look at; idle lanes wait on it |
 * | sleepers | lanes, the owner for the dead | lanes that wait or are about to; never too low |
 * | spinners | lanes, the owner for the dead | lanes that look for work again and again; too high only while a dead one is not buried |
 * | evictions | the owner adds and takes back, lanes take | lanes that are asked to leave for other work |
 * | shutdown | the owner | 1: all lanes leave |
 * | several open | the owner | 1: more than one job slot has a ticket, and lanes change jobs after each chunk |
 * | ticket of a job | the owner | the number of the job that is open in the slot; 0 for none |
 * | next of a segment of a job | whoever claims | the next chunk of the segment; beyond its last: all are claimed |
 * | done of a job | whoever has run a chunk | chunks that are finished |
 * | stop of a job | anyone | 1: no further chunk is to be started |
 * | waiter of a job | the owner | 1: its caller waits, or is about to |
 * | messages of a job | whoever has sent one | messages to the caller about the job, to be waited for |
 * | event of a job | whoever has news for its waiting caller | changes with each; the caller waits on it |
 * | cut, registrations, spins of a job | the owner, while no ticket is in the slot | part of its record; the cut is the numbers of its chunks and segments |
 * | record of a job | the owner, while no ticket is in the slot | plain: kernel, operands, range |
 * | marks of a job | who has run the chunk | plain: the ticket, once the chunk is finished |
 * | inside of a lane | the lane, the owner for the dead | the ticket of the job that it is in; 0 for none |
 * | chunk of a lane | the lane, the owner for the dead | 1 + the chunk that it runs or has just finished; 0 for none |
 * | parked of a lane | the lane, the owner for the dead | 1 while it is counted among the sleepers for good |
 * | spinning of a lane | the lane, the owner for the dead | 1 from before it is counted among the spinners until after |
 * | loading of a lane | the lane, the owner for the dead | the ticket of the job whose module it loads; 0 for none |
 * | claim of a lane | threads that start, the owner for the dead | the id of the thread that has it; 0 for none |
 *
 * @module
 */

/** Lanes that one block of words has room for. */
export const LANES_MAX = 64;

/** Jobs that can be open at once; further callers queue. */
export const JOBS_MAX = 8;

/** Chunks of one job: each has a mark. */
export const CHUNKS_MAX = 4_096;

/** Segments of one job: a participant more would have none of its own to begin with. */
export const SEGMENTS_MAX: number = LANES_MAX;

/** 128 bytes. */
const LINE = 32;

export const GENERATION = 0;
/** Beside the generation: read as often, and most of the time written by nobody. */
export const SEVERAL_OPEN = 1;
export const SLEEPERS: number = LINE;
/** Apart from the sleepers: between two jobs lanes change it twice, and the owner reads it only where some sleep. */
export const SPINNERS: number = 2 * LINE;
export const EVICTIONS: number = 3 * LINE;
/** Beside the evictions: as seldom written, and read with them. */
export const SHUTDOWN: number = 3 * LINE + 1;

const JOBS = 4 * LINE;
const JOB_LINES = 3;

/** Cells of a record that hold a 64-bit number each take two words. */
const WIDE = 2;
const LANES: number = JOBS + JOBS_MAX * JOB_LINES * LINE;
const MARKS: number = LANES + LANES_MAX * LINE;

const SEGMENTS: number = MARKS + JOBS_MAX * CHUNKS_MAX;

/** Words in a block. */
export const LANE_WORDS: number = SEGMENTS + JOBS_MAX * SEGMENTS_MAX * LINE;

const jobLine = (job: number, line: number): number => JOBS + (job * JOB_LINES + line) * LINE;

export const ticketOf = (job: number): number => jobLine(job, 0);
/** The record lies beside the ticket, which is read with it and written with it. */
export const cutOf = (job: number): number => jobLine(job, 0) + 1;
export const kernelOf = (job: number): number => jobLine(job, 0) + 2;
export const operandsOf = (job: number): number => jobLine(job, 0) + 3;
export const registrationsOf = (job: number): number => jobLine(job, 0) + 4;
export const spinsOf = (job: number): number => jobLine(job, 0) + 5;
export const rangeOf = (job: number): number => jobLine(job, 0) + 6;
export const chunkLengthOf = (job: number): number => rangeOf(job) + 2 * WIDE;
export const guidedForOf = (job: number): number => rangeOf(job) + 3 * WIDE;
/** These lie beside the ticket as well: they are read with it, and as long as all goes well nobody writes them. */
export const stopOf = (job: number): number => jobLine(job, 0) + 16;
export const messagesOf = (job: number): number => jobLine(job, 0) + 17;
export const waiterOf = (job: number): number => jobLine(job, 0) + 18;
export const doneOf = (job: number): number => jobLine(job, 1);
export const eventOf = (job: number): number => jobLine(job, 2);
export const nextOf = (job: number, segment: number): number => SEGMENTS + (job * SEGMENTS_MAX + segment) * LINE;
export const markOf = (job: number, chunk: number): number => MARKS + job * CHUNKS_MAX + chunk;

const laneLine = (lane: number): number => LANES + lane * LINE;

export const insideOf = (lane: number): number => laneLine(lane);
export const chunkOf = (lane: number): number => laneLine(lane) + 1;
export const parkedOf = (lane: number): number => laneLine(lane) + 2;
export const spinningOf = (lane: number): number => laneLine(lane) + 3;
export const claimOf = (lane: number): number => laneLine(lane) + 4;
export const loadingOf = (lane: number): number => laneLine(lane) + 5;

/** Enough for {@link CHUNKS_MAX}. */
const CHUNK_COUNT_BITS = 16;

/** A cut as one word, so that one load tells all of it. */
export function packCut(chunkCount: number, segmentCount: number): number {
  return (segmentCount << CHUNK_COUNT_BITS) | chunkCount;
}

export function chunkCountIn(cut: number): number {
  return cut & ((1 << CHUNK_COUNT_BITS) - 1);
}

export function segmentCountIn(cut: number): number {
  return cut >> CHUNK_COUNT_BITS;
}

/** The ticket after `ticket`: never 0, which stands for none. */
export function nextTicket(ticket: number): number {
  return ticket === 0x7fff_ffff ? 1 : ticket + 1;
}
