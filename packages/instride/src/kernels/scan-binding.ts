/**
 * A scan bound to the arrays of a call: checked, typed, planned and compiled, ready to be run.
 *
 * @module
 */
import { broadcastShapes, type MemoryView, sizeOf } from "@instride/core";
import type { OperandLayout, PlannedReduce, ScanName, TypedReduction } from "@instride/kernels/compiler";
import {
  type BindingUse,
  type FoldBinding,
  foldLoop,
  type FoldRequest,
  layoutOf,
  newLayout,
  operandLayout,
  type PlannedFold,
  type ReadFold,
  setterOf,
  stepsOf,
  typeOf,
} from "./fold-loop.ts";
import { readsBeside } from "./neighbours.ts";
import { copiesOf } from "./operand-copies.ts";
import { testsOf } from "./preconditions.ts";
import { mayRunAlone } from "./ready-loop.ts";
import { checkDType, checkOut } from "./reduce-binding.ts";
import type { ScanCallOptions } from "./scan.ts";

export type ReadScan = ReadFold<ScanName>;

type ScanRequest = FoldRequest<ScanCallOptions>;

/** Binds a scan. @throws what the arrays have against the call; nothing is left of it then */
export function bindScan(read: ReadScan, request: ScanRequest, use: BindingUse): FoldBinding {
  const { context, label } = read;
  const { options, operands, values } = request;
  const { out, typed, shape, elements } = typeCall(read, request);
  const views = operands.map(({ view }) => view);
  const tests = testsOf(typed, views, null, elements);
  const made: MemoryView[] = [];
  const result = out ?? context.owner.empty(shape, typed.result, { label: `result of ${label}` });
  if (out === null) made.push(result);
  try {
    const copies = copiesOf(read, views, [result], readsBeside(typed.element));
    made.push(...copies.map(({ to }) => to));
    const sources = views.map((view) => copies.find(({ from }) => from === view)?.to ?? view);
    const planned = planOf(read, request, typed, sources, layoutOf(context, result));
    const mayBeAlone = use !== "held" && mayRunAlone(options);
    const owned = copies.map(({ to }) => to);
    const parts = { typed, planned, sources, copies, mask: null, result, owned, mayBeAlone };
    const keeps = use === "again" && copies.length === 0;
    const loop = foldLoop(read, parts, stepsOf(read, values, parts, {}), keeps);
    const discard = (failed: boolean): void => {
      loop.discard();
      if (failed && out === null) result.release();
    };
    return { loop, result, isWhole: false, tests, setValues: setterOf(read, parts, {}, loop), discard };
  } catch (error) {
    for (const view of made) view.release();
    throw error;
  }
}

/** Plans a call, as it would be, without memory for a new result or copies. @throws as {@link bindScan} */
export function planScanCall(read: ReadScan, request: ScanRequest): PlannedFold {
  const { out, typed, shape } = typeCall(read, request);
  const sources = request.operands.map(({ view }) => view);
  const result = out === null ? newLayout(read.context, shape, typed.result) : layoutOf(read.context, out);
  return { typed, planned: planOf(read, request, typed, sources, result) };
}

/** What a call computes, before memory is taken for it. */
interface TypedCall {
  readonly out: MemoryView | null;
  readonly typed: TypedReduction;
  /** Of the result. */
  readonly shape: readonly number[];
  /** Of what is scanned. */
  readonly elements: readonly number[];
}

function typeCall(read: ReadScan, request: ScanRequest): TypedCall {
  const { options, operands } = request;
  const { axis = null } = options;
  const out = options.out === undefined ? null : checkOut(options.out, read.label);
  const shape = broadcastShapes(...operands.map(({ view }) => view.shape));
  const typed = typeOf(read, request, shape.length, options.dtype ?? out?.dtype ?? undefined);
  checkDType(out, typed.result, read.label);
  const isFlat = axis === null || (shape.length === 0 && (axis === 0 || axis === -1));
  return { out, typed, shape: isFlat ? [sizeOf(shape)] : shape, elements: shape };
}

function planOf(
  read: ReadScan,
  { options: { axis = null } }: ScanRequest,
  { kind, element }: TypedReduction,
  sources: readonly MemoryView[],
  result: OperandLayout,
): PlannedReduce {
  const { context, reductions } = read;
  const operands = sources.map((view) => operandLayout(read, view));
  return reductions.planScanning(
    { kind: kind as TypedReduction<ScanName>["kind"], element, operands, axis, result },
    !context.owner.debug,
  );
}
