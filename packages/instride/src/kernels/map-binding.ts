/**
 * A kernel bound to the arrays of a call: checked, typed, planned and compiled, ready to be run.
 *
 * @module
 */
import { broadcastShapes, contiguousStrides, DTYPES, DTypeError, MemoryView, ValueError } from "@instride/core";
import type { Program } from "@instride/kernels";
import type {
  GeneratedLoop,
  KernelSource,
  KernelSources,
  Lowered,
  MapArguments,
  OperandLayout,
  PlannedMap,
} from "@instride/kernels/compiler";
import { checkOperand, type Operand } from "./call-arguments.ts";
import type { Compiler } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import type { ParameterValues } from "./given-parameters.ts";
import { kindOf } from "./kernel-parameters.ts";
import { checkOutputs, givenOutputs, inForm, wantedDTypes } from "./map-outputs.ts";
import type { MapSettings } from "./map-settings.ts";
import { checkBorder, readsBeside } from "./neighbours.ts";
import { copiesOf } from "./operand-copies.ts";
import { type Tests, testsOf } from "./preconditions.ts";
import { type Copy, type LoopParts, ReadyLoop } from "./ready-loop.ts";

/** What a call says of its arrays. */
export interface MapRequest {
  readonly operands: readonly Operand[];
  readonly out: unknown;
  readonly where: unknown;
  readonly values: ParameterValues;
}

/** A kernel with everything that it needs to be called. */
export interface ReadKernel {
  readonly context: KernelContext;
  readonly compiler: Compiler;
  readonly program: Program;
  readonly settings: MapSettings;
  readonly label: string;
  readonly source: KernelSource;
  readonly kernels: KernelSources;
}

/** What a call computes, before memory is taken for it. */
export interface TypedCall {
  readonly lowered: Lowered;
  readonly shape: readonly number[];
  readonly given: readonly Operand[] | null;
  readonly mask: MemoryView | null;
}

/** Types a call: nothing is allocated. @throws as a call does for operands that don't go together */
export function typeCall({ compiler, program, settings, label }: ReadKernel, request: MapRequest): TypedCall {
  const { operands, values } = request;
  const count = program.outputs.length;
  const given = givenOutputs(request.out, program.returns, count, label);
  const mask = request.where === undefined ? null : maskOf(request.where, label);
  const sources = [...operands.map(({ view }) => view), ...(mask === null ? [] : [mask])];
  if (sources.length === 0 && given === null) {
    throw new ValueError(
      `cannot call ${label} without operands and without out: expected an out, which gives the shape`,
    );
  }
  const shapes = [...sources, ...(given ?? []).map(({ view }) => view)].map((view) => view.shape);
  const shape = broadcastShapes(...shapes);
  const { compute, casting, relaxed, roundsMax } = settings;
  const lowered = compiler.lowerKept(program, {
    operands: operands.map(({ dtype }) => dtype),
    parameters: new Map([...values].map(([name, value]) => [name, kindOf(value)])),
    dtypes: wantedDTypes(given, settings.dtype, count, label),
    where: mask !== null,
    ndim: shape.length,
    ...(compute === undefined ? {} : { compute }),
    ...(casting === undefined ? {} : { casting }),
    ...(relaxed === undefined ? {} : { relaxed }),
    ...(roundsMax === undefined ? {} : { roundsMax }),
  });
  return { lowered, shape, given, mask };
}

function maskOf(where: unknown, label: string): MemoryView {
  const { view, dtype } = checkOperand(where, "where", label);
  if (dtype === "bool") return view;
  throw new DTypeError(`cannot call ${label} with ${dtype} elements as where: expected bool`);
}

/** A kernel bound to arrays. */
export interface MapBinding {
  readonly outputs: readonly MemoryView[];
  /** What is read, in the order of the graph. */
  readonly sources: readonly MemoryView[];
  /** What the call resolves to. */
  readonly result: unknown;
  readonly lowered: Lowered;
  /** What is tested before each run; null for nothing. */
  readonly tests: Tests | null;
  readonly planned: PlannedMap;
  readonly loop: ReadyLoop;
  /** Whether it has memory for copies of operands, which goes with it. */
  readonly hasCopies: boolean;
  /** With other values of the same kinds, from now on. */
  setValues(values: ParameterValues): void;
  /** Releases what was made for the binding: copies of operands and, if the call failed, new outputs. */
  readonly discard: (failed: boolean) => void;
}

/**
 * Binds a kernel.
 *
 * @param keeps - whether it may be run again
 * @throws what the arrays have against the call; nothing is left of it then
 */
