/**
 * The built-in kernels by name: how a thread finds the one that it is told to run.
 *
 * @module
 */
import { describe, ValueError } from "@instride/core";
import { add, type BinaryViews, divide, multiply, subtract } from "./arithmetic.ts";
import { convert, type ConvertArguments, type ConvertViews } from "./convert.ts";
import { convolve, type ConvolveArguments, type ConvolveViews } from "./convolve.ts";
import { copy, type CopyViews } from "./copy.ts";
import { histogram, type HistogramArguments, type HistogramViews, joinCounts } from "./histogram.ts";
import type { BuiltinKernel } from "./kernel.ts";
import { lookup, type LookupArguments, type LookupViews } from "./lookup.ts";
import { unsharp, type UnsharpArguments, type UnsharpViews } from "./unsharp.ts";
import { weightedSum, type WeightedSumArguments, type WeightedSumViews } from "./weighted-sum.ts";

/** Each kernel with its own views, arguments and result. */
export interface BuiltinKernels {
  readonly add: BuiltinKernel<BinaryViews, unknown, void>;
  readonly convert: BuiltinKernel<ConvertViews, ConvertArguments | undefined, void>;
  readonly convolve: BuiltinKernel<ConvolveViews, ConvolveArguments | undefined, void>;
  readonly copy: BuiltinKernel<CopyViews, unknown, void>;
  readonly divide: BuiltinKernel<BinaryViews, unknown, void>;
  readonly histogram: BuiltinKernel<HistogramViews, HistogramArguments, number[]>;
  readonly lookup: BuiltinKernel<LookupViews, LookupArguments, void>;
  readonly multiply: BuiltinKernel<BinaryViews, unknown, void>;
  readonly subtract: BuiltinKernel<BinaryViews, unknown, void>;
  readonly unsharp: BuiltinKernel<UnsharpViews, UnsharpArguments, void>;
  readonly weightedSum: BuiltinKernel<WeightedSumViews, WeightedSumArguments, void>;
}

export type KernelName = keyof BuiltinKernels;

export const KERNELS: BuiltinKernels = {
  add: { name: "add", run: add, leading: "dst" },
  convert: { name: "convert", run: convert, leading: "dst" },
  convolve: { name: "convolve", run: convolve, leading: "dst" },
  copy: { name: "copy", run: copy, leading: "dst" },
  divide: { name: "divide", run: divide, leading: "dst" },
  histogram: { name: "histogram", run: histogram, leading: "src", join: joinCounts },
  lookup: { name: "lookup", run: lookup, leading: "dst" },
  multiply: { name: "multiply", run: multiply, leading: "dst" },
  subtract: { name: "subtract", run: subtract, leading: "dst" },
  unsharp: { name: "unsharp", run: unsharp, leading: "dst" },
  weightedSum: { name: "weightedSum", run: weightedSum, leading: "dst" },
};

/** True for the name of a built-in kernel. */
export function isKernelName(name: unknown): name is KernelName {
  return typeof name === "string" && Object.hasOwn(KERNELS, name);
}

/**
 * Finds a kernel by its name.
 *
 * @returns the kernel with its own types where the name is a literal; else one that takes any views and arguments, which
 *   every built-in checks itself
 * @throws {@link ValueError} for any other name, listing the names
 */
export function kernelNamed<N extends KernelName>(name: N): BuiltinKernels[N];
export function kernelNamed(name: string): BuiltinKernel;
export function kernelNamed(name: string): BuiltinKernel {
  if (isKernelName(name)) return KERNELS[name] as unknown as BuiltinKernel;
  throw new ValueError(`no kernel is named ${describe(name)}: expected one of ${Object.keys(KERNELS).join(", ")}`);
}
