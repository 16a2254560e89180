/**
 * Means of the rows above and below: what every thread runs on the rows that it claims.
 *
 * @module
 */

/**
 * @param {{ start: number, stop: number }} range
 * @param {{ source: import("instride").MemoryView, target: import("instride").MemoryView }} views
 * @param {{ radius: number }} args
 */
export default function smooth({ start, stop }, { source, target }, { radius }) {
  const [rows, columns] = source.shape;
  for (let row = start; row < stop; row++) {
    const first = Math.max(0, row - radius);
    const end = Math.min(rows, row + radius + 1);
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let other = first; other < end; other++) sum += source.get(other, column);
      target.set(sum / (end - first), row, column);
    }
  }
}
