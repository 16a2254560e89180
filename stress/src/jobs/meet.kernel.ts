/**
 * A loop that needs all its threads at once: each part waits for the others.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

export interface MeetArguments {
  /** `[0]`: how many have arrived. */
  readonly arrivals: Int32Array<SharedArrayBuffer>;
  readonly parties: number;
  readonly timeoutMs: number;
}

/** Writes how many have met into each of its elements. */
export default function meet(
  { start, stop }: HalfOpenRange,
  { met }: { readonly met: MemoryView<"float64"> },
  { arrivals, parties, timeoutMs }: MeetArguments,
): void {
  const end = Date.now() + timeoutMs;
  let seen = Atomics.add(arrivals, 0, 1) + 1;
  // Pairs with the wait of those who came before.
  Atomics.notify(arrivals, 0);
  for (let left = timeoutMs; seen < parties && left > 0; left = end - Date.now()) {
    Atomics.wait(arrivals, 0, seen, left);
    seen = Atomics.load(arrivals, 0);
  }
  for (let i = start; i < stop; i++) met.set(seen, i);
}
