/**
 * Elements that ask where they are, or for their neighbours: what is reduced doesn't follow from what lies at one place of
 * each operand, so it is computed before it is folded, by the code of an element-wise kernel.
 *
 * A reduction has it computed some blocks at a time, to where its fold reads them, and the next ones over them. A scan has
 * all of it computed first, to where the results come to lie, which it then scans in place.
 *
 * @module
 */
import { contiguousStrides, DTYPES, sizeOf } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import type { CallLayout, OperandLayout } from "../iteration/layouts.ts";
import { type BoxPlan, type ElementwisePlan, planBoxes, planElementwise } from "../iteration/plan.ts";
import { isDenser } from "./columns.ts";
import { BLOCK_ELEMENTS_MAX } from "./fold-order.ts";
import type { PassArray } from "./plan.ts";
import type { Walk } from "./walks.ts";

/** Whether elements don't follow from what lies at one place of each operand. */
export function asksForPlace({ nodes }: Graph): boolean {
  return nodes.some((node) => node.kind === "index" || (node.kind === "load" && node.shift.length > 0));
}

/** The name of the function that computes boxes of elements. */
export const MAKE = "make";

/** Stands for a view where elements lie that are made for a block. */
export const MADE = "made";

/** How blocks of elements are computed, by boxes of a walk along the axes that are kept and those that are reduced. */
export interface MadeBoxes extends BoxPlan {
  /** From an element of the result's to the next one's, in elements: as many as are reduced to it, or a block has. */
  readonly row: number;
  /** Whether the innermost axis that is kept is the last of the walk, after those that are reduced; else these are last. */
  readonly isOfColumns: boolean;
}

/** Elements that are computed block by block. */
export interface MadeElements {
  readonly boxes: MadeBoxes;
  /** What the passes walk over: the elements as they are made, then other operands, and where there is one a result. */
  readonly kept: Walk;
  readonly reduced: Walk;
}

/** What is known of the operands of elements, and of the axes along which they are walked over. */
export interface MadeRequest {
  readonly element: Graph;
  /** Of the call. */
  readonly shape: readonly number[];
  /** Of the element's operands. */
  readonly operands: readonly CallLayout[];
  /** Those of the operands, of a mask if there is one, of the axes that matter, and of the result for `kept`. */
  readonly kept: Walk;
  readonly reduced: Walk;
  /** The axes whose indices are columns of these. */
  readonly axes: readonly number[];
  /** Elements that are reduced to one. */
  readonly elements: number;
  readonly isInHeap: boolean;
}

/** Runs that are shorter cost more to begin than to go along at whatever steps. */
const RUN_MIN = 8;

/**
 * Plans elements that are computed block by block. Those that are reduced to one are made side by side, in C order of the
 * walk; those that are reduced to the next one of the innermost axis that is kept lie a row further.
 */
export function planMade(request: MadeRequest): MadeElements {
  const { element, shape, operands, axes, elements, isInHeap } = request;
  const [kept, reduced] = [request.kept, asPlane(request.reduced)];
  const { dtype } = element.stores[0]!;
  const { itemsize } = DTYPES[dtype];
  const row = Math.min(BLOCK_ELEMENTS_MAX, elements);
  const isOfColumns = isMadeOfColumns(request);
  const made = {
    kept: kept.shape.map((_, axis) => (axis === kept.shape.length - 1 ? row * itemsize : 0)),
    reduced: contiguousStrides(reduced.shape, itemsize, "C"),
  };
  const count = operands.length;
  const columns = [...operands.keys(), ...axes.map((_, place) => reduced.strides.length - axes.length + place)];
  const walk = {
    shape: inWalk({ isOfColumns }, kept.shape, reduced.shape),
    strides: [
      inWalk({ isOfColumns }, made.kept, made.reduced),
      ...columns.map((column) => inWalk({ isOfColumns }, kept.strides[column]!, reduced.strides[column]!)),
    ],
    offsets: [0, ...operands.map(({ byteOffset }) => byteOffset), ...axes.map(() => 0)],
  };
  const outputs = [{ dtype, byteOffset: 0, strides: shape.map(() => 0), inHeap: isInHeap }];
  const boxes = planBoxes(element, { shape, outputs, operands, walk, isDirect: isInHeap }, MAKE);
  const others = reduced.strides.slice(count, reduced.strides.length - axes.length);
  return {
    boxes: { ...boxes, row, isOfColumns },
    kept: {
      shape: kept.shape,
      strides: [
        made.kept,
        ...kept.strides.slice(count, count + others.length),
        ...kept.strides.slice(reduced.strides.length),
      ],
    },
    reduced: { shape: reduced.shape, strides: [made.reduced, ...others] },
  };
}

