/**
 * What lies beyond the ends of an axis, for kernels that read neighbours.
 *
 * Source: SciPy `ndimage`, the `mode` of its filters, whose names these are.
 *
 * @module
 */

/**
 * How an axis `a b c d` goes on at both ends:
 *
 * - `reflect`: `d c b a | a b c d | d c b a`
 * - `mirror`: `d c b | a b c d | c b a`
 * - `nearest`: `a a a a | a b c d | d d d d`
 */
export type Border = "reflect" | "mirror" | "nearest";

/** As {@link Border}, and `wrap`: `a b c d | a b c d | a b c d`. */
export type RepeatedBorder = Border | "wrap";

export const BORDERS: readonly Border[] = ["reflect", "mirror", "nearest"];

/**
 * Finds the element of an axis that stands for any position.
 *
 * @param position - any integer
 * @param length - elements of the axis, at least 1
 * @returns an index from 0 up to, not including, `length`
 */
export function indexBeyond(position: number, length: number, border: RepeatedBorder): number {
  if (border === "nearest") return Math.min(Math.max(position, 0), length - 1);
  if (border === "wrap") return ((position % length) + length) % length;
  // Both others repeat: forward and back again, with or without the ends twice.
  const repeated = border === "reflect" ? 1 : 0;
  const period = 2 * (length - 1 + repeated);
  if (period === 0) return 0;
  const forward = ((position % period) + period) % period;
  return forward < length ? forward : period - forward - repeated;
}
