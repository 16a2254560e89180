/**
 * The body that computes units of a plan's steps, on whatever thread it is called.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import { check } from "../graph/typing.ts";
import type { ThreadMemory } from "../iteration/body.ts";
import type { Kernel, Views } from "../kernel.ts";
import { createMemory, instantiateModule, PAGE_BYTES, type WasmExports, type WasmMemory, type WasmModule } from "../wasm/platform.ts";
import { NO_CANCEL } from "../wasm/run-parameters.ts";
import { PassCall, type ReductionArguments } from "./call.ts";
import { CompiledStates, DirectFolder, StagedFolder } from "./compiled-pass.ts";
import { InterpretedFolder, InterpretedStates, writeEmpty } from "./interpreted-pass.ts";
import type { Folder, StateRunner } from "./pass-runner.ts";
import type { ReductionPlan, ReductionProgram } from "./plan.ts";
import { Stage } from "./stage.ts";
import { mergeBlocks } from "./tree.ts";
import { forEachOutputRun, unitOf } from "./units.ts";

/**
 * Makes the body of a thread: a range runs over the units of the step that the arguments name. Its views are the
 * operands, `in0` and so on, `where` if there is a mask, the result `out0`, and `scratch`, bytes.
 *
 * The body throws a `KernelBudgetError` where a loop of the kernel doesn't end in time.
 */
export function reductionBody(thread: ThreadMemory): Kernel<Views, ReductionArguments> {
  const known = new Known(thread.memory);
  const runners = new WeakMap<ReductionArguments, { readonly views: Views; readonly runner: StepRunner }>();
  return (range, views, args) => {
    let own = runners.get(args);
    if (own?.views !== views) runners.set(args, (own = { views, runner: new StepRunner(known, views, args) }));
    own.runner.run(range);
  };
}

/** What a thread has been sent, and has made of it. */
class Known {
  readonly heap: object | null;
  readonly #programs = new Map<string, ReductionProgram>();
  readonly #inHeap = new Map<string, WasmExports>();
  readonly #staged = new Map<string, WasmExports>();
  readonly #memories = new Map<string, WasmMemory>();

  constructor(heap: object | null) {
    this.heap = heap;
  }

  program({ key }: ReductionPlan, sent: ReductionProgram | undefined): ReductionProgram {
    return kept(this.#programs, key, () => {
      check(sent !== undefined, "a program was never sent to this thread");
      return sent;
    });
  }

  inHeap({ key }: ReductionPlan, module: WasmModule | undefined): WasmExports {
    return kept(this.#inHeap, key, () => instantiateModule(sentModule(module), this.heap!));
  }

  /** An instance with a memory for staging. */
  staged({ key, isInHeap }: ReductionPlan, module: WasmModule | undefined, nbytes: number): [WasmMemory, WasmExports] {
    const pages = 2 ** Math.ceil(Math.log2(nbytes / PAGE_BYTES + 1));
    const memory = kept(this.#memories, `${pages} ${isInHeap}`, () => createMemory(pages, pages, isInHeap));
    return [memory, kept(this.#staged, `${pages} ${key}`, () => instantiateModule(sentModule(module), memory))];
  }
}

function sentModule(module: WasmModule | undefined): WasmModule {
  check(module !== undefined, "a module was never sent to this thread");
  return module;
}

function kept<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Computes units of one step of one call. */
class StepRunner {
  readonly #call: PassCall;
  readonly #phase: "fold" | "finish";
  readonly #folder: Folder;
  readonly #states: StateRunner;

  constructor(known: Known, views: Views, args: ReductionArguments) {
    const { plan, module } = args;
    const { pass: place, phase } = plan.steps[args.step]!;
    const program = known.program(plan, args.program);
    const call = new PassCall(place, program.folds[place]!, views, args);
    this.#call = call;
    this.#phase = phase;
    const isOnHeap = module !== null && plan.isInHeap && known.heap !== null;
    this.#folder = folderOf(known, call, isOnHeap);
    this.#states = isOnHeap ? new CompiledStates(call, known.inHeap(plan, module)) : new InterpretedStates(call);
  }

  run(range: HalfOpenRange): void {
    const { pass } = this.#call;
    this.#call.begin();
    if (this.#phase === "fold") {
      for (let unit = range.start; unit < range.stop; unit++) if (!this.#fold(unit)) return;
      return;
    }
    const all = { start: 0, stop: pass.outputs };
    if (pass.blocks > 1 && !mergeBlocks(pass, this.#states)) return;
    forEachOutputRun(pass, all, Infinity, (run) => {
      if (pass.blocks === 0) writeEmpty(this.#call, run);
      else this.#states.finish(run);
    });
  }

  /** @returns false if the call was cancelled */
  #fold(unit: number): boolean {
    const { pass } = this.#call;
    const { outputs, blocks } = unitOf(pass, unit);
    let goesOn = true;
    forEachOutputRun(pass, outputs, Infinity, (run) => {
      goesOn &&= this.#folder.fold(run, blocks.start, blocks.stop - blocks.start);
      if (pass.writesResults) goesOn &&= this.#states.finish(run);
    });
    return goesOn;
  }
}

function folderOf(known: Known, call: PassCall, isOnHeap: boolean): Folder {
  const { plan, module } = call.args;
  if (module === null) return new InterpretedFolder(call);
  if (isOnHeap && call.pass.isDirect) return new DirectFolder(call, known.inHeap(plan, module));
  const stage = new Stage(call.pass, call.fold);
  const [memory, functions] = known.staged(plan, module, stage.nbytes);
  return new StagedFolder(call, stage, memory, functions, NO_CANCEL);
}
