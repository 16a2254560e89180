/**
 * What the one import has on every platform: all but `open`, and what is of a platform alone.
 *
 * @module
 */
export * from "@instride/core";
export * from "@instride/scheduler";
export * as kernels from "@instride/kernels";
export { KernelBudgetError, KernelSyntaxError, type Ufuncs, ufuncs } from "@instride/kernels";
export type { Element, Indices, KernelFunction, Parameters, ParameterValue } from "./kernels/functions.ts";
export type { MapCallOptions, MapKernel, MapPrepareOptions, PreparedMap } from "./kernels/map.ts";
export type { AstypeOptions } from "./kernels/astype.ts";
export type { MapOptions } from "./kernels/map-settings.ts";
export type { FoldedValue } from "./kernels/fold-loop.ts";
export type {
  Combine,
  PreparedReduce,
  ReduceCallOptions,
  ReduceKernel,
  ReduceOptions,
  ReducePrepareOptions,
} from "./kernels/reduce.ts";
export type { ScanCallOptions, ScanKernel, ScanOptions, ScanPrepareOptions } from "./kernels/scan.ts";
export type { CallControl } from "./kernels/ready-loop.ts";
export { ModeError } from "./mode-choice.ts";
export { type CommonOptions, THREADS_MAX } from "./opening.ts";
export { type DTypeOf, type Mode, Runtime, type RuntimeParts, type RuntimeStats, type TypedData } from "./runtime.ts";
export { type MadePixels, type RawInfo, type RawPixels, rawPixels, storePixels } from "./pictures.ts";
