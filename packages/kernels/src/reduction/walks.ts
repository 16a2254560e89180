/**
 * Along which axes a reduction walks: those that are kept, and those that are reduced, each merged where the strides allow
 * it.
 *
 * @module
 */
import { broadcastShapes, type IterationPlan, planIteration, sizeOf } from "@instride/core";
import { broadcastLayout, type CallLayout, type OperandLayout } from "../iteration/layouts.ts";

/** Axes, outermost first, at least one; strides in bytes by operand. */
export type Walk = IterationPlan;

export interface ReductionWalks {
  /** Of all operands together. */
  readonly shape: readonly number[];
  readonly operands: readonly CallLayout[];
  /** Strides are those of the operands, then those of the indices that matter; the last are those of the result. */
  readonly kept: Walk;
  readonly reduced: Walk;
}

/**
 * @param shape - to which the operands broadcast
 * @param axes - that are reduced, numbers from 0 in order
 * @param resultStrides - along the axes that are kept, in order
 * @param isOrdered - whether the place of an element among those that are reduced matters: it is counted in C order
 * @param indexed - the axes whose indices matter: such an axis is merged with no other
 */
export function planWalks(
  shape: readonly number[],
  operands: readonly OperandLayout[],
  axes: readonly number[],
  resultStrides: readonly number[],
  isOrdered: boolean,
  indexed: readonly number[] = [],
): ReductionWalks {
  const layouts = operands.map((layout) => broadcastLayout(layout, shape));
  const keptAxes = [...shape.keys()].filter((axis) => !axes.includes(axis));
  const along = (wanted: readonly number[], { strides }: Pick<CallLayout, "strides">): number[] =>
    wanted.map((axis) => strides[axis]!);
  const keptShape = keptAxes.map((axis) => shape[axis]!);
  const reducedShape = axes.map((axis) => shape[axis]!);
  const columns = [
    ...layouts,
    ...indexed.map((axis) => ({ strides: shape.map((_, other) => (other === axis ? 1 : 0)) })),
  ];
  const reducedStrides = columns.map((column) => along(axes, column));
  return {
    shape,
    operands: layouts,
    kept: planWalk(keptShape, [...columns.map((column) => along(keptAxes, column)), [...resultStrides]]),
    reduced: isOrdered ? mergeAxes(reducedShape, reducedStrides) : planWalk(reducedShape, reducedStrides),
  };
}

/**
 * The walks of a scan along some axes: one, or all of them in C order.
 *
 * @param result - of the operands' shape, or of one axis where all are scanned
 * @returns walks whose last strides are those of the result
 */
export function planScanWalks(
  operands: readonly OperandLayout[],
  axes: readonly number[],
  result: OperandLayout,
  isWhole: boolean,
): { readonly kept: Walk; readonly reduced: Walk } {
  const shape = broadcastShapes(...operands.map((operand) => operand.shape));
  const own = isWhole
    ? shape.map((_, axis) => (result.strides[0] ?? 0) * sizeOf(shape.slice(axis + 1)))
    : result.strides;
  const strides = [...operands.map((layout) => broadcastLayout(layout, shape).strides), own];
  const along = (wanted: readonly number[]): number[][] => strides.map((all) => wanted.map((axis) => all[axis]!));
  const keptAxes = [...shape.keys()].filter((axis) => !axes.includes(axis));
  const lengths = (wanted: readonly number[]): number[] => wanted.map((axis) => shape[axis]!);
  return { kept: planWalk(lengths(keptAxes), along(keptAxes)), reduced: mergeAxes(lengths(axes), along(axes)) };
}

function planWalk(shape: readonly number[], strides: readonly (readonly number[])[]): Walk {
  return shape.includes(0) ? { shape: [0], strides: strides.map(() => [0]) } : planIteration(shape, strides);
}

/** Merges neighbours in their order, without those of length 1. */
function mergeAxes(shape: readonly number[], strides: readonly (readonly number[])[]): Walk {
  if (sizeOf(shape) === 0) return { shape: [0], strides: strides.map(() => [0]) };
  const merged: number[] = [];
  const mergedStrides: number[][] = strides.map(() => []);
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const last = merged.length - 1;
    const joins = last >= 0 && strides.every((own, k) => mergedStrides[k]![last] === own[axis]! * length);
    if (joins) merged[last]! *= length;
    else merged.push(length);
    for (const [k, own] of strides.entries()) mergedStrides[k]![merged.length - 1] = own[axis]!;
  }
  if (merged.length > 0) return { shape: merged, strides: mergedStrides };
  return { shape: [1], strides: strides.map(() => [0]) };
}

/** The indices of the element of some number, counted in C order. */
export function indicesOf(shape: readonly number[], number: number): number[] {
  const indices = shape.map(() => 0);
  let rest = number;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices[axis] = rest % shape[axis]!;
    rest = (rest - indices[axis]!) / shape[axis]!;
  }
  return indices;
}

/** How far the element of some number, counted in C order, lies from the first: by operand. */
export function distancesOf({ shape, strides }: Walk, number: number): number[] {
  const distances = strides.map(() => 0);
  let rest = number;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const index = rest % shape[axis]!;
    rest = (rest - index) / shape[axis]!;
    for (const [k, own] of strides.entries()) distances[k]! += index * own[axis]!;
  }
  return distances;
}
