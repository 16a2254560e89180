/**
 * The job that nobody can do alone: each participant waits for all others, so every one of them has to come.
 *
 * @module
 */

/** Words of a meeting point: how often somebody has arrived, and how many meet. */
const ARRIVALS = 0;
const PARTICIPANTS = 1;
const WORDS = 2;

/** Moments of spinning between two looks at the clock. */
const SPINS_PER_LOOK = 1024;

/** Whoever is alone for so long has been forgotten, or is on a thread that the others need. */
const PATIENCE_MS = 10_000;

/** Where so many meet, as often as they like. */
export function meetingPoint(participants: number): Int32Array<SharedArrayBuffer> {
  const point = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  point[PARTICIPANTS] = participants;
  return point;
}

/** How often somebody has arrived. */
export function arrivalsAt(point: Int32Array): number {
  return Atomics.load(point, ARRIVALS);
}

/**
 * Arrives, and waits until all have. It blocks its thread, so whoever meets is on a thread of its own.
 *
 * @throws an `Error` if they don't come
 */
export function meet(point: Int32Array): void {
  const participants = point[PARTICIPANTS]!;
  // Arrivals are only ever counted up: the first of the next meeting takes nothing from the last of this one.
  const before = Atomics.add(point, ARRIVALS, 1);
  const complete = before - (before % participants) + participants;
  const end = performance.now() + PATIENCE_MS;
  for (let spins = 1; Atomics.load(point, ARRIVALS) < complete; spins++) {
    pause();
    if (spins % SPINS_PER_LOOK !== 0 || performance.now() < end) continue;
    const came = participants - (complete - Atomics.load(point, ARRIVALS));
    throw new Error(`cannot meet: ${came} of ${participants} participants came within ${PATIENCE_MS} ms`);
  }
}

/** Leaves a moment to the other thread of the core. Node 24 and later can. */
function pause(): void {
  (Atomics as { readonly pause?: () => void }).pause?.();
}
