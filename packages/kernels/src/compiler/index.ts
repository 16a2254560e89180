/**
 * The compiler of kernels: from functions to code that threads run.
 *
 * Apart from the package's other entry, so that a program that compiles nothing loads none of it; and in parts, of which
 * each is loaded when it is needed.
 *
 * @module
 */
export type { KernelBorder } from "../graph/strided.ts";
export { loadMathematics } from "../expansion/mathematics.ts";
export { MissingPart } from "../expansion/missing-part.ts";
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
export type { Explanation } from "./explain.ts";
export { isPlain, type PlainCall, type PlainMemory, runPlainRange } from "./plain-run.ts";
export { broadcastLayout } from "../iteration/layouts.ts";
export { loadParser } from "../language/parser.ts";
export { PARAMETER_BYTES, ParameterWords } from "../iteration/parameter-words.ts";
export type { ReductionName, ScanName } from "../reduction/reductions.ts";
export type { PlannedReduce } from "./reduce-code.ts";
export type { ReductionQuery, TypedReduction } from "./reduction-types.ts";

/** Loads what says in words what was compiled. */
export function loadExplain(): Promise<typeof import("./explain.ts")> {
  return import("./explain.ts");
}

/** What reductions and scans take beside the rest. */
export type Reductions = typeof import("./reductions.ts");

/** Loads what compiles reductions and scans, and the body that runs them. */
export function loadReductions(): Promise<Reductions> {
  return import("./reductions.ts");
}
