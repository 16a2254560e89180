/**
 * `rt.scan`: running totals, along an axis.
 *
 * @module
 */
import type { DType, MemoryView, SharedView } from "@instride/core";
import type { Explanation } from "@instride/kernels/compiler";
import type { NoParameters, Parameters, ParameterValue } from "./functions.ts";
import { expectFold, loadFoldCalls } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import type { CallControl } from "./ready-loop.ts";
import { type Calls, lateCalls } from "./late-calls.ts";
import { checkFold, type PreparedReduce, type ReduceOptions } from "./reduce.ts";

/** The options of `rt.scan`. A combining function has to be associative. */
export type ScanOptions<P extends Parameters = NoParameters> = Omit<ReduceOptions<P>, "identity">;

/** The options of a call: NumPy's. */
export interface ScanCallOptions extends CallControl {
  /** The axis along which it goes; a negative one counts from the last. Default: all elements, in C order, as one axis. */
  readonly axis?: number | null | undefined;
  /** The dtype to accumulate in. */
  readonly dtype?: DType | undefined;
  /** Where the result is written. Default: a new array. */
  readonly out?: MemoryView | undefined;
  /** Values for names of the functions' last parameters. */
  readonly parameters?: Readonly<Record<string, ParameterValue>> | undefined;
}

/** A scan: call it with arrays. */
export interface ScanKernel {
  /**
   * Scans operands.
   *
   * @returns `out`, or a new array: of the operands' shape with `axis`, else of one axis. The same bits for any number of
   *   threads
   * @throws as a kernel of `rt.map` does; an `IndexError` for an axis that isn't there
   */
  (
    ...args: readonly [MemoryView, ...MemoryView[], ScanCallOptions] | readonly [MemoryView, ...MemoryView[]]
  ): Promise<SharedView<DType>>;
  readonly label: string;
  /** Makes a call ready to be made often. Release it in the end: until then its arrays can't be released. */
  prepare(
    ...args: readonly [MemoryView, ...MemoryView[], ScanPrepareOptions] | readonly [MemoryView, ...MemoryView[]]
  ): Promise<PreparedReduce<SharedView<DType>>>;
  /**
   * Compiles for operands like these, which it doesn't touch, and has the engine make the best of the code: for some
   * milliseconds it is run over zeros that stand in for them.
   */
  warm(
    ...args: readonly [MemoryView, ...MemoryView[], ScanPrepareOptions] | readonly [MemoryView, ...MemoryView[]]
  ): Promise<void>;
  /** Says what is computed for operands like these, and how. `String()` of it is what a person reads. */
  explain(
    ...args: readonly [MemoryView, ...MemoryView[], ScanPrepareOptions] | readonly [MemoryView, ...MemoryView[]]
  ): Promise<Explanation>;
}

/** The options of a prepared call. */
export type ScanPrepareOptions = Omit<ScanCallOptions, "signal" | "onProgress" | "acquireTimeoutMs">;

/** Makes a scan. Nothing is read or compiled before it is called; what does that is loaded meanwhile. */
export function makeScan(context: KernelContext, by: unknown, options: ScanOptions<Parameters>): ScanKernel {
  const checked = checkFold(by, options);
  expectFold(by, options);
  const load = async (): Promise<Calls> => {
    const { FoldCalls, SCAN } = await loadFoldCalls();
    return new FoldCalls(SCAN, context, checked, options);
  };
  return lateCalls(checked.label, load) as unknown as ScanKernel;
}
