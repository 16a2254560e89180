/**
 * How kernels walk: core's plan of an iteration, with runs that are worth a loop.
 *
 * Core's plan makes the densest axis the run. In an interleaved picture that is its three channels, and a loop of three
 * steps costs more to enter than to run. Elements may be visited in any order, so a longer axis takes its place: the
 * channels are walked one after the other, each in long strided runs.
 *
 * @module
 */
import { type IterationPlan, planIteration } from "@instride/core";

/** Entering a run costs about as much as this many elements. */
const RUN_MIN = 16;

/**
 * Plans a walk in which the order of elements doesn't matter.
 *
 * @param shape - elements along each axis
 * @param strides - for each operand, its stride along each axis; the first operand decides the order
 * @param runMin - elements of a run that is long enough
 */
export function planRuns(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  runMin: number = RUN_MIN,
): IterationPlan {
  return lengthenRun(planIteration(shape, strides), 0, runMin);
}

/**
 * Makes the innermost axis that is long enough the run; the longest, if none is.
 *
 * @param first - the outermost axis that may become the run
 */
export function lengthenRun(plan: IterationPlan, first: number, runMin: number = RUN_MIN): IterationPlan {
  const last = plan.shape.length - 1;
  let run = last;
  for (let axis = last; axis >= first && plan.shape[run]! < runMin; axis--) {
    if (plan.shape[axis]! > plan.shape[run]!) run = axis;
  }
  if (run === last) return plan;
  const toEnd = (list: readonly number[]): number[] => [...list.toSpliced(run, 1), list[run]!];
  return { shape: toEnd(plan.shape), strides: plan.strides.map(toEnd) };
}

/**
 * The same number, as what V8 calls a small integer where it is one.
 *
 * Offsets and strides come out of divisions, and out of arrays with such numbers in them, so some arrive as floats. A
 * loop that is given one computes every index in floats ever after, and checks each for a fraction. To be called where
 * an index enters a loop: arrays may turn it into a float again.
 */
export function smallInteger(value: number): number {
  const integer = value | 0;
  return integer === value ? integer : value;
}
