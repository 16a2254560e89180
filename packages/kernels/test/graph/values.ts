/**
 * Values to compute with: those at which operations have their edges, and any others.
 *
 * @module
 */
import fc from "fast-check";
import type { LaneValue } from "../../src/graph/graph.ts";
import type { LaneType } from "../../src/graph/operations.ts";

const f64Edges = [0, 0.5, 1, 1.5, 2, 2.5, 3, 255, 1e10, 2 ** 24 + 1, 2 ** 31, 2 ** 32, 2 ** 52 - 0.5, 2 ** 53 + 2]
  .concat([2 ** 62 + 2 ** 40, 2 ** 63, 2 ** 64, 1e300, Number.MAX_VALUE, 2 ** -1022, 5e-324, 2 ** -149, 2 ** -150, 0.1])
  .concat([2 ** 31 - 0.5, 2 ** 32 - 0.5, 2 ** 63 - 1024, 2 ** 64 - 2048, 2 ** 127, 2 ** 128, 1e-45, Infinity]);

const i64Edges = [
  0n,
  1n,
  2n,
  3n,
  7n,
  8n,
  31n,
  32n,
  63n,
  64n,
  255n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n + 1n,
  2n ** 24n + 1n,
]
  .concat([2n ** 62n, 2n ** 63n - 1n, 2n ** 40n + 2n ** 16n + 1n, 2n ** 63n - 2n ** 38n, 2n ** 54n + 2n ** 30n + 1n])
  .concat([2n ** 60n + 2n ** 36n, 2n ** 60n + 2n ** 36n + 1n, 2n ** 60n + 3n * 2n ** 36n]);

/** Edges of each type. */
export const EDGES: Readonly<Record<LaneType, readonly LaneValue[]>> = {
  bool: [false, true],
  i32: [0, 1, 2, 3, 5, 8, 31, 32, 33, 255, 0xffff, 2 ** 24 + 1, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)].flatMap((x) => [
    x,
    -x | 0,
  ]),
  i64: i64Edges.flatMap((x) => [x, -x]).concat(-(2n ** 63n)),
  f32: [...new Set(f64Edges.map(Math.fround))].flatMap((x) => [x, -x]).concat(NaN),
  f64: f64Edges.flatMap((x) => [x, -x]).concat(NaN),
};

/** Any values of a type, edges often. */
export function valuesOf(type: LaneType): fc.Arbitrary<LaneValue> {
  const edges = fc.constantFrom(...EDGES[type]);
  switch (type) {
    case "bool":
      return fc.boolean();
    case "i32":
      return fc.oneof(edges, fc.integer());
    case "i64":
      return fc.oneof(edges, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    case "f32":
      return fc.oneof(edges, fc.float());
    default:
      return fc.oneof(edges, fc.double());
  }
}
