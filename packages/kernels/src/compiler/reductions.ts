/**
 * The compiler of reductions and scans: a part of its own, so that a program without any loads none of it.
 *
 * @module
 */
export { reducedAxes, reducedShape } from "../reduction/axes.ts";
export { reductionBody } from "../reduction/body.ts";
export { isReductionName, REDUCTIONS, SCANS } from "../reduction/reductions.ts";
export { planReduce, planScanning } from "./reduce-code.ts";
export { accumulatorLanes, typeReduction } from "./reduction-types.ts";

/** Loads what says in words what was compiled. */
export function loadExplainReduction(): Promise<typeof import("./explain-reduction.ts")> {
  return import("./explain-reduction.ts");
}
