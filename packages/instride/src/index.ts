/**
 * The Python buffer protocol for JavaScript threads, and strided loops on every core: the one import.
 *
 * ```ts
 * import { open } from "instride";
 *
 * await using rt = await open();
 * const photo = rt.from(pixels, { shape: [2160, 3840, 3] }); // in shared memory
 * const luma = rt.empty([2160, 3840], "float32");
 *
 * await rt.parallelFor(new URL("./luma.kernel.ts", import.meta.url), {
 *   over: luma.shape[0],
 *   views: { photo: photo.toReadonly(), luma },
 * });
 * ```
 *
 * and in `luma.kernel.ts`, which every thread runs on the chunks that it claims:
 *
 * ```ts
 * import type { HalfOpenRange, MemoryView } from "instride";
 *
 * type Views = { photo: MemoryView<"uint8">; luma: MemoryView<"float32"> };
 *
 * export default function luma({ start, stop }: HalfOpenRange, { photo, luma }: Views): void { ... }
 * ```
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
export { open, type OpenOptions, THREADS_MAX } from "./node.ts";
export { type DTypeOf, type Mode, Runtime, type RuntimeParts, type RuntimeStats, type TypedData } from "./runtime.ts";
export { type FileOptions, type FileTarget, type OpenFile, readInto, writeFrom } from "./node/files.ts";
export { type LoadOptions, loadNpy, loadNpz, saveNpy, saveNpz, type SaveOptions } from "./node/numpy-files.ts";
export { receive, send, type TransferOptions } from "./node/sockets.ts";
export { type StreamOptions, viewReadStream, viewWriteStream } from "./node/streams.ts";
export { type MadePixels, type RawInfo, type RawPixels, rawPixels, storePixels } from "./pictures.ts";
