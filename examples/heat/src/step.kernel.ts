/**
 * One step of the heat equation along a rod: what every thread runs on its part.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

type Views = { readonly now: MemoryView<"float64">; readonly next: MemoryView<"float64"> };
type Args = { readonly rate: number };

/** The ends of the rod keep their temperatures: the range leaves them out. */
export default function step({ start, stop }: HalfOpenRange, views: Views, { rate }: Args): void {
  const now = views.now.reader();
  const next = views.next.elements().data;
  for (let i = start; i < stop; i++) {
    const here = now.get(i);
    next[i] = here + rate * (now.get(i - 1) - 2 * here + now.get(i + 1));
  }
}
