/**
 * Numbers as reports show them.
 *
 * @module
 */

/** A number with its thousands told apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** How many of so many that took so long came in a second. */
export function perSecond(count: number, timeMs: number): number {
  return timeMs === 0 ? 0 : (count / timeMs) * 1000;
}
