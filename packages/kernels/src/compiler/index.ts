/**
 * The compiler of kernels: from functions to code that threads run.
 *
 * Apart from the package's other entry, so that a program that compiles nothing loads none of it.
 *
 * @module
 */
export type { KernelBorder } from "../graph/strided.ts";
export { operandName, outputName } from "../iteration/body.ts";
export type { OperandLayout } from "../iteration/layouts.ts";
export type { KernelSource, KernelSources } from "../language/kernel-source.ts";
export { readProgram } from "../language/read-program.ts";
export type { Casting } from "../typing/promotion.ts";
export type { Lowered, LowerRequest } from "../typing/lower-program.ts";
export {
  type GeneratedCode,
  type GeneratedLoop,
  generatedLoops,
  type LoopOfCode,
  type MapArguments,
  type ReduceArguments,
} from "./generated-loops.ts";
export { type PlannedMap, planMap } from "./map-code.ts";
export { lowerKept } from "./map-program.ts";
export { type Explanation, explainMap } from "./explain.ts";
export { isPlain, type PlainCall, type PlainMemory, runPlainRange } from "./plain-run.ts";
export { broadcastLayout } from "../iteration/layouts.ts";
export { reducedAxes, reducedShape } from "../reduction/axes.ts";
export { isReductionName, type ReductionName, REDUCTIONS, type ScanName, SCANS } from "../reduction/reductions.ts";
export { type PlannedReduce, planReduce, planScanning } from "./reduce-code.ts";
export { accumulatorLanes, type ReductionQuery, type TypedReduction, typeReduction } from "./reduction-types.ts";
