/**
 * The body that computes units of a plan, on whatever thread it is called.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import type { Graph, LaneValue } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import type { Kernel, Views } from "../kernel.ts";
import { instantiateModule, type WasmExports, type WasmModule } from "../wasm/platform.ts";
import { elementBoxes } from "./blocks.ts";
import { BorderBoxes } from "./border-boxes.ts";
import { CompiledBoxes } from "./compiled-boxes.ts";
import { DirectRunner } from "./direct-runner.ts";
import { InterpretedBoxes } from "./interpreted-boxes.ts";
import { type ParameterWords, wordsIn } from "./parameter-words.ts";
import type { ElementwisePlan } from "./plan.ts";
import { buffersOf, checkViews, type PlanBuffers } from "./plan-views.ts";
import { StagedBoxes, stagingMemory } from "./staging.ts";

export { operandName, outputName } from "./plan-views.ts";

/** What a thread's compiled code works on. */
export interface ThreadMemory {
  /** The heap, a `WebAssembly.Memory`; null on a thread that has none. */
  readonly memory: object | null;
}

/** What is sent to the threads with a call. */
export interface ElementwiseArguments {
  readonly plan: ElementwisePlan;
  /** Null where WebAssembly is refused: then the graph is interpreted. May be left out where the thread has had it. */
  readonly module?: WasmModule | null;
  /** Needed where there is no module. */
  readonly graph?: Graph;
  /** One for each of the graph's parameters, as lanes hold it. */
  readonly parameters: readonly LaneValue[];
  /**
   * Address in the heap of a 32-bit word that ends kernels with loops early when it is not 0. Where operands are staged
   * it is not looked at.
   */
  readonly cancel?: number;
  /** Address in the heap of {@link ParameterWords} that stand for `parameters`, which are of their types. */
  readonly parametersAt?: number;
}

/** Computes units of one call. */
export interface UnitRunner {
  run(range: HalfOpenRange): void;
  /** Takes other parameters from now on. */
  setParameters(parameters: readonly LaneValue[]): void;
}

/** A call that a thread has had units of. */
interface KnownCall {
  readonly args: ElementwiseArguments;
  readonly views: Views;
  readonly runner: UnitRunner;
  /** Where its parameters change. */
  readonly words: ParameterWords | null;
  parameters: readonly LaneValue[];
}

/** Calls whose units a thread runs in turns. */
const CALLS_KEPT_MAX = 8;

/**
 * Makes the body of a thread: a range runs over a plan's units. Instances of modules are kept by the plans' keys, and
 * what follows from a call's arguments and views by the objects that they are, for the last few calls.
 *
 * The body throws a `KernelBudgetError` where a loop of the kernel doesn't end in time; and an internal error for views
 * that are not those of the plan, before anything is touched.
 */
export function elementwiseBody(thread: ThreadMemory): Kernel<Views, ElementwiseArguments> {
  const instances = new Instances(thread.memory);
  const calls: KnownCall[] = [];
  let next = 0;
  return (range, views, args) => {
    let call = calls.find((known) => known.args === args && known.views === views);
    if (call === undefined) {
      call = knownCall(instances, views, args);
      calls[next] = call;
      next = (next + 1) % CALLS_KEPT_MAX;
    }
    if (call.words !== null) takeParameters(call, call.words);
    call.runner.run(range);
  };
}

function knownCall(instances: Instances, views: Views, args: ElementwiseArguments): KnownCall {
  const { parameters, parametersAt } = args;
  return {
    args,
    views,
    runner: runnerOf(instances, views, args),
    words: parametersAt === undefined ? null : wordsIn(instances.heap, parametersAt, parameters.length),
    parameters,
  };
}

function takeParameters(call: KnownCall, words: ParameterWords): void {
  const parameters = words.read(call.parameters);
  if (parameters === call.parameters) return;
  call.parameters = parameters;
  call.runner.setParameters(parameters);
}

/** What a thread has instantiated. */
class Instances {
  readonly heap: object | null;
  readonly #inHeap = new Map<string, WasmExports>();
  readonly #staged = new Map<string, WasmExports>();

  constructor(heap: object | null) {
    this.heap = heap;
  }

  inHeap({ key }: ElementwisePlan, module: WasmModule | undefined): WasmExports {
    return getOrMake(this.#inHeap, key, () => instanceOf(module, this.heap!));
  }

  staged({ key, isDirect }: ElementwisePlan, module: WasmModule | undefined): WasmExports {
    return getOrMake(this.#staged, key, () => instanceOf(module, stagingMemory(isDirect)));
  }
}

function instanceOf(module: WasmModule | undefined, memory: object): WasmExports {
  check(module !== undefined, "a module was never sent to this thread");
  return instantiateModule(module, memory);
}

function getOrMake<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function runnerOf(instances: Instances, views: Views, args: ElementwiseArguments): UnitRunner {
  const { plan, module } = args;
  checkViews(plan, views);
  return unitRunner(args, () => buffersOf(plan, views), {
    inHeap: instances.heap === null ? null : () => instances.inHeap(plan, module ?? undefined),
    staged: () => instances.staged(plan, module ?? undefined),
  });
}

/** The functions of a plan's module on this thread. */
export interface PlanFunctions {
  /** On the heap; null on a thread that has none. */
  readonly inHeap: (() => WasmExports) | null;
  /** On the {@link stagingMemory} of the plan. */
  readonly staged: () => WasmExports;
}

/**
 * What computes the units of a plan.
 *
 * @param buffers - of its arrays, asked for anew for each range
 */
export function unitRunner(
  { plan, module, graph, parameters, cancel }: ElementwiseArguments,
  buffers: () => PlanBuffers,
  functions: PlanFunctions,
): UnitRunner {
  if (module === null) {
    check(graph !== undefined, "neither a module nor a graph was sent");
    return interpretedRunner(plan, graph, buffers, parameters);
  }
  const staged = (values: readonly LaneValue[]): StagedBoxes =>
    new StagedBoxes(plan, stagingMemory(plan.isDirect), functions.staged(), values);
  if (!plan.isDirect || functions.inHeap === null) return stagedRunner(plan, buffers, staged, parameters);
  let values = parameters;
  let known: StagedBoxes | null = null;
  const boxes = new CompiledBoxes(plan, functions.inHeap(), values, cancel);
  const direct = new DirectRunner(plan, boxes, () => ({ boxes: (known ??= staged(values)), buffers: buffers() }));
  return {
    run: (range) => direct.run(range),
    setParameters: (others) => {
      values = others;
      known = null;
      direct.setParameters(others);
    },
  };
}

function interpretedRunner(
  plan: ElementwisePlan,
  graph: Graph,
  buffers: () => PlanBuffers,
  parameters: readonly LaneValue[],
): UnitRunner {
  let interpreted = new InterpretedBoxes(plan, graph, parameters);
  return {
    run: (range) => interpreted.run(elementBoxes(plan.walk.shape, plan.block, range), buffers()),
    setParameters: (others) => (interpreted = new InterpretedBoxes(plan, graph, others)),
  };
}

function stagedRunner(
  plan: ElementwisePlan,
  buffers: () => PlanBuffers,
  make: (parameters: readonly LaneValue[]) => StagedBoxes,
  parameters: readonly LaneValue[],
): UnitRunner {
  let boxes = make(parameters);
  const borders = new BorderBoxes(plan);
  return {
    run: (range) => {
      const own = buffers();
      for (const box of elementBoxes(plan.walk.shape, plan.block, range))
        borders.forEach(box, (part) => boxes.run(part, own));
    },
    setParameters: (others) => (boxes = make(others)),
  };
}
