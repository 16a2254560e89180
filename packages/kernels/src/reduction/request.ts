/**
 * What is asked for: which reduction, of which elements, along which axes.
 *
 * @module
 */
import type { AxisArgument } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import type { OperandLayout } from "../iteration/layouts.ts";
import type { ReductionName } from "./reductions.ts";

/** One of the named reductions, or a function that makes one value of two. */
export type ReductionKind =
  | { readonly name: ReductionName }
  /**
   * A graph of two operands of the accumulator's dtype and one store of it, associative and commutative but for rounding.
   */
  | { readonly combine: Graph };

export interface ReductionRequest {
  readonly kind: ReductionKind;
  /**
   * What is reduced: one store, of the accumulator's dtype ({@link ReductionTraits.accumulator}). Of `any`, `all` and
   * `count_nonzero` that is bool.
   */
  readonly element: Graph;
  /** Of the element's operands; they broadcast to one shape. */
  readonly operands: readonly OperandLayout[];
  /** To which they broadcast. Default: that to which operands and mask do. */
  readonly shape?: readonly number[];
  /** A mask of bool that broadcasts to that shape: elements to take. Default: all. */
  readonly where?: OperandLayout;
  /** Default: all. */
  readonly axes?: AxisArgument | null;
  readonly keepdims?: boolean;
  /** The result: of the shape that is left, and of the dtype that {@link ReductionTraits.result} gives. */
  readonly result: OperandLayout;
  /**
   * Whether the call gives a value to start with. Default: those that have an identity start with that.
   */
  readonly hasInitial?: boolean;
}
