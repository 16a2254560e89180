/**
 * What a reduction does, as graphs: how an element becomes a state, how two states become one, and what is made of the
 * last one.
 *
 * A state is a few lanes, its slots: a sum has one, the sum of complex numbers two, the index of a least element its
 * value and where it is. Whatever carries out a reduction knows nothing else of it.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import type { LaneType } from "../graph/operations.ts";

export interface Fold {
  /** What a state consists of. */
  readonly slots: readonly LaneType[];
  /**
   * From an element to a state. Its operands are those of the element's graph, then a mask of bool if there is one, then
   * the element's place among those that are reduced, as an int32, if it is asked for; its stores are the slots.
   */
  readonly lift: Graph;
  readonly takesPosition: boolean;
  /** From two states, the slots of one and then of the other, to one: associative and commutative but for rounding. */
  readonly merge: Graph;
  /** As `merge`, of a state and that of one element which comes after all of its own: the same bits, for less. */
  readonly next: Graph;
  /** Whether `merge` takes the least or the greatest of two floats, the only slot of each. */
  readonly extreme: "min" | "max" | null;
  /** From a state to a result. Its parameters are those of {@link FinishParameter}, then those of `merge`. */
  readonly finish: Graph;
  /** From nothing to the result of no elements; null where there is none. Parameters as those of `finish`. */
  readonly empty: Graph | null;
  readonly finishParameters: readonly FinishParameter[];
}

/** What a finish is told at run time. */
export type FinishParameter =
  /** A part of what the reduction starts with, in the accumulator's lanes. */
  | { readonly kind: "initial"; readonly part: 0 | 1 }
  /** f64: elements that are reduced to one. */
  | { readonly kind: "count" }
  /** f64: degrees of freedom that are taken away. */
  | { readonly kind: "ddof" };
