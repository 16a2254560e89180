/**
 * What a sample is: a function to compile, and the numbers that it is called with.
 *
 * @module
 */

/** The numbers that a function is given. */
export type Domain =
  /** Any, NaN, infinities and both zeros among them. */
  | "any"
  /** Integers from 1 to 999. */
  | "counts"
  /** From -3 to 3. */
  | "small"
  | "bools";

export interface Sample {
  // oxlint-disable-next-line typescript/no-explicit-any -- functions of every signature
  readonly run: (...args: any[]) => unknown;
  readonly domain: Domain;
  /** How many operands. */
  readonly operands: number;
  /** What the last parameter is given, functions among it. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Whether results may differ by rounding: the engine's own function takes several numbers at once. */
  readonly isRounded?: boolean;
}
