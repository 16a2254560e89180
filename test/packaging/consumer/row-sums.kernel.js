/**
 * Adds up the rows of its chunk with loops of its own: what a user writes with `instride/thread`.
 *
 * @module
 */
import { kernel, parallelFor, parallelReduce } from "instride/thread";

/**
 * @param {{ start: number, stop: number }} range
 * @param {{ table: import("instride").MemoryView, doubled: import("instride").MemoryView, sums: import("instride").MemoryView }} views
 */
export default function rowSums({ start, stop }, { table, doubled, sums }) {
  // Views of this thread, in a built-in of this thread, on a part of its range.
  kernel("add")({ start, stop }, { a: table, b: table, dst: doubled });
  parallelFor(
    (rows) => {
      for (let row = rows.start; row < rows.stop; row++) {
        const sum = parallelReduce(
          (columns) => {
            let total = 0;
            for (let column = columns.start; column < columns.stop; column++) total += doubled.get(row, column);
            return total;
          },
          { over: doubled.shape[1], identity: 0, join: (left, right) => left + right },
        );
        sums.set(sum, row);
      }
    },
    { over: { start, stop } },
  );
}
