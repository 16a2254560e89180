/**
 * Means of rows: a kernel module in TypeScript.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";

interface Views {
  readonly source: MemoryView<"float64">;
  readonly means: MemoryView<"float64">;
}

export default function rowMeans({ start, stop }: HalfOpenRange, { source, means }: Views): void {
  const columns = source.shape[1]!;
  for (let row = start; row < stop; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += source.get(row, column);
    means.set(sum / columns, row);
  }
}
