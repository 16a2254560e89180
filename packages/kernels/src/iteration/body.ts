/**
 * The body that computes units of a plan, on whatever thread it is called.
 *
 * @module
 */
import { BufferFlags, getBuffer, type HalfOpenRange, type MemoryView } from "@instride/core";
import type { Graph, LaneValue } from "../graph/graph.ts";
import { check } from "../graph/typing.ts";
import type { Kernel, Views } from "../kernel.ts";
import { instantiateModule, type WasmExports, type WasmMemory, type WasmModule } from "../wasm/platform.ts";
import { elementBoxes } from "./blocks.ts";
import { BorderBoxes } from "./border-boxes.ts";
import { type BoxStrides, CompiledBoxes, type CompiledCall, type PlacedBox, type TakeCall } from "./compiled-boxes.ts";
import { InterpretedBoxes } from "./interpreted-boxes.ts";
import { broadcastLayout, type CallLayout } from "./layouts.ts";
import type { ElementwisePlan } from "./plan.ts";
import { type PlanBuffers, StagedBoxes, stagingMemory } from "./staging.ts";

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
}

/** The name under which a body gets an output. */
export function outputName(output: number): string {
  return `out${output}`;
}

/** The name under which a body gets an operand. */
export function operandName(operand: number): string {
  return `in${operand}`;
}

/** Computes units of one call. */
type UnitRunner = (range: HalfOpenRange) => void;

/**
 * Makes the body of a thread: a range runs over a plan's units. Instances of modules are kept by the plans' keys, and
 * what follows from a call's arguments by the object that they are.
 *
 * The body throws a `KernelBudgetError` where a loop of the kernel doesn't end in time; and an internal error for views
 * that are not those of the plan, before anything is touched.
 */
export function elementwiseBody(thread: ThreadMemory): Kernel<Views, ElementwiseArguments> {
  const instances = new Instances(thread.memory);
  const runners = new WeakMap<ElementwiseArguments, { readonly views: Views; readonly run: UnitRunner }>();
  return (range, views, args) => {
    let known = runners.get(args);
    if (known?.views !== views) runners.set(args, (known = { views, run: runnerOf(instances, views, args) }));
    known.run(range);
  };
}

/** What a thread has instantiated. */
class Instances {
  readonly heap: object | null;
  readonly #inHeap = new Map<string, WasmExports>();
  readonly #staged = new Map<string, WasmExports>();
  readonly #memories = new Map<boolean, WasmMemory>();

  constructor(heap: object | null) {
    this.heap = heap;
  }

