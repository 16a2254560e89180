/**
 * Strided loops over views of any layout.
 *
 * A kernel is a function of a half-open range, views and arguments. The range runs over the first axis of its leading
 * view:
 *
 * ```ts
 * import { MemoryView } from "@instride/core";
 * import { convolve, histogram, kernelNamed } from "@instride/kernels";
 *
 * const src = new MemoryView(new Float32Array([0, 0, 1, 0, 0, 0])).reshape([2, 3]);
 * const dst = new MemoryView(new Float32Array(6)).reshape([2, 3]);
 * const taps = new MemoryView(new Float64Array([0.25, 0.5, 0.25]));
 *
 * convolve({ start: 0, stop: 2 }, { src, taps, dst }, { axis: 1, border: "nearest" });
 * dst.toList(); // [[0, 0.25, 0.75], [0, 0, 0]]
 * ```
 *
 * Nothing depends on how a range is cut, so its chunks can run anywhere, in any order; what they return is joined:
 *
 * ```ts
 * const { run, join } = kernelNamed("histogram");
 * const chunks = [{ start: 0, stop: 1 }, { start: 1, stop: 2 }];
 * const args = { bins: 2, low: 0, high: 1 };
 * chunks.map((range) => run(range, { src }, args)).reduce(join!); // [5, 1], as run({ start: 0, stop: 2 }, { src }, args)
 * ```
 *
 * Operands are of any stride: slices, transposed and flipped views, single channels of a picture. Inputs are broadcast
 * to the shape of the output by NumPy's rules. They are of any real dtype, computed on in float64 and rounded once, to the
 * dtype of the output: to nearest, ties to even, integers beyond the range to the nearest in it.
 *
 * Which threads run what is the business of a scheduler, which this package doesn't know.
 *
 * @module
 */
export { add, type BinaryKernel, type BinaryViews, divide, multiply, subtract } from "./arithmetic.ts";
export { type Border } from "./borders.ts";
export { convert, type ConvertArguments, type ConvertViews } from "./convert.ts";
export { convolve, type ConvolveArguments, type ConvolveViews } from "./convolve.ts";
export { copy, type CopyViews } from "./copy.ts";
export { KernelBudgetError } from "./errors.ts";
export type { FunctionName, Program } from "./expression/expression.ts";
export { type Ufuncs, ufuncs } from "./expression/ufuncs.ts";
export { BINS_MAX, histogram, type HistogramArguments, type HistogramViews, joinCounts } from "./histogram.ts";
export { type BuiltinKernel, type Kernel, type Views } from "./kernel.ts";
export { KernelSyntaxError, type Refusal } from "./language/syntax-error.ts";
export { lookup, type LookupArguments, type LookupViews } from "./lookup.ts";
export { type BuiltinKernels, isKernelName, type KernelName, kernelNamed, KERNELS } from "./registry.ts";
export { unsharp, type UnsharpArguments, type UnsharpViews } from "./unsharp.ts";
export { weightedSum, type WeightedSumArguments, type WeightedSumViews } from "./weighted-sum.ts";
