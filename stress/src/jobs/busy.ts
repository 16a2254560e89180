/**
 * Work that takes time and nothing else.
 *
 * @module
 */

/** Keeps the thread busy for so many milliseconds. */
export function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
