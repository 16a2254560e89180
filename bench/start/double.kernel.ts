/**
 * Doubles the elements of an array.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

export default function double({ start, stop }: HalfOpenRange, { x }: { readonly x: MemoryView<"float64"> }): void {
  const elements = x.asTypedArray();
  for (let i = start; i < stop; i++) elements[i]! *= 2;
}