export function bindMap(read: ReadKernel, request: MapRequest, keeps: boolean): MapBinding {
  const { context, program, label } = read;
  const call = typeCall(read, request);
  const made: MemoryView[] = [];
  const outputs = call.given?.map(({ view }) => view) ?? newOutputs(context, call, label);
  if (call.given === null) made.push(...outputs);
  const copies: Copy[] = [];
  try {
    checkOutputs(context.owner, outputs, call.shape, label);
    const sources = sourcesOf(request, call, outputs);
    copies.push(...copiesOf(read, sources, outputs, readsBeside(call.lowered.graph)));
    const operands = sources.map((view) => copies.find(({ from }) => from === view)?.to ?? view);
    const planned = planOf(read, call.lowered, outputs, operands);
    const arrays = { outputs, sources: operands };
    const args = argumentsOf(planned, call.lowered, request.values);
    const loop = new ReadyLoop(context, partsOf(read, planned, arrays, copies, args), keeps);
    return {
      outputs,
      sources: operands,
      result: inForm(outputs, program.returns),
      lowered: call.lowered,
      tests: testsOf(call.lowered, sources, null, call.shape),
      planned,
      loop,
      hasCopies: copies.length > 0,
      setValues: (values) => {
        const changed = argumentsOf(planned, call.lowered, values);
        loop.setParameters(changed.parameters, [changed]);
      },
      discard: (failed) => {
        loop.retire();
        for (const view of [...copies.map(({ to }) => to), ...(failed ? made : [])]) view.release();
      },
    };
  } catch (error) {
    for (const view of [...copies.map(({ to }) => to), ...made]) view.release();
    throw error;
  }
}

/** Memory for the outputs. What a mask leaves out is 0. */
function newOutputs({ owner }: KernelContext, { lowered, shape, mask }: TypedCall, label: string): MemoryView[] {
  const made: MemoryView[] = [];
  try {
    for (const dtype of lowered.dtypes) {
      const options = { label: `result of ${label}` };
      made.push(mask === null ? owner.empty(shape, dtype, options) : owner.zeros(shape, dtype, options));
    }
    return made;
  } catch (error) {
    for (const view of made) view.release();
    throw error;
  }
}

/** What the graph reads, in its order: the operands; with a mask what the outputs hold, and the mask. */
function sourcesOf<T>({ operands }: MapRequest, { mask }: TypedCall, outputs: readonly T[]): (MemoryView | T)[] {
  const views: (MemoryView | T)[] = operands.map(({ view }) => view);
  return mask === null ? views : [...views, ...outputs, mask];
}

/** Plans a call, as it would be, without memory for new outputs or copies. */
export function planCall(read: ReadKernel, request: MapRequest): PlannedMap {
  const call = typeCall(read, request);
  const { lowered, shape, given } = call;
  const made = lowered.dtypes.map((dtype): OperandLayout => {
    return {
      dtype,
      shape,
      byteOffset: 0,
      strides: contiguousStrides(shape, DTYPES[dtype].itemsize, "C"),
      inHeap: true,
    };
  });
  const outputs: readonly Planned[] = given?.map(({ view }) => view) ?? made;
  checkOutputs(read.context.owner, given?.map(({ view }) => view) ?? [], shape, read.label);
  return planOf(read, lowered, outputs, sourcesOf(request, call, outputs));
}

/** What is asked of a view to plan for it. */
type Planned = MemoryView | OperandLayout;

function planOf(
  { context, compiler, settings, label }: ReadKernel,
  { graph }: Lowered,
  outputs: readonly Planned[],
  sources: readonly Planned[],
): PlannedMap {
  const { border } = settings;
  checkBorder(graph, border, label);
  const layoutOf = (view: Planned): OperandLayout => ({
    dtype: view.dtype!,
    shape: view.shape,
    byteOffset: view.byteOffset,
    strides: view.strides,
    inHeap: view instanceof MemoryView ? context.owner.isInHeap(view) : view.inHeap,
    ...(border === undefined ? {} : { border }),
  });
  return compiler.planMap(graph, outputs.map(layoutOf), sources.map(layoutOf), !context.owner.debug);
}

function partsOf(
  { context, compiler, label }: ReadKernel,
  { plan, id, code }: PlannedMap,
  views: { readonly outputs: readonly MemoryView[]; readonly sources: readonly MemoryView[] },
  copies: readonly Copy[],
  args: MapArguments,
): LoopParts {
  const { outputs, sources } = views;
  const { owner } = context;
  return {
    target: { name: "map" satisfies GeneratedLoop, label, code: { key: id, content: code } },
    views: Object.fromEntries([
      ...outputs.map((view, i) => [compiler.outputName(i), view] as const),
      ...sources.map((view, i) => [compiler.operandName(i), view.toReadonly()] as const),
    ]),
    copies,
    owned: [],
    steps: [{ args, units: plan.units, grain: plan.grain, work: plan.units / plan.grain }],
    parameters: args.parameters,
    hasLoops: plan.roundsMax > 0,
    isIdempotent: sources.every((source) => outputs.every((output) => owner.overlap(source, output) === "no")),
  };
}

/** What a call adds to the code: where its arrays lie, and its parameters as lanes hold them. */
function argumentsOf({ plan }: PlannedMap, { parameters }: Lowered, values: ParameterValues): MapArguments {
  return { plan, parameters: parameters.map((parameter) => parameter.toLane(values.get(parameter.name)!)) };
}
