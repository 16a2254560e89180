/**
 * Whether a quantity that goes up and down has grown for good.
 *
 * What is measured is noisy: collections of garbage come when they like, and the system gives memory back late. A leak
 * shows all the same, since it lifts everything: the least of what is seen later, and what lies in the middle of it.
 *
 * @module
 */

/** What a series is compared by: the beginning, in which caches fill up, counts for nothing. */
export interface Plateaus {
  readonly early: number;
  readonly late: number;
  /** How much it has grown, by the least and by the median: the smaller of the two. 0 if it has not. */
  readonly growth: number;
}

/** Less than this can't be told apart from warming up. */
const VALUES_MIN = 6;

/**
 * Compares the last third of a series with the third before it.
 *
 * @returns null for a series that is too short
 */
export function plateausOf(values: readonly number[]): Plateaus | null {
  if (values.length < VALUES_MIN) return null;
  const third = Math.floor(values.length / 3);
  const early = values.slice(-2 * third, -third);
  const late = values.slice(-third);
  const growth = Math.min(Math.min(...late) - Math.min(...early), median(late) - median(early));
  return { early: median(early), late: median(late), growth: Math.max(0, growth) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
