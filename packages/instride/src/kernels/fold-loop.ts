/**
 * The loop of a reduction or a scan over known arrays.
 *
 * @module
 */
import { type Complex, contiguousStrides, type DType, DTYPES, type MemoryView } from "@instride/core";
import type { Program } from "@instride/kernels";
import type {
  GeneratedLoop,
  OperandLayout,
  PlannedReduce,
  ReduceArguments,
  ReductionName,
  ScanName,
  TypedReduction,
} from "@instride/kernels/compiler";
import type { Operand } from "./call-arguments.ts";
import type { Compiler, Reductions } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import type { ParameterValues } from "./given-parameters.ts";
import { kindOf } from "./kernel-parameters.ts";
import type { MapSettings } from "./map-settings.ts";
import { checkBorder } from "./neighbours.ts";
import type { Tests } from "./preconditions.ts";
import { type Copy, type LoopParts, type LoopStep, ReadyLoop } from "./ready-loop.ts";

/** A reduction or a scan with everything that it needs to be called. */
export interface ReadFold<N extends string = ReductionName | ScanName> {
  readonly context: KernelContext;
  readonly compiler: Compiler;
  readonly reductions: Reductions;
  readonly by: N | Program;
  /** What is computed of the elements first; null for the elements themselves. */
  readonly of: Program | null;
  readonly identity: FoldedValue | undefined;
  readonly settings: Pick<MapSettings, "compute" | "border" | "relaxed" | "roundsMax">;
  readonly label: string;
}

/** A value that elements are folded to, or that it starts with. */
export type FoldedValue = number | bigint | boolean | Complex;

/** What a call says of its arrays. */
export interface FoldRequest<O> {
  readonly operands: readonly Operand[];
  readonly values: ParameterValues;
  readonly options: O;
}

/** What a binding is for: one call, others that may come, or a program that holds its arrays. */
export type BindingUse = "once" | "again" | "held";

/** A reduction or a scan that is planned, and not bound to memory for its result. */
export interface PlannedFold {
  readonly typed: TypedReduction;
  readonly planned: PlannedReduce;
}

/** A reduction or a scan that is bound to arrays. */
export interface FoldBinding {
  readonly loop: ReadyLoop;
  /** Where the result is. */
  readonly result: MemoryView;
  /** Whether a call gives a value, which is taken from the result. */
  readonly isWhole: boolean;
  /** What is tested before each run; null for nothing. */
  readonly tests: Tests | null;
  /** With other values of the same kinds, from now on. */
  setValues(values: ParameterValues): void;
  /** Gives up what was made for the binding, and a new result if the call failed. */
  readonly discard: (failed: boolean) => void;
}

/**
 * Types the call of a reduction or a scan.
 *
 * @param ndim - axes of the elements
 * @param dtype - what to accumulate in, if anything was asked for
 */
export function typeOf(
  { reductions, by, of, settings, label }: ReadFold,
  { operands, values }: Pick<FoldRequest<unknown>, "operands" | "values">,
  ndim: number,
  dtype: DType | undefined,
): TypedReduction {
  const { compute, border, relaxed, roundsMax } = settings;
  const typed = reductions.typeReduction({
    by,
    of,
    operands: operands.map((operand) => operand.dtype),
    parameters: new Map([...values].map(([name, value]) => [name, kindOf(value)])),
    ndim,
    ...(dtype === undefined ? {} : { dtype }),
    ...(compute === undefined ? {} : { compute }),
    ...(relaxed === undefined ? {} : { relaxed }),
    ...(roundsMax === undefined ? {} : { roundsMax }),
  });
  checkBorder(typed.element, border, label);
  return typed;
}

/** How a new result will lie. */
export function newLayout({ owner }: KernelContext, shape: readonly number[], dtype: DType): OperandLayout {
  const strides = contiguousStrides(shape, DTYPES[dtype].itemsize, "C");
  return { dtype, shape, byteOffset: 0, strides, inHeap: owner.memory === "shared" };
}

/** How a view lies, for a plan. */
export function layoutOf({ owner }: KernelContext, view: MemoryView): OperandLayout {
  return {
    dtype: view.dtype!,
    shape: view.shape,
    byteOffset: view.byteOffset,
    strides: view.strides,
    inHeap: owner.isInHeap(view),
  };
}

/** How an operand lies, for a plan. */
export function operandLayout({ context, settings: { border } }: ReadFold, view: MemoryView): OperandLayout {
  return { ...layoutOf(context, view), ...(border === undefined ? {} : { border }) };
}

