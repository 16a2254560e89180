/**
 * The shared words of one loop: which chunk is next, how many are done, whether to stop.
 *
 * Each word is written by many threads, so each has 128 bytes to itself: pairs of 64-byte lines are fetched together on
 * x86-64, and Apple silicon has lines of 128.
 *
 * @module
 */

/** Distance of two words: 128 bytes. */
const WORD_DISTANCE = 32;

/** The next chunk to be claimed. */
const NEXT = 0;
/** Chunks that are finished. */
const DONE = WORD_DISTANCE;
/** Why no further chunk is to be started; {@link RUNNING} as long as there is no reason. */
const STOP = 2 * WORD_DISTANCE;

const RUNNING = 0;
const STOPPED = 1;

export type ControlBlock = Int32Array<SharedArrayBuffer>;

/** Makes the words of a loop that has not begun. */
export function createControlBlock(): ControlBlock {
  return new Int32Array(new SharedArrayBuffer(3 * WORD_DISTANCE * Int32Array.BYTES_PER_ELEMENT));
}

/** Claims the next chunk, or gives -1 where none is left or the loop is stopped. */
export function claimChunk(control: ControlBlock, chunkCount: number): number {
  // Pairs with the store in `stopLoop`: once a participant has seen the stop it starts no further chunk.
  if (Atomics.load(control, STOP) !== RUNNING) return -1;
  // One add decides who has the chunk.
  const chunk = Atomics.add(control, NEXT, 1);
  return chunk < chunkCount ? chunk : -1;
}

/** Counts a chunk that is finished, and wakes who watches the progress. */
export function finishChunk(control: ControlBlock): void {
  // Pairs with the load in `chunksDone`: what the chunk wrote happened before it was counted.
  Atomics.add(control, DONE, 1);
  Atomics.notify(control, DONE);
}

export function chunksDone(control: ControlBlock): number {
  return Atomics.load(control, DONE);
}

/** Lets no further chunk start. Those that have are finished. */
export function stopLoop(control: ControlBlock): void {
  Atomics.store(control, STOP, STOPPED);
}

/** Waits, without blocking, until more than `seen` chunks are done or `timeoutMs` have passed. */
export async function moreChunksDone(control: ControlBlock, seen: number, timeoutMs: number): Promise<void> {
  const waiting = Atomics.waitAsync(control, DONE, seen, timeoutMs);
  if (waiting.async) await waiting.value;
}