  inHeap({ key }: ElementwisePlan, module: WasmModule | undefined): WasmExports {
    return kept(this.#inHeap, key, () => instantiateModule(known(module), this.heap!));
  }

  staged({ key, isDirect }: ElementwisePlan, module: WasmModule | undefined): WasmExports {
    return kept(this.#staged, key, () => instantiateModule(known(module), this.memory(isDirect)));
  }

  /** One memory for all calls: they come one after the other. */
  memory(isShared: boolean): WasmMemory {
    return kept(this.#memories, isShared, () => stagingMemory(isShared));
  }
}

function known(module: WasmModule | undefined): WasmModule {
  check(module !== undefined, "a module was never sent to this thread");
  return module;
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function runnerOf(instances: Instances, views: Views, args: ElementwiseArguments): UnitRunner {
  const { plan, module, graph, parameters } = args;
  checkViews(plan, views);
  if (module === null) {
    check(graph !== undefined, "neither a module nor a graph was sent");
    const interpreted = new InterpretedBoxes(plan, graph, parameters);
    return (range) => interpreted.run(elementBoxes(plan.walk.shape, plan.block, range), buffersOf(plan, views));
  }
  const staged = (): StagedBoxes =>
    new StagedBoxes(plan, instances.memory(plan.isDirect), instances.staged(plan, module), parameters);
  if (plan.isDirect && instances.heap !== null) {
    const direct = new DirectRunner(instances, staged, views, args);
    return (range) => direct.run(range);
  }
  const [boxes, borders] = [staged(), new BorderBoxes(plan)];
  return (range) => {
    const buffers = buffersOf(plan, views);
    for (const box of elementBoxes(plan.walk.shape, plan.block, range))
      borders.forEach(box, (part) => boxes.run(part, buffers));
  };
}

/** Ranges whose calls are kept, for those who run the same again; and calls of one range, beyond which they are not. */
const RANGES_KEPT_MAX = 64;
const CALLS_KEPT_MAX = 64;

/** Works on the heap. Boxes for which a border's constant stands are staged, since it lies nowhere in it. */
class DirectRunner {
  readonly #args: ElementwiseArguments;
  readonly #views: Views;
  readonly #boxes: CompiledBoxes;
  readonly #borders: BorderBoxes;
  readonly #strides: BoxStrides;
  readonly #makeStaged: () => StagedBoxes;
  #staged: StagedBoxes | null = null;
  /** By range. */
  readonly #kept = new Map<number, readonly CompiledCall[]>();

  constructor(instances: Instances, makeStaged: () => StagedBoxes, views: Views, args: ElementwiseArguments) {
    const { plan, module, parameters, cancel } = args;
    const { outputs, operands, walk } = plan;
    const memories = outputs.length + operands.length;
    this.#args = args;
    this.#views = views;
    this.#makeStaged = makeStaged;
    this.#boxes = new CompiledBoxes(plan, instances.inHeap(plan, module!), parameters, cancel);
    this.#borders = new BorderBoxes(plan);
    this.#strides = {
      outputs: walk.strides.slice(0, outputs.length),
      operands: walk.strides.slice(outputs.length, memories),
      indices: walk.strides.slice(memories),
    };
  }

  run({ start, stop }: HalfOpenRange): void {
    const key = start * (this.#args.plan.units + 1) + stop;
    const kept = this.#kept.get(key);
    if (kept === undefined) return this.#runNew(start, stop, key);
    for (const call of kept) if (!this.#boxes.make(call)) return;
  }

  #runNew(start: number, stop: number, key: number): void {
    const { grain } = this.#args.plan;
    const calls: CompiledCall[] = [];
    let isKept = true;
    const take = (call: CompiledCall): boolean => {
      if (calls.length < CALLS_KEPT_MAX) calls.push(call);
      else isKept = false;
      return this.#boxes.make(call);
    };
    for (let at = start; at < stop; at += grain) {
      const outcome = this.#runGrain({ start: at, stop: Math.min(stop, at + grain) }, take);
      if (outcome === "cancelled") return;
      if (outcome === "staged") isKept = false;
    }
    if (isKept && this.#kept.size < RANGES_KEPT_MAX) this.#kept.set(key, calls);
  }

  #runGrain(range: HalfOpenRange, take: TakeCall): "done" | "staged" | "cancelled" {
    const { plan } = this.#args;
    const { outputs, operands, walk, block } = plan;
    const memories = outputs.length + operands.length;
    let goesOn = true;
    let isStaged = false;
    for (const box of elementBoxes(walk.shape, block, range)) {
      this.#borders.forEach(box, ({ shape, offsets, inputs }) => {
        if (!goesOn) return;
        if (inputs.includes(null)) {
          isStaged = true;
          this.#staged ??= this.#makeStaged();
          this.#staged.run({ shape, offsets, inputs }, buffersOf(plan, this.#views));
          return;
        }
        const placed: PlacedBox = {
          shape,
          outputs: offsets.slice(0, outputs.length),
          inputs: inputs as readonly number[],
          indices: offsets.slice(memories),
        };
        goesOn = this.#boxes.forEachCall(placed, this.#strides, take);
      });
    }
    if (!goesOn) return "cancelled";
    return isStaged ? "staged" : "done";
  }
}

/** The buffers of a plan's arrays, asked for anew each time: those that move come back as others. */
function buffersOf({ outputs, operands }: ElementwisePlan, views: Views): PlanBuffers {
  return {
    outputs: outputs.map((_, output) => bufferOf(views[outputName(output)]!)),
    operands: operands.map((_, operand) => bufferOf(views[operandName(operand)]!)),
  };
}

function bufferOf(view: MemoryView): ArrayBufferLike {
  const held = getBuffer(view, BufferFlags.FULL_RO);
  const { buffer } = held;
  held.release();
  return buffer;
}

/** Makes sure that a plan was made for the very views that the thread has been lent. */
function checkViews({ shape, outputs, operands }: ElementwisePlan, views: Views): void {
  const checkView = (name: string, { dtype, byteOffset, strides }: CallLayout): void => {
    const view = views[name]!;
    const own = { dtype, inHeap: false, byteOffset: view.byteOffset, shape: view.shape, strides: view.strides };
    const actual = broadcastLayout(own, shape);
    const isSame =
      view.dtype === dtype &&
      view.byteOffset === byteOffset &&
      strides.every((stride, axis) => stride === actual.strides[axis] || shape[axis]! <= 1);
    check(isSame, `view "${name}" doesn't lie where the plan says`);
  };
  for (const [output, layout] of outputs.entries()) checkView(outputName(output), layout);
  for (const [operand, layout] of operands.entries()) checkView(operandName(operand), layout);
}
