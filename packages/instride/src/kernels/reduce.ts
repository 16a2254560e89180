/**
 * `rt.reduce`: many elements to one, along all axes or some.
 *
 * @module
 */
import type { DType, MemoryView, SharedView } from "@instride/core";
import type { Explanation } from "@instride/kernels/compiler";
import type { RunOptions } from "@instride/scheduler";
import type { KernelFunction, NoParameters, Parameters, ParameterValue } from "./functions.ts";
import type { FoldedValue } from "./fold-loop.ts";
import { expectFold, loadFoldCalls } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import { type Calls, lateCalls } from "./late-calls.ts";
import { type CheckedKernel, checkKernel, type MapSettings } from "./map-settings.ts";
import type { CallControl } from "./ready-loop.ts";
import type { Program } from "@instride/kernels";

/** Makes one value of two, in any order and grouping. */
export type Combine = (a: number, b: number, parameters: never) => number | bigint | boolean;

/** The options of `rt.reduce`. */
export interface ReduceOptions<P extends Parameters = NoParameters> {
  /**
   * What is computed of the elements of several operands, and then reduced: each is read once, but where neighbours are.
   * Default: of one operand.
   */
  readonly of?: KernelFunction<P> | string | Program | undefined;
  /** Of a combining function: what it starts with, and the result of no elements. Default: the first element. */
  readonly identity?: FoldedValue | undefined;
  /** What the functions name in their last parameter. */
  readonly parameters?: P | undefined;
  /** The dtype to compute elements in, instead of what NumPy's promotion gives. */
  readonly compute?: DType | undefined;
  /** What lies beyond the ends of operands that `of` reads neighbours of: as of `rt.map`. */
  readonly border?: MapSettings["border"];
  /** Fused multiply-add where it is faster: the last bits then differ between machines. Default false. */
  readonly relaxed?: boolean | undefined;
  /** Rounds after which a loop of a function is given up, for any element. */
  readonly roundsMax?: number | undefined;
  /** What errors and reports call it. Default: the name of the reduction or function. */
  readonly name?: string | undefined;
}

/** The options of a call: NumPy's. */
export interface ReduceCallOptions extends CallControl {
  /** The axes that are reduced; negative ones count from the last. Default: all. */
  readonly axis?: number | readonly number[] | null | undefined;
  /** Keeps the axes that are reduced, with length 1. Default false. */
  readonly keepdims?: boolean | undefined;
  /** A value to start with. */
  readonly initial?: FoldedValue | undefined;
  /** Bools, broadcast to the operands: other elements are left out. */
  readonly where?: MemoryView | undefined;
  /** The dtype to accumulate in, of those that take one. */
  readonly dtype?: DType | undefined;
  /** Where the result is written. Default: a new array, or a value if all axes are reduced. */
  readonly out?: MemoryView | undefined;
  /** Of `var` and `std`: degrees of freedom that are taken away. Default 0. */
  readonly ddof?: number | undefined;
  /** Values for names of the functions' last parameters. */
  readonly parameters?: Readonly<Record<string, ParameterValue>> | undefined;
}

/** Options with which a call gives a value: all axes are reduced to nothing. */
export type WholeOptions = ReduceCallOptions & {
  readonly axis?: null | undefined;
  readonly keepdims?: false | undefined;
  readonly out?: undefined;
};

/** The value that a named reduction gives: of integers a bigint where the elements are of 64 bits, and for sums of others. */
export type ValueOf<N> = N extends "any" | "all"
  ? boolean
  : N extends "argmin" | "argmax" | "count_nonzero"
    ? bigint
    : number;

/**
 * A reduction: call it with arrays.
 *
 * @typeParam T - the value that it gives: a bigint for 64-bit integers, as which sums of integers are accumulated
 */
