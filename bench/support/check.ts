/**
 * Results are checked before anything is timed: in Node and in pages alike.
 *
 * @module
 */

/** A way of doing the work gives a wrong result. */
export class WrongResultError extends Error {
  override readonly name: string = "WrongResultError";
}

/** @throws a {@link WrongResultError} with the text, unless the fact holds */
export function check(holds: boolean, text: string): asserts holds {
  if (!holds) throw new WrongResultError(text);
}
