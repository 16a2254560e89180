/**
 * What a kernel is, and how a built-in one is described.
 *
 * A kernel is a function of a half-open range, views and arguments. The range runs over the first axis of one view, its
 * leading one, and the kernel writes nothing outside of it (reading neighbours is fine). So the chunks of a range can
 * run on different threads, in any order; and since each element is computed from the same operands by the same
 * operations wherever the cuts lie, the result is the same bit for bit.
 *
 * Nothing here knows of threads.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "@instride/core";

/** The operands of a kernel, by name. */
export type Views = Readonly<Record<string, MemoryView>>;

/**
 * A loop over a range.
 *
 * @typeParam V - its operands
 * @typeParam A - its arguments: what structured clone keeps
 */
export type Kernel<V = Views, A = unknown> = (range: HalfOpenRange, views: V, args: A) => unknown;

/** A kernel of this package. Its operands and arguments are described at the function. */
export interface BuiltinKernel<V = Views, A = unknown, R = unknown> {
  readonly name: string;
  readonly run: (range: HalfOpenRange, views: V, args: A) => R;
  /** The view whose first axis the range runs over. */
  readonly leading: keyof V & string;
  /** Makes one result of the results of two chunks. Kernels without it return nothing. */
  readonly join?: (first: R, second: R) => R;
}
