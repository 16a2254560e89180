/**
 * The mean of a row.
 *
 * @module
 */
import type { MemoryView } from "instride";

export function meanOf(source: MemoryView<"float64">, row: number): number {
  const columns = source.shape[1]!;
  let sum = 0;
  for (let column = 0; column < columns; column++) sum += source.get(row, column);
  return sum / columns;
}
