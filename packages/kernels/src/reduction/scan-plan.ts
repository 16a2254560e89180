/**
 * What a scan is cut into: totals of blocks, what comes before each block, and then the elements.
 *
 * Elements are merged one after the other inside a block, which begins with what all blocks before it have been merged to.
 * An array of one block is scanned just as NumPy does it; in a longer one, fewer roundings add up.
 *
 * The plan is that of a reduction, with other steps.
 *
 * @module
 */
import { broadcastShapes, checkAxes, DTYPES, ShapeError, sizeOf } from "@instride/core";
import { graphKey } from "../graph/key.ts";
import { check } from "../graph/typing.ts";
import { grainElements } from "../iteration/grain.ts";
import type { OperandLayout } from "../iteration/layouts.ts";
import { slotBytes } from "../wasm/item-parameters.ts";
import { LanePlan } from "../wasm/lane-plan.ts";
import { buildFold } from "./build-fold.ts";
import { codeOf } from "./code.ts";
import { isOverRows, tileOf } from "./columns.ts";
import { combinedRule } from "./combined-rule.ts";
import type { Graph } from "../graph/graph.ts";
import type { Fold } from "./fold.ts";
import { foldOrder, type FoldOrder } from "./fold-order.ts";
import { productRule, sumRule } from "./fold-rules.ts";
import { asksForPlace, linearStrides, planStored } from "./made-elements.ts";
import { unmasked } from "./masked-rules.ts";
import {
  memoryKey,
  type PlannedReduction,
  type ReductionPass,
  type ReductionStep,
  type ScratchRoom,
  storedElement,
  takeRoom,
} from "./plan.ts";
import type { ScanName } from "./reductions.ts";
import { planScanWalks } from "./walks.ts";

/** One of the named scans, or a function that makes one value of two: a graph as of a reduction, associative. */
export type ScanKind = { readonly name: ScanName } | { readonly combine: Graph };

export interface ScanRequest {
  readonly kind: ScanKind;
  /** What is scanned: one store, of the accumulator's dtype. */
  readonly element: Graph;
  /** Of the element's operands; they broadcast to one shape. None may overlap the result, but exactly. */
  readonly operands: readonly OperandLayout[];
  /** Default: none; all elements in C order, to a result of one axis. */
  readonly axis?: number | null;
  /** Of the operands' shape, or of one axis; of an array without axes, one element. */
  readonly result: OperandLayout;
}

/** Elements of a block: enough that what is done for each block is little beside them. */
const BLOCK_ELEMENTS = 8192;

/**
 * Plans a scan.
 *
 * @throws an `IndexError` for an axis that there is not; a `ShapeError` for a result of another shape
 *
 * Cost: O(nodes + ndim · operands).
 */
export function planScan(request: ScanRequest): PlannedReduction {
  const { kind, element, operands, axis = null, result } = request;
  check(operands.length === element.operands.length, `${operands.length} operands for ${element.operands.length}`);
  const shape = broadcastShapes(...operands.map((operand) => operand.shape));
  const isWhole = axis === null || (shape.length === 0 && (axis === 0 || axis === -1));
  const axes = isWhole ? [...shape.keys()] : checkAxes(axis, shape.length);
  refuseShape(shape, isWhole, result);
  const isInHeap = [...operands, result].every(({ inHeap }) => inHeap);
  const room = { nbytes: 0 };
  const isStored = asksForPlace(element);
  const elementsAt = isStored ? targetOf(request, shape, isWhole, room, isInHeap) : null;
  const stored = elementsAt === null ? null : planStored(element, operands, elementsAt.layout, elementsAt.view);
  const sources = elementsAt === null ? operands : [elementsAt.layout];
  const fold = foldOf(isStored ? { ...request, element: storedElement(element) } : request);
  const { kept, reduced } = planScanWalks(sources, axes, result, isWhole);
  const order = scanOrder(fold);
  const outputs = sizeOf(kept.shape);
  const elements = sizeOf(reduced.shape);
  const blocks = Math.ceil(elements / order.block);
  const perUnit = grainElements(fold.lift);
  const isColumns = isInHeap && blocks === 1 && isOverRows(kept, reduced);
  const lines = isColumns ? tileOf(outputs, elements, null) : Math.max(1, Math.floor(perUnit / Math.max(1, elements)));
  const states = blocks > 1 || isColumns ? blocks * outputs : 0;
  const pass: ReductionPass = {
    kind: "combine" in kind ? "ordered scan" : "scan",
    operands:
      stored === null
        ? operands.map(({ dtype, byteOffset }, at) => ({ dtype, byteOffset, view: `in${at}` }))
        : [stored.target],
    result: { dtype: result.dtype, byteOffset: result.byteOffset, view: "out0" },
    kept,
    reduced,
    outputs,
    elements,
    blocks,
    order,
    mode: isColumns ? "columns" : isInHeap && reduced.shape.length === 1 ? "runs" : "staged",
    columns: null,
    gather: null,
    made: null,
    stored,
    outputsPerUnit: blocks > 1 ? 1 : lines,
    blocksPerUnit: 1,
    slotOffsets: fold.slots.map((type) => takeRoom(room, states * slotBytes(type))),
    initial: null,
    settledBy: null,
    writesResults: false,
  };
  return {
    plan: {
      key: keyOf(fold, pass, isInHeap),
      steps: stepsOf(pass),
      passes: [pass],
      scratchBytes: room.nbytes,
      isInHeap,
    },
    program: { folds: [fold], element: stored === null ? null : element },
  };
}

