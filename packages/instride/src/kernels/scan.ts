/**
 * `rt.scan`: running totals, along an axis.
 *
 * @module
 */
import { type DType, type MemoryView, type SharedView, ValueError } from "@instride/core";
import type { Explanation, ScanName } from "@instride/kernels/compiler";
import { FoldCalls, type Folding } from "./fold-calls.ts";
import type { NoParameters, Parameters, ParameterValue } from "./functions.ts";
import { expectFold } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import type { CallControl } from "./ready-loop.ts";
import { methodsOf, type PreparedReduce, type ReduceOptions } from "./reduce.ts";
import { bindScan, planScanCall } from "./scan-binding.ts";

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
  /** Compiles for operands like these, and runs nothing. */
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
  const calls = new FoldCalls(SCAN, context, by, options);
  expectFold(by, options);
  return methodsOf(calls) as unknown as ScanKernel;
}

const SCAN: Folding<ScanName> = {
  verb: "scan",
  names: ({ SCANS }) => Object.keys(SCANS),
  isWhole: () => false,
  checkTaken: ({ label }, options) => {
    const refused = (["initial", "where", "ddof", "keepdims"] as const).find((name) => options[name] !== undefined);
    if (refused !== undefined) throw new ValueError(`cannot call ${label} with ${refused}: a scan takes none`);
    if (Array.isArray(options.axis)) throw new ValueError(`cannot call ${label} along several axes: expected one`);
  },
  bind: (read, request, use) => bindScan(read, { ...request, options: request.options as ScanCallOptions }, use),
  plan: (read, request) => planScanCall(read, { ...request, options: request.options as ScanCallOptions }),
};
