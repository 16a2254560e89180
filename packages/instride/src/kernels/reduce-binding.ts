/**
 * A reduction bound to the arrays of a call: checked, typed, planned and compiled, ready to be run.
 *
 * @module
 */
import {
  broadcastShapes,
  type DType,
  DTypeError,
  type MemoryView,
  ReadonlyError,
  selfOverlaps,
  ValueError,
} from "@instride/core";
import type { OperandLayout, PlannedReduce, ReductionName, TypedReduction } from "@instride/kernels/compiler";
import { checkOperand } from "./call-arguments.ts";
import {
  type BindingUse,
  type FoldBinding,
  foldLoop,
  type FoldParts,
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
import { testsOf } from "./preconditions.ts";
import { mayRunAlone, ReadyLoop } from "./ready-loop.ts";
import type { ReduceCallOptions } from "./reduce.ts";

export type ReadReduction = ReadFold<ReductionName>;

type ReduceRequest = FoldRequest<ReduceCallOptions>;

/** Whether a call gives a value, if no axis is left. */
export function isWhole({ axis, keepdims = false, out }: ReduceCallOptions): boolean {
  return (axis === undefined || axis === null) && !keepdims && out === undefined;
}

/**
 * Binds a reduction.
 *
 * @throws what the arrays have against the call; nothing is left of it then
 */
export function bindReduce(read: ReadReduction, request: ReduceRequest, use: BindingUse): FoldBinding {
  const { context, label } = read;
  const { options, operands, values } = request;
  const { mask, out, typed, shape, elements } = typeCall(read, request);
  const sources = operands.map(({ view }) => view);
  const tests = testsOf(typed, sources, mask, elements);
  const mayBeAlone = use !== "held" && mayRunAlone(options);
  const keeps = use === "again";
  const parts = (result: MemoryView, owned: readonly MemoryView[]): FoldParts => {
    const planned = planOf(read, request, typed, layoutOf(context, result), mask);
    return { typed, planned, sources, copies: [], mask, result, owned, mayBeAlone };
  };
  const gives = isWhole(options);
  if (gives && mayBeAlone && !context.moves) {
    // The caller alone reads the value at once, so that its place can be that of all others.
    const cell = context.scratch.cell(typed.result);
    const small = parts(cell, []);
    const steps = stepsOf(read, values, small, options);
    if (ReadyLoop.isSmall(context, steps)) {
      const loop = foldLoop(read, small, steps, keeps);
      const setValues = setterOf(read, small, options, loop);
      return { loop, result: cell, isWhole: gives, tests, setValues, discard: () => loop.discard() };
    }
  }
  const result = out ?? context.owner.empty(shape, typed.result, { label: `result of ${label}` });
  try {
    const all = parts(result, gives ? [result] : []);
    const loop = foldLoop(read, all, stepsOf(read, values, all, options), keeps);
    const isNew = out === null && !gives;
    const discard = (failed: boolean): void => {
      loop.discard();
      if (failed && isNew) result.release();
    };
    return { loop, result, isWhole: gives, tests, setValues: setterOf(read, all, options, loop), discard };
  } catch (error) {
    if (out === null) result.release();
    throw error;
  }
}

/** Plans a call, as it would be, without memory for a new result. @throws as {@link bindReduce} */
export function planReduceCall(read: ReadReduction, request: ReduceRequest): PlannedFold {
  const { mask, out, typed, shape } = typeCall(read, request);
  const result = out === null ? newLayout(read.context, shape, typed.result) : layoutOf(read.context, out);
  return { typed, planned: planOf(read, request, typed, result, mask) };
}

/** What a call computes, before memory is taken for it. */
interface TypedCall {
  readonly mask: MemoryView | null;
  readonly out: MemoryView | null;
  readonly typed: TypedReduction;
  /** Of the result. */
  readonly shape: readonly number[];
  /** Of what is reduced. */
  readonly elements: readonly number[];
}

function typeCall(read: ReadReduction, request: ReduceRequest): TypedCall {
  const { where, out: given } = request.options;
  const mask = where === undefined ? null : maskOf(where, read.label);
  const out = given === undefined ? null : checkOut(given, read.label);
  const views = [...request.operands.map(({ view }) => view), ...(mask === null ? [] : [mask])];
  const shape = broadcastShapes(...views.map((view) => view.shape));
  const typed = typeReduction(read, request, shape.length, out);
  return { mask, out, typed, shape: resultShape(read, request, shape), elements: shape };
}

function maskOf(where: unknown, label: string): MemoryView {
  const { view, dtype } = checkOperand(where, "where", label);
  if (dtype === "bool") return view;
  throw new DTypeError(`cannot call ${label} with ${dtype} elements as where: expected bool`);
}

/** @throws a {@link ReadonlyError} or {@link ValueError} for what can't hold a result */
export function checkOut(out: unknown, label: string): MemoryView {
  const { view } = checkOperand(out, "out", label);
  if (view.readonly) {
    throw new ReadonlyError(`cannot call ${label} with a read-only view as out: expected one to be written`);
  }
  if (selfOverlaps(view) === "no") return view;
  throw new ValueError(`cannot call ${label} with an out whose elements share memory: expected each its own`);
}

function typeReduction(
  read: ReadReduction,
  request: Pick<ReduceRequest, "operands" | "values" | "options">,
  ndim: number,
  out: MemoryView | null,
): TypedReduction {
  const { by, reductions, label } = read;
  const takesDType = typeof by !== "string" || reductions.REDUCTIONS[by].takesDType;
  // As NumPy has it: of reductions that can be told what to accumulate in, an out tells it.
  const dtype = request.options.dtype ?? (takesDType ? (out?.dtype ?? undefined) : undefined);
  const typed = typeOf(read, request, ndim, dtype);
  checkDType(out, typed.result, label);
  return typed;
}

/** @throws a {@link DTypeError} for an out of another dtype than the result */
export function checkDType(out: MemoryView | null, result: DType, label: string): void {
  if (out === null || out.dtype === result) return;
  throw new DTypeError(`cannot call ${label} with an out of ${out.dtype}: expected ${result}`);
}

function resultShape(
  { reductions, by }: ReadReduction,
  { options }: ReduceRequest,
  shape: readonly number[],
): readonly number[] {
  const allowsScalar = typeof by !== "string" || reductions.REDUCTIONS[by].allowsAxisOfScalar;
  const axes = reductions.reducedAxes(options.axis ?? null, shape.length, allowsScalar);
  return reductions.reducedShape(shape, axes, options.keepdims === true);
}

function planOf(
  read: ReadReduction,
  { operands, options }: ReduceRequest,
  { kind, element }: TypedReduction,
  result: OperandLayout,
  mask: MemoryView | null,
): PlannedReduce {
  const { context, reductions, identity } = read;
  const { initial = identity, axis = null, keepdims = false } = options;
  return reductions.planReduce(
    {
      kind: kind as TypedReduction<ReductionName>["kind"],
      element,
      operands: operands.map(({ view }) => operandLayout(read, view)),
      ...(mask === null ? {} : { where: layoutOf(context, mask) }),
      axes: axis,
      keepdims,
      result,
      hasInitial: initial !== undefined,
    },
    !context.owner.debug,
  );
}
