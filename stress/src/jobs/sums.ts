/**
 * What the loops of the storms compute: all of it exact, so that results are equal to the bit in any order.
 *
 * @module
 */

/** `prepared` is a `for` that was made ready before. */
export type LoopForm = "for" | "prepared" | "grid" | "reduce" | "scan";

/** The sum of a stretch. Two that don't touch can't be joined, so whoever mixes up parts is seen. */
export interface Part {
  readonly start: number;
  readonly stop: number;
  readonly sum: number;
}

const INPUT_LIMIT = 1009;

/** The input of every call. */
export function inputAt(index: number): number {
  return (index * 7919 + 13) % INPUT_LIMIT;
}

/** What loops without a sum make of it. */
export function image(value: number): number {
  return 3 * value + 1;
}

/** The sum of what comes before a stretch that begins at `start`. */
export function emptyPart(start: number): Part {
  return { start, stop: start, sum: 0 };
}

/** Joins neighbours. @throws Error for two that are none */
export function joinParts(left: Part, right: Part): Part {
  if (left.stop !== right.start) {
    throw new Error(`joined [${left.start}, ${left.stop}) with [${right.start}, ${right.stop})`);
  }
  return { start: left.start, stop: right.stop, sum: left.sum + right.sum };
}
