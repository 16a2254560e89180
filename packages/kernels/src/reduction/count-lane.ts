/**
 * In which lanes elements are counted.
 *
 * @module
 */
import type { IntegerLane } from "../graph/operations.ts";

const I32_MAX: number = 2 ** 31 - 1;

/** @param elements - the most that can be counted */
export function countLane(elements: number): IntegerLane {
  return elements > I32_MAX ? "i64" : "i32";
}
