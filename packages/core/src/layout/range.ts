/**
 * The half-open range: what a scheduler hands out and a kernel works on.
 *
 * @module
 */

/** The integers from `start` up to, not including, `stop`. */
export interface HalfOpenRange {
  readonly start: number;
  readonly stop: number;
}