/** Whether operands lie more closely along what is kept, or what is reduced makes no runs. */
function isMadeOfColumns({ operands, kept, reduced }: MadeRequest): boolean {
  const along = ({ strides }: Walk): number[] => operands.map((_, operand) => Math.abs(strides[operand]!.at(-1)!));
  const isBetter = reduced.shape.at(-1)! < RUN_MIN || isDenser(along(kept), along(reduced));
  return isBetter && kept.shape.at(-1)! >= RUN_MIN;
}

/** What is said of the axes that are kept and of those that are reduced, in the order of the walk of boxes. */
export function inWalk(
  { isOfColumns }: Pick<MadeBoxes, "isOfColumns">,
  kept: readonly number[],
  reduced: readonly number[],
): number[] {
  return isOfColumns ? [...kept.slice(0, -1), ...reduced, kept.at(-1)!] : [...kept, ...reduced];
}

/** What a unit makes: so many elements at once, so often. */
export interface MadePieces {
  readonly elements: number;
  readonly count: number;
}

/** How often a unit makes elements, unless there were fewer units than threads may share well then. */
const PIECES_MAX = 8;
const UNITS_MIN = 8;

/**
 * Finds out how many elements are made at once: many, since what is done for a call of compiled code takes as long as some
 * thousands of them. Each unit has memory for as many, and makes them several times.
 *
 * @param total - elements of the call
 * @param most - that may be made at once
 * @param block - of which they are a multiple
 */
export function madePieces(total: number, most: number, block: number): MadePieces {
  const blocks = Math.min(Math.floor(most / block), Math.ceil(total / block));
  const elements = Math.max(1, blocks) * block;
  return { elements, count: Math.max(1, Math.min(PIECES_MAX, Math.floor(total / elements / UNITS_MIN))) };
}

/** The same walk along two axes at least, as blocks are copied along. */
function asPlane({ shape, strides }: Walk): Walk {
  if (shape.length > 1) return { shape, strides };
  return { shape: [1, ...shape], strides: strides.map((own) => [0, ...own]) };
}

/** Elements that are all computed before. */
export interface StoredElements {
  readonly plan: ElementwisePlan;
  /** Where they come to lie. */
  readonly target: PassArray;
}

/**
 * Plans elements that are all computed before.
 *
 * @param target - over the shape of the operands
 * @param view - that the target lies in
 */
export function planStored(
  element: Graph,
  operands: readonly OperandLayout[],
  target: OperandLayout,
  view: string,
): StoredElements {
  const { dtype, byteOffset } = target;
  return { plan: planElementwise(element, [target], operands), target: { dtype, byteOffset, view } };
}

/** Where a scan's elements lie in C order that are scanned as if they were of one axis, or in scratch memory. */
export function linearStrides(shape: readonly number[], stride: number): number[] {
  return shape.map((_, axis) => stride * sizeOf(shape.slice(axis + 1)));
}

/** The same plan for a target that begins some bytes further. */
export function movedTarget(plan: ElementwisePlan, bytes: number): ElementwisePlan {
  const { outputs, walk } = plan;
  const move = (output: CallLayout): CallLayout => ({ ...output, byteOffset: output.byteOffset + bytes });
  return {
    ...plan,
    outputs: outputs.map(move),
    walk: {
      ...walk,
      offsets: walk.offsets.map((offset, column) => (column < outputs.length ? offset + bytes : offset)),
    },
  };
}
