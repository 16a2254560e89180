/**
 * The body that computes units of a plan's steps, on whatever thread it is called.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import { check } from "../graph/typing.ts";
import type { LaneValue } from "../graph/graph.ts";
import { type ThreadMemory, unitRunner } from "../iteration/body.ts";
import { type ParameterWords, wordsIn } from "../iteration/parameter-words.ts";
import { StagedBoxes, stagingMemory } from "../iteration/staging.ts";
import type { Kernel, Views } from "../kernel.ts";
import {
  createMemory,
  instantiateModule,
  PAGE_BYTES,
  type WasmExports,
  type WasmMemory,
  type WasmModule,
} from "../wasm/platform.ts";
import { PassCall, type ReductionArguments } from "./call.ts";
import type { CompiledCall } from "./compiled-calls.ts";
import { CompiledStates, DirectFolder, StagedFolder } from "./compiled-pass.ts";
import { DirectScanner, StagedScanner } from "./compiled-scan.ts";
import { ColumnScanner } from "./column-scan.ts";
import { DirectMaker, type ElementMaker, InterpretedMaker, StagedMaker } from "./element-maker.ts";
import { GatherFolder } from "./gather-pass.ts";
import { ColumnFolder, WholeFolder } from "./column-pass.ts";
import { InterpretedScanner } from "./interpreted-scan.ts";
import { InterpretedFolder, InterpretedStates, writeEmpty } from "./interpreted-pass.ts";
import { movedTarget } from "./made-elements.ts";
import type { Folder, Scanner, StateRunner } from "./pass-runner.ts";
import type { ReductionPlan, ReductionProgram, ReductionStep } from "./plan.ts";
import { beginSettled, SettledFolder } from "./settled.ts";
import { Stage } from "./stage.ts";
import { mergeBlocks, prefixBlocks } from "./tree.ts";
import { everyOutputRun, unitOf } from "./units.ts";

/**
 * Makes the body of a thread: a range runs over the units of the step that the arguments name. Its views are the
 * operands, `in0` and so on, `where` if there is a mask, the result `out0`, and `scratch`, bytes.
 *
 * The body throws a `KernelBudgetError` where a loop of the kernel doesn't end in time.
 */
export function reductionBody(thread: ThreadMemory): Kernel<Views, ReductionArguments> {
  const known = new Known(thread.memory);
  const steps = new WeakMap<ReductionArguments, KnownStep>();
  return (range, views, args) => {
    let step = steps.get(args);
    if (step?.views !== views) steps.set(args, (step = knownStep(known, views, args)));
    if (step.words !== null) takeParameters(known, step, step.words, args);
    step.runner.run(range);
  };
}

/** A step of a call that a thread has had units of. */
interface KnownStep {
  readonly views: Views;
  /** Where its parameters change. */
  readonly words: ParameterWords | null;
  parameters: readonly LaneValue[];
  runner: StepRunner;
}

function knownStep(known: Known, views: Views, args: ReductionArguments): KnownStep {
  const parameters = [...args.parameters, ...(args.combineParameters ?? [])];
  const { parametersAt } = args;
  const words = parametersAt === undefined ? null : wordsIn(known.heap, parametersAt, parameters.length);
  return { views, words, parameters, runner: new StepRunner(known, views, args) };
}

function takeParameters(known: Known, step: KnownStep, words: ParameterWords, args: ReductionArguments): void {
  const all = words.read(step.parameters);
  if (all === step.parameters) return;
  const count = args.parameters.length;
  step.parameters = all;
  step.runner = new StepRunner(known, step.views, {
    ...args,
    parameters: all.slice(0, count),
    combineParameters: all.slice(count),
  });
}

/** What a thread has been sent, and has made of it. */
class Known {
  readonly heap: object | null;
  readonly #programs = new Map<string, ReductionProgram>();
  readonly #inHeap = new Map<string, WasmExports>();
  readonly #staged = new Map<string, WasmExports>();
  readonly #making = new Map<string, WasmExports>();
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

