/**
 * Numbers of float64 on which functions go wrong, and any.
 *
 * @module
 */
import fc from "fast-check";

const EDGES: readonly number[] = [
  0,
  -0,
  0.5,
  -0.5,
  1.5,
  -2.5,
  0.49999999999999994,
  5e-324,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32 + 5,
  2 ** 53 + 2,
  -(2 ** 63),
  2 ** 63,
  2 ** 64,
  1e21,
  -1e300,
  NaN,
  Infinity,
  -Infinity,
];

export const numbers: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.double(),
  fc.integer(),
  fc.double({ min: -(2 ** 70), max: 2 ** 70 }),
);