/** Where elements are stored that are computed first: where the results will be, if they are of the same dtype. */
function targetOf(
  { element, result }: ScanRequest,
  shape: readonly number[],
  isWhole: boolean,
  room: ScratchRoom,
  isInHeap: boolean,
): { readonly layout: OperandLayout; readonly view: string } {
  const { dtype } = element.stores[0]!;
  if (dtype === result.dtype) {
    const strides = isWhole ? linearStrides(shape, result.strides[0] ?? 0) : result.strides;
    return { layout: { ...result, shape, strides }, view: "out0" };
  }
  const { itemsize } = DTYPES[dtype];
  const byteOffset = takeRoom(room, sizeOf(shape) * itemsize);
  const layout = { dtype, shape, byteOffset, strides: linearStrides(shape, itemsize), inHeap: isInHeap };
  return { layout, view: "scratch" };
}

function foldOf({ kind, element, result }: ScanRequest): Fold {
  const { dtype } = element.stores[0]!;
  const rule =
    "combine" in kind ? combinedRule(kind.combine) : kind.name === "cumsum" ? sumRule(dtype) : productRule(dtype);
  return buildFold({
    rule: unmasked(rule),
    element,
    hasMask: false,
    starts: false,
    hasDdof: false,
    result: result.dtype,
    parameters: "combine" in kind ? kind.combine.parameters : [],
  });
}

function scanOrder(fold: Fold): FoldOrder {
  const { width, accumulators } = foldOrder(fold);
  const finish = new LanePlan(fold.finish, () => false).width;
  return { width: finish === 2 ? 2 : width, accumulators, section: null, block: BLOCK_ELEMENTS };
}

function refuseShape(shape: readonly number[], isWhole: boolean, { shape: actual }: OperandLayout): void {
  const expected = isWhole ? [sizeOf(shape)] : shape;
  if (expected.length === actual.length && expected.every((length, axis) => length === actual[axis])) return;
  throw new ShapeError(
    `cannot scan shape [${shape.join(", ")}] into shape [${actual.join(", ")}]: expected [${expected.join(", ")}]`,
  );
}

function stepsOf({ outputs, blocks, outputsPerUnit, stored }: ReductionPass): ReductionStep[] {
  if (outputs === 0 || blocks === 0) return [];
  const units = Math.ceil(outputs / outputsPerUnit) * blocks;
  const step = { pass: 0, units, grain: 1 };
  const scan = { ...step, phase: "scan" } as const;
  const make: ReductionStep[] =
    stored === null ? [] : [{ pass: 0, phase: "make", units: stored.plan.units, grain: stored.plan.grain }];
  if (blocks === 1) return [...make, scan];
  return [...make, { ...step, phase: "fold" }, { ...step, phase: "prefix", units: 1 }, scan];
}

function keyOf(fold: Fold, pass: ReductionPass, isInHeap: boolean): string {
  const graphs = [fold.lift, fold.merge, fold.finish].map(graphKey);
  const code = JSON.stringify([pass.order, pass.mode, codeOf(pass, fold)]);
  return [memoryKey(isInHeap), pass.stored?.plan.key ?? "", pass.kind, ...graphs, code].join("\n");
}