  /** An instance on the memory in which operands of elements are staged that are computed before. */
  making({ key, isInHeap }: ReductionPlan, module: WasmModule | undefined): WasmExports {
    return kept(this.#making, key, () => instantiateModule(sentModule(module), stagingMemory(isInHeap)));
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
  readonly #run: (range: HalfOpenRange) => void;
  readonly #units: number;
  /** By range: what those who run it again need not find again. Null where there is more to a run than calls. */
  readonly #kept: Map<number, readonly CompiledCall[]> | null;

  constructor(known: Known, views: Views, args: ReductionArguments) {
    const { plan, module } = args;
    const { pass: place, phase, units } = plan.steps[args.step]!;
    const program = known.program(plan, args.program);
    const call = new PassCall(place, program.folds[place]!, views, args);
    this.#call = call;
    this.#units = units;
    const isOnHeap = module !== null && plan.isInHeap && known.heap !== null;
    check(
      module === null || plan.isInHeap === isOnHeap,
      "a thread without the heap has been sent a plan for arrays in it",
    );
    const states = isOnHeap ? new CompiledStates(call, known.inHeap(plan, module)) : new InterpretedStates(call);
    this.#run = PHASES[phase](known, call, states, isOnHeap);
    this.#kept = isOnHeap && isOfCallsAlone(call, phase) ? new Map() : null;
  }

  /** @throws a `KernelBudgetError` */
  run(range: HalfOpenRange): void {
    const key = range.start * (this.#units + 1) + range.stop;
    const calls = this.#kept?.get(key);
    if (calls === undefined) return this.#runNew(range, key);
    for (const call of calls) if (!this.#call.calls.make(call)) return;
  }

  #runNew(range: HalfOpenRange, key: number): void {
    this.#call.begin();
    if (this.#kept === null) return this.#run(range);
    const calls = this.#call.calls.noteAll(() => this.#run(range));
    if (calls !== null && this.#kept.size < RANGES_KEPT_MAX) this.#kept.set(key, calls);
  }
}

/** Ranges whose calls are kept, for those who run the same again. */
const RANGES_KEPT_MAX = 64;

/** Whether a step on the heap comes to the same calls each time, and to nothing else. */
function isOfCallsAlone({ pass }: PassCall, phase: ReductionStep["phase"]): boolean {
  if (phase === "begin" || phase === "make" || pass.blocks === 0) return false;
  if (phase === "finish" || phase === "prefix") return true;
  // What a constant stands for is staged.
  const isStaged = pass.made?.operands.some(({ border }) => typeof border === "object") === true;
  return pass.mode !== "staged" && pass.settledBy === null && !isStaged;
}

type Phase = (known: Known, call: PassCall, states: StateRunner, isOnHeap: boolean) => (range: HalfOpenRange) => void;

const beginAll: Phase = (_, call) => () => beginSettled(call);

const makeUnits: Phase = (known, call, _, isOnHeap) => {
  const { plan: own, module, parameters, cancel, program } = call.args;
  const { plan, target } = call.pass.stored!;
  const args = {
    plan: movedTarget(plan, call.placeOf(target).byteOffset - target.byteOffset),
    ...(module === undefined ? {} : { module }),
    graph: known.program(own, program).element!,
    parameters,
    ...(cancel === undefined ? {} : { cancel }),
  };
  const runner = unitRunner(args, () => call.elementBuffers(call.placeOf(target).buffer, plan), {
    inHeap: isOnHeap ? () => known.inHeap(own, module!) : null,
    staged: () => known.making(own, module!),
  });
  return (range) => runner.run(range);
};

const foldUnits: Phase = (known, call, states, isOnHeap) => {
  const { pass } = call;
  const folder =
    pass.kind === "ordered scan" ? scannerOf(known, call, isOnHeap, true) : folderOf(known, call, isOnHeap);
  const isWhole = isOnHeap && pass.mode === "whole";
  return ({ start, stop }) => {
    for (let unit = start; unit < stop; unit++) {
      const { outputs, blocks } = unitOf(pass, unit);
      const goesOn = everyOutputRun(pass, outputs, Infinity, (run) => {
        if (!folder.fold(run, blocks.start, blocks.stop - blocks.start)) return false;
        return !pass.writesResults || isWhole || states.finish(run);
      });
      if (!goesOn) return;
    }
  };
};

const finishAll: Phase = (_, call, states) => () => {
  const { pass } = call;
  if (pass.blocks > 1 && !mergeBlocks(pass, states)) return;
  everyOutputRun(pass, { start: 0, stop: pass.outputs }, Infinity, (run) => {
    if (pass.blocks > 0) return states.finish(run);
    writeEmpty(call, run);
    return true;
  });
};

const prefixAll: Phase =
  (_, { pass }, states) =>
  () =>
    void prefixBlocks(pass, states);

const scanUnits: Phase = (known, call, _, isOnHeap) => {
  const { pass } = call;
  const { plan, module } = call.args;
  const isOverRows = isOnHeap && pass.mode === "columns";
  const scanner = isOverRows
    ? new ColumnScanner(call, known.inHeap(plan, module!))
    : scannerOf(known, call, isOnHeap, false);
  return ({ start, stop }) => {
    for (let unit = start; unit < stop; unit++) {
      const { outputs, blocks } = unitOf(pass, unit);
      const count = blocks.stop - blocks.start;
      if (!everyOutputRun(pass, outputs, Infinity, (run) => scanner.scan(run, blocks.start, count))) return;
    }
  };
};

const PHASES: Readonly<Record<ReductionStep["phase"], Phase>> = {
  begin: beginAll,
  make: makeUnits,
  fold: foldUnits,
  finish: finishAll,
  prefix: prefixAll,
  scan: scanUnits,
};

function folderOf(known: Known, call: PassCall, isOnHeap: boolean): Folder {
  const { settledBy } = call.pass;
  const folder = readerOf(known, call, isOnHeap);
  return settledBy === null ? folder : new SettledFolder(call, folder, settledBy);
}

/** Who reads blocks. */
function readerOf(known: Known, call: PassCall, isOnHeap: boolean): Folder {
  const { plan, module } = call.args;
  const maker = makerOf(known, call, isOnHeap);
  if (module === null) return new InterpretedFolder(call, maker);
  const { mode, columns, gather } = call.pass;
  if (isOnHeap && mode !== "staged") {
    const functions = known.inHeap(plan, module);
    if (mode === "whole") return new WholeFolder(call, functions);
    if (gather !== null) return new GatherFolder(call, gather, functions, maker);
    return columns === null ? new DirectFolder(call, functions) : new ColumnFolder(call, columns, functions);
  }
  const stage = new Stage(call.pass, call.fold, maker);
  const [memory, functions] = known.staged(plan, module, stage.nbytes);
  return new StagedFolder(call, stage, memory, functions);
}

/** Who computes elements block by block; null where they are there. */
function makerOf(known: Known, call: PassCall, isOnHeap: boolean): ElementMaker | null {
  const { made } = call.pass;
  if (made === null) return null;
  const { plan, module, program, parameters } = call.args;
  if (module === null) return new InterpretedMaker(call, made, known.program(plan, program).element!);
  const staged = (): StagedBoxes =>
    new StagedBoxes(made, stagingMemory(plan.isInHeap), known.making(plan, module), parameters);
  return isOnHeap
    ? new DirectMaker(call, made, known.inHeap(plan, module), staged)
    : new StagedMaker(call, made, staged());
}

function scannerOf(known: Known, call: PassCall, isOnHeap: boolean, isTotal: boolean): Scanner & Folder {
  const { plan, module } = call.args;
  if (module === null) return new InterpretedScanner(call, isTotal);
  if (isOnHeap && call.pass.mode === "runs") return new DirectScanner(call, known.inHeap(plan, module), isTotal);
  const stage = new Stage(call.pass, call.fold);
  const [memory, functions] = known.staged(plan, module, stage.nbytes);
  return new StagedScanner(call, stage, memory, functions, isTotal);
}
