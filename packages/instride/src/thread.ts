/**
 * For modules of kernels and tasks: loops that their functions run themselves, on the thread that they are on, at once.
 *
 * A body is one of many that keep every core busy, so a loop inside of it has nobody to share its work with: it runs
 * inline. It takes the options of the runtime's loops and gives the same bits; and since a body may not await, it is done
 * when the call returns.
 *
 * ```ts
 * import { kernel, parallelFor, parallelReduce } from "instride/thread";
 * import type { HalfOpenRange, MemoryView } from "instride";
 *
 * type Views = { volume: MemoryView<"float32">; means: MemoryView<"float64"> };
 *
 * export default function sliceMeans({ start, stop }: HalfOpenRange, { volume, means }: Views): void {
 *   for (let z = start; z < stop; z++) {
 *     using slice = volume.at(z);
 *     const total = parallelReduce(sumRows, { over: slice.shape[0]!, views: { slice }, identity: 0, join });
 *     means.set(total / slice.size, z);
 *   }
 * }
 * ```
 *
 * It works on every thread, also on that which called `open`.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import type { BuiltinKernel, BuiltinKernels, KernelName } from "@instride/kernels";
import type { ThreadLoops } from "@instride/scheduler";

export type { HalfOpenRange, MemoryView } from "@instride/core";
export type { NestedForOptions, NestedReduceOptions, Over, Partitioner, RangeOf } from "@instride/scheduler";

/** As `provideLoops` of the scheduler has it. */
const provided = (globalThis as { readonly [name: symbol]: unknown })[Symbol.for("instride/thread")];

// Views know their own classes, so a loop has to be of the copy of the packages that has made them: that of the thread,
// where this module is one of several copies. Only a thread that has none loads these.
const loops = (provided as ThreadLoops | undefined) ?? (await import("./thread-loops.ts")).LOOPS;

/**
 * Runs a body over every part of a range, from the first to the last.
 *
 * @param body - a function of a range (one for each dimension if `over` is an array), views and arguments; or the name of
 *   a built-in kernel
 * @throws a `KernelError` with the range on which the body threw; a `ValueError` or `TypeError` for options that are none
 */
export const parallelFor: ThreadLoops["parallelFor"] = loops.parallelFor;

/**
 * Reduces a range: the body returns the result of its part, and `options.join` joins two neighbours.
 *
 * @returns the same bits as the runtime's `parallelReduce`
 * @throws as {@link parallelFor}, and what `join` throws
 */
export const parallelReduce: ThreadLoops["parallelReduce"] = loops.parallelReduce;

/**
 * Scans a range: the body returns the total of its part, and is called again with the total of all parts before it, to
 * write what it scans.
 *
 * @returns the total of the whole range, the same bits as the runtime's `parallelScan`
 * @throws as {@link parallelFor}, and what `join` throws
 */
export const parallelScan: ThreadLoops["parallelScan"] = loops.parallelScan;

/** A built-in kernel as a function. Arguments may be left out where the kernel needs none. */
export type KernelFunction<K> =
  K extends BuiltinKernel<infer V, infer A, infer R>
    ? (range: HalfOpenRange, views: V, ...args: undefined extends A ? [args?: A] : [args: A]) => R
    : never;

/**
 * A built-in kernel as a function of a range, views and arguments, to be called on any part of its range.
 *
 * @throws a `ValueError` for a name that is none
 */
export function kernel<N extends KernelName>(name: N): KernelFunction<BuiltinKernels[N]>;
export function kernel(name: string): KernelFunction<BuiltinKernel>;
export function kernel(name: string): KernelFunction<BuiltinKernel> {
  return loops.kernel(name);
}