export interface ReduceKernel<T = number> {
  /**
   * Reduces operands to one value, or along `axis`.
   *
   * @returns the value if all axes are reduced; `out`, or a new array, with `axis`, `keepdims` or `out`. The same bits for
   *   any number of threads
   * @throws as a kernel of `rt.map` does; a `ValueError` for no elements and nothing to start with; an `IndexError` for an
   *   axis that isn't there
   */
  (...args: readonly [MemoryView, ...MemoryView[], WholeOptions] | readonly [MemoryView, ...MemoryView[]]): Promise<T>;
  (
    ...args: readonly [MemoryView, ...MemoryView[], ReduceCallOptions & { readonly out: MemoryView }]
  ): Promise<MemoryView>;
  (...args: readonly [MemoryView, ...MemoryView[], ReduceCallOptions]): Promise<SharedView<DType>>;
  readonly label: string;
  /** Makes a call ready to be made often. Release it in the end: until then its arrays can't be released. */
  prepare(
    ...args:
      | readonly [MemoryView, ...MemoryView[], ReducePrepareOptions<WholeOptions>]
      | readonly [MemoryView, ...MemoryView[]]
  ): Promise<PreparedReduce<T>>;
  prepare(
    ...args: readonly [MemoryView, ...MemoryView[], ReducePrepareOptions & { readonly out: MemoryView }]
  ): Promise<PreparedReduce<MemoryView>>;
  prepare(
    ...args: readonly [MemoryView, ...MemoryView[], ReducePrepareOptions]
  ): Promise<PreparedReduce<SharedView<DType>>>;
  /**
   * Compiles for operands like these, which it doesn't touch, and has the engine make the best of the code: for some
   * milliseconds it is run over zeros that stand in for them.
   */
  warm(
    ...args: readonly [MemoryView, ...MemoryView[], ReducePrepareOptions] | readonly [MemoryView, ...MemoryView[]]
  ): Promise<void>;
  /** Says what is computed for operands like these, and how. `String()` of it is what a person reads. */
  explain(
    ...args: readonly [MemoryView, ...MemoryView[], ReducePrepareOptions] | readonly [MemoryView, ...MemoryView[]]
  ): Promise<Explanation>;
}

/** The options of a prepared call. */
export type ReducePrepareOptions<O extends ReduceCallOptions = ReduceCallOptions> = Omit<
  O,
  "signal" | "onProgress" | "acquireTimeoutMs"
>;

/**
 * A reduction's or a scan's call that is ready to be made.
 *
 * @typeParam R - what it gives: a value if all axes are reduced, else its array
 */
export interface PreparedReduce<R = unknown> extends Disposable {
  /** Where its results are: of no axes if all are reduced, and then the call's own, which goes with it. */
  readonly out: MemoryView;
  /** Reduces what the arrays hold now. */
  run(options?: RunOptions): Promise<R>;
  /** As {@link run}, and it is done when this returns. Where the caller takes part, and not in mode `worker`. */
  runSync(): R;
  /** Gives the arrays back. An array that it has made for several results stays, and is the program's. */
  release(): void;
}

/** Makes a reduction. Nothing is read or compiled before it is called; what does that is loaded meanwhile. */
export function makeReduce(
  context: KernelContext,
  by: unknown,
  options: ReduceOptions<Parameters>,
): ReduceKernel<unknown> {
  const checked = checkFold(by, options);
  expectFold(by, options);
  const load = async (): Promise<Calls> => {
    const { FoldCalls, REDUCTION } = await loadFoldCalls();
    return new FoldCalls(REDUCTION, context, checked, options);
  };
  return lateCalls(checked.label, load) as unknown as ReduceKernel<unknown>;
}

/** Checks what is said of a reduction or a scan. @throws as `checkKernel` */
export function checkFold(by: unknown, options: ReduceOptions<Parameters>): CheckedKernel {
  const { compute, border, relaxed, roundsMax, parameters } = options;
  const name = options.name ?? (typeof by === "string" ? by : undefined);
  return checkKernel(by, { name, compute, border, relaxed, roundsMax, parameters });
}