/** What a loop is made of. */
export interface FoldParts {
  readonly typed: TypedReduction;
  readonly planned: PlannedReduce;
  /** Operands, or copies of them. */
  readonly sources: readonly MemoryView[];
  readonly copies: readonly Copy[];
  readonly mask: MemoryView | null;
  readonly result: MemoryView;
  /** Arrays that go with the loop. */
  readonly owned: readonly MemoryView[];
  /** Whether the caller may run it alone. If not, several may be under way at once: each has memory of its own. */
  readonly mayBeAlone: boolean;
}

/** Numbers of a call. */
export interface FoldNumbers {
  readonly initial?: FoldedValue | undefined;
  readonly ddof?: number | undefined;
}

/** The steps of a call. */
export function stepsOf(
  { reductions, identity }: ReadFold,
  values: ParameterValues,
  { typed, planned: { plan } }: Pick<FoldParts, "typed" | "planned">,
  { initial = identity, ddof = 0 }: FoldNumbers,
): LoopStep[] {
  const lanes = (parameters: TypedReduction["parameters"]): ReduceArguments["parameters"] =>
    parameters.map((parameter) => parameter.toLane(values.get(parameter.name)!));
  const args: Omit<ReduceArguments, "step"> = {
    plan,
    parameters: lanes(typed.parameters),
    combineParameters: lanes(typed.combineParameters),
    ...(initial === undefined ? {} : { initial: reductions.accumulatorLanes(initial, typed.accumulator) }),
    ddof,
  };
  return plan.steps.map((step, i) => {
    return { units: step.units, grain: step.grain, work: workOf(plan, step), args: { ...args, step: i } };
  });
}

type Plan = PlannedReduce["plan"];

/** Elements that take the unit of work, about; of states of blocks as many. */
const ELEMENTS_PER_WORK = 32_768;

/** The work of a step: its last unit, which may be the only one, can be far from full. */
function workOf({ passes }: Plan, { pass, phase, grain, units }: Plan["steps"][number]): number {
  const { outputs, elements, blocks, order, outputsPerUnit, blocksPerUnit } = passes[pass]!;
  if (phase === "make") return units / grain;
  const ofOne = phase === "fold" || phase === "scan" ? elements : blocks;
  const perUnit = outputsPerUnit * blocksPerUnit * Math.max(1, Math.min(elements, order.block));
  return (outputs * ofOne) / (units === 1 ? ELEMENTS_PER_WORK : grain * perUnit);
}

/** Makes the loop of some steps. @param keeps - whether it may be run again */
export function foldLoop(
  { context, compiler, label }: ReadFold,
  { planned, sources, copies, mask, result, owned, mayBeAlone }: FoldParts,
  steps: readonly LoopStep[],
  keeps: boolean,
): ReadyLoop {
  const { plan, id, code, hasLoops } = planned;
  const scratchBytes = Math.max(1, plan.scratchBytes);
  const isSmall = mayBeAlone && ReadyLoop.isSmall(context, steps);
  const scratch = isSmall
    ? context.scratch.bytes(scratchBytes)
    : context.owner.empty([scratchBytes], "uint8", { label: `scratch memory of ${label}` });
  const parts: LoopParts = {
    target: { name: "reduce" satisfies GeneratedLoop, label, code: { key: id, content: code } },
    views: Object.fromEntries([
      ...sources.map((view, i) => [compiler.operandName(i), view.toReadonly()] as const),
      ...(mask === null ? [] : [["where", mask.toReadonly()] as const]),
      [compiler.outputName(0), result],
      ["scratch", scratch],
    ]),
    copies,
    owned: isSmall ? owned : [...owned, scratch],
    steps,
    isIdempotent: false,
    parameters: parametersOf(steps),
    hasLoops,
  };
  return new ReadyLoop(context, parts, keeps);
}

/** The parameters of steps, which are those of each, as bodies look for them. */
function parametersOf([first]: readonly LoopStep[]): LoopParts["parameters"] {
  if (first === undefined) return [];
  const { parameters, combineParameters = [] } = first.args as ReduceArguments;
  return [...parameters, ...combineParameters];
}

/** What gives a loop other values of the same kinds. */
export function setterOf(
  read: ReadFold,
  parts: FoldParts,
  numbers: FoldNumbers,
  loop: ReadyLoop,
): FoldBinding["setValues"] {
  return (values) => {
    const steps = stepsOf(read, values, parts, numbers);
    loop.setParameters(
      parametersOf(steps),
      steps.map(({ args }) => args),
    );
  };
}
