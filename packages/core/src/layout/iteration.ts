/**
 * In which order to walk over strided operands of one shape: as few, as long and as dense runs as the strides allow.
 *
 * A loop over n axes is planned once (axes of length 1 dropped, axes sorted so that the first operand's smallest
 * stride is innermost, neighbours merged where every operand's strides allow it) and then walked run by run. The
 * elements of a run lie at one constant stride for each operand; what is done with a run is the caller's own loop, so
 * that each caller's inner loop is compiled for itself.
 *
 * Strides and offsets are in any one unit (bytes or elements): the plan doesn't care.
 *
 * Source: NumPy's `nditer`, `npyiter_coalesce_axes` and `npyiter_find_best_axis_ordering`.
 *
 * @module
 */

/** A planned walk. The last axis is the run. */
export interface IterationPlan {
  /** Elements along each remaining axis, outermost first; `[n]` for a single run, never empty. */
  readonly shape: readonly number[];
  /** For each operand, its strides along these axes. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * Plans a walk in which the order of elements doesn't matter.
 *
 * @param shape - elements along each axis
 * @param strides - for each operand, its stride along each axis; the first operand (the output) decides the order
 *
 * Cost: O(operands · ndim · log ndim).
 */
export function planIteration(shape: readonly number[], strides: readonly (readonly number[])[]): IterationPlan {
  const axes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (shape[axis] !== 1) axes.push(axis);
  axes.sort((a, b) => compareAxes(a, b, strides));

  const merged: number[] = [];
  const mergedStrides: number[][] = strides.map(() => []);
  for (const axis of axes) {
    const length = shape[axis]!;
    const last = merged.length - 1;
    const joins = last >= 0 && strides.every((own, k) => mergedStrides[k]![last] === own[axis]! * length);
    if (joins) merged[last] = merged[last]! * length;
    else merged.push(length);
    for (const [k, own] of strides.entries()) mergedStrides[k]![merged.length - 1] = own[axis]!;
  }
  if (merged.length === 0) {
    merged.push(1);
    for (const own of mergedStrides) own.push(0);
  }
  return { shape: merged, strides: mergedStrides };
}

/** Larger strides first (outermost), by the first operand that tells two axes apart; else as they were. */
function compareAxes(a: number, b: number, strides: readonly (readonly number[])[]): number {
  for (const own of strides) {
    const difference = Math.abs(own[b]!) - Math.abs(own[a]!);
    if (difference !== 0 && own[a] !== 0 && own[b] !== 0) return difference;
  }
  return a - b;
}

/**
 * Walks a plan run by run.
 *
 * @param offsets - for each operand, where its first element lies
 * @param body - gets the elements in a run, and for each operand the offset of the run's first element (one array,
 *   changed from call to call) and its stride within runs
 */
export function forEachRun(
  plan: IterationPlan,
  offsets: readonly number[],
  body: (length: number, offsets: readonly number[], strides: readonly number[]) => void,
): void {
  const { shape, strides } = plan;
  const outer = shape.length - 1;
  const length = shape[outer]!;
  const inner = strides.map((own) => own[outer]!);
  if (shape.includes(0)) return;
  const at = [...offsets];
  const index = new Array<number>(outer).fill(0);
  for (;;) {
    body(length, at, inner);
    // An odometer over the outer axes: advance the innermost that has room, rewind those that ran out.
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      for (let k = 0; k < at.length; k++) at[k] = at[k]! - strides[k]![axis]! * (shape[axis]! - 1);
      index[axis] = 0;
    }
    if (axis < 0) return;
    for (let k = 0; k < at.length; k++) at[k] = at[k]! + strides[k]![axis]!;
  }
}
