/**
 * `rt.map`: a function of elements, computed for every element of arrays.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import type { Explanation } from "@instride/kernels/compiler";
import type { RunOptions } from "@instride/scheduler";
import type { ParameterValue } from "./functions.ts";
import { expectKernel, loadMapCalls } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import { type Calls, lateCalls } from "./late-calls.ts";
import { checkKernel, type MapOptions } from "./map-settings.ts";
import type { CallControl, RunnerOptions } from "./ready-loop.ts";

/** The options of a call. */
export interface MapCallOptions<O = unknown> extends CallControl {
  /** Where results are written; they are cast to its dtype. Default: new arrays. */
  readonly out?: O | undefined;
  /** Bools, broadcast to the shape: other elements of `out` stay as they are, of new arrays they are 0. */
  readonly where?: MemoryView | undefined;
  /** Values for names of the function's last parameter, instead of those given to `rt.map`. Nothing is compiled anew. */
  readonly parameters?: Readonly<Record<string, ParameterValue>> | undefined;
}

/** The options of a prepared call. */
export type MapPrepareOptions<O = unknown> = RunnerOptions & Pick<MapCallOptions<O>, "out" | "where" | "parameters">;

/** What of an array's form a call of `out` takes. */
type OutOf<R> = R extends MemoryView ? MemoryView : { readonly [K in keyof R]: MemoryView };

/** A compiled kernel: call it with arrays. */
export interface MapKernel<A extends readonly unknown[] = readonly MemoryView[], R = unknown> {
  /**
   * Computes every element: operands, then maybe options.
   *
   * @returns `out`, or new arrays of the promoted dtype and the shape to which the operands broadcast
   * @throws a `KernelSyntaxError` for a function that can't be compiled; a `DTypeError`, `ShapeError` or `ValueError` for
   *   operands that don't go together; a `ReadonlyError`; a `BorrowError` if another call has the arrays; a `KernelError`
   *   with a `KernelBudgetError` as its cause; the signal's reason
   *
   * Cost: a call with the same arrays as before takes 1 or 2 µs beside the work.
   */
  (...args: readonly [...operands: A, options?: MapCallOptions<OutOf<R>>]): Promise<R>;
  /** What errors and reports call it. */
  readonly label: string;
  /** Makes a call ready to be made often. Release it in the end: until then its arrays can't be released. */
  prepare(...args: readonly [...operands: A, options?: MapPrepareOptions<OutOf<R>>]): Promise<PreparedMap<R>>;
  /**
   * Compiles for operands like these, which it doesn't touch, and has the engine make the best of the code: for some
   * milliseconds it is run over zeros that stand in for them.
   */
  warm(
    ...args: readonly [...operands: A, options?: Pick<MapCallOptions<OutOf<R>>, "out" | "where" | "parameters">]
  ): Promise<void>;
  /** Says what is computed for operands like these, and how. `String()` of it is what a person reads. */
  explain(
    ...args: readonly [...operands: A, options?: Pick<MapCallOptions<OutOf<R>>, "out" | "where" | "parameters">]
  ): Promise<Explanation>;
}

/** A call that is ready to be made. */
export interface PreparedMap<R = unknown> extends Disposable {
  /** Where its results are. */
  readonly out: R;
  /** Computes every element, of what the arrays hold now. */
  run(options?: RunOptions): Promise<void>;
  /** As {@link run}, and it is done when this returns. Where the caller takes part, and not in mode `worker`. */
  runSync(): void;
  /** Gives the arrays back. New arrays that it has made stay, and are the program's. */
  release(): void;
}

/** Makes a kernel. Nothing is read or compiled before it is called; what does that is loaded meanwhile. */
export function makeMap(context: KernelContext, source: unknown, options: MapOptions): MapKernel {
  const checked = checkKernel(source, options);
  expectKernel(typeof source !== "object");
  const load = async (): Promise<Calls> => {
    const { MapCalls } = await loadMapCalls();
    return new MapCalls(context, checked);
  };
  return lateCalls(checked.label, load) as unknown as MapKernel;
}
