/**
 * `y = a * x + y` for the elements from `start` up to `stop`: what every thread runs on its parts of the range.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

type Views = { readonly x: MemoryView<"float64">; readonly y: MemoryView<"float64"> };
type Args = { readonly a: number };

export default function axpy({ start, stop }: HalfOpenRange, views: Views, { a }: Args): void {
  const x = views.x.reader();
  const y = views.y.elements().data;
  for (let i = start; i < stop; i++) y[i] = a * x.get(i) + y[i]!;
}
