/**
 * The job that does nothing: what is left is the price of handing it out.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";

/** @param runs - if given, counts how often each iteration ran: shows, before anything is timed, that it does */
export default function empty({ start, stop }: HalfOpenRange, _views: object, runs?: Int32Array): void {
  if (runs !== undefined) for (let i = start; i < stop; i++) Atomics.add(runs, i, 1);
}
