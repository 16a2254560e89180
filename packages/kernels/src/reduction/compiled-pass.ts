/**
 * Passes in compiled code: on the heap, and on staged copies of what doesn't lie there.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { slotBytes } from "../wasm/item-parameters.ts";
import type { WasmExports, WasmMemory } from "../wasm/platform.ts";
import type { PassCall } from "./call.ts";
import { finishLoop, foldLoop, mergeLoop } from "./code.ts";
import { CompiledCalls } from "./compiled-calls.ts";
import { type CompiledFold, compiledFold, type CompiledLoop, compiledLoop, type FoldItems } from "./compiled-fold.ts";
import type { Folder, StateRun, StateRunner } from "./pass-runner.ts";
import { Stage } from "./stage.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

/** The function that folds elements of a call. */
export function foldOf(call: PassCall, functions: WasmExports, calls: CompiledCalls): CompiledFold {
  const { place, pass, fold, args, liftParameters } = call;
  const parameters = { lifting: liftParameters, merging: args.combineParameters ?? [] };
  return compiledFold(foldLoop(place, pass, fold), functions, parameters, calls);
}

/** Reads operands where they lie: in the heap, at one step along what is reduced. */
export class DirectFolder implements Folder {
  readonly #call: PassCall;
  readonly #fold: CompiledFold;
  readonly #strides: readonly number[];

  constructor(call: PassCall, functions: WasmExports) {
    this.#call = call;
    this.#fold = foldOf(call, functions, call.calls);
    this.#strides = call.pass.reduced.strides.map((own) => own.at(-1)!);
  }

  fold({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass, fold } = this.#call;
    const { kept, operands, order } = pass;
    const distances = distancesOf(kept, output);
    const first = firstBlock * order.block;
    const inputs = operands.map(
      (array, operand) => this.#call.addressOf(array) + distances[operand]! + first * this.#strides[operand]!,
    );
    const slots = fold.slots.map(
      (type, slot) => this.#call.slotAddress(slot) + (firstBlock * pass.outputs + output) * slotBytes(type),
    );
    const outputStrides = kept.strides.map((own) => own.at(-1)!);
    if (pass.blocks === 1) {
      const common = { slotStep: 1, itemStrides: outputStrides, position: 0, positionStep: 0 };
      return this.#run({ ...common, items: outputs, count: pass.elements, slots, inputs });
    }
    const { block } = order;
    const itemStrides = this.#strides.map((stride) => stride * block);
    // One element of the result after the other: its blocks lie side by side, which memory is fastest with.
    const turns = { turns: outputs, inputTurns: outputStrides, slotTurn: 1 };
    const common = { ...turns, slotStep: pass.outputs, itemStrides, positionStep: block };
    const last = blockLength(pass, firstBlock + blocks - 1);
    const whole = last === block ? blocks : blocks - 1;
    if (whole > 0 && !this.#run({ ...common, items: whole, count: block, slots, inputs, position: first }))
      return false;
    if (whole === blocks) return true;
    return this.#run({
      ...common,
      items: 1,
      count: last,
      slots: slots.map((slot, at) => slot + whole * pass.outputs * slotBytes(fold.slots[at]!)),
      inputs: inputs.map((input, operand) => input + whole * itemStrides[operand]!),
      position: first + whole * block,
    });
  }

  #run(items: Omit<FoldItems, "strides">): boolean {
    return this.#fold.run({ ...items, strides: this.#strides });
  }
}

/** Copies blocks into a memory of its own, and states out of it. */
export class StagedFolder implements Folder {
  readonly #call: PassCall;
  readonly #fold: CompiledFold;
  readonly #stage: Stage;
  readonly #memory: WasmMemory;

  constructor(call: PassCall, stage: Stage, memory: WasmMemory, functions: WasmExports) {
    this.#call = call;
    this.#stage = stage;
    this.#memory = memory;
    // In a memory of its own there is no word that cancels.
    this.#fold = foldOf(call, functions, new CompiledCalls());
  }

  fold({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    if (pass.blocks === 1) {
      const range = { start: output, stop: output + outputs };
      return everyOutputRun(pass, range, this.#stage.outputsMax, (run) => this.#foldBlock(run, 0));
    }
    for (let one = output; one < output + outputs; one++) {
      for (let block = firstBlock; block < firstBlock + blocks; block++)
        if (!this.#foldBlock({ output: one, outputs: 1 }, block)) return false;
    }
    return true;
  }

  #foldBlock({ output, outputs }: OutputRun, block: number): boolean {
    const { pass, fold } = this.#call;
    const stage = this.#stage;
    const element = block * pass.order.block;
    const elements = blockLength(pass, block);
    const { buffer } = this.#memory;
    stage.bringIn(buffer, { output, outputs, element, elements }, "rows", (array) => this.#call.placeOf(array));
    const itemsizes = pass.operands.map(({ dtype }) => DTYPES[dtype].itemsize);
    const goesOn = this.#fold.run({
      items: outputs,
      count: elements,
      slots: stage.slotOffsets,
      slotStep: 1,
      inputs: stage.operandOffsets,
      itemStrides: itemsizes.map((itemsize) => itemsize * elements),
      strides: itemsizes,
      position: element,
      positionStep: 0,
    });
    for (const [slot, type] of fold.slots.entries()) {
      const bytes = slotBytes(type);
      const states = new Uint8Array(buffer, stage.slotOffsets[slot], outputs * bytes);
      const target = this.#call.slotPlace(slot);
      new Uint8Array(target.buffer, target.byteOffset + (block * pass.outputs + output) * bytes, states.length).set(
        states,
      );
    }
    return goesOn;
  }
}

/** States and results in the heap. */
export class CompiledStates implements StateRunner {
  readonly #call: PassCall;
  readonly #functions: WasmExports;
  #merge: CompiledLoop | null = null;
  #finish: CompiledLoop | null = null;

  constructor(call: PassCall, functions: WasmExports) {
    this.#call = call;
    this.#functions = functions;
  }

  merge({ first, second, target, count }: StateRun): boolean {
    const { place, fold, args, calls } = this.#call;
    const strides = fold.slots.map(slotBytes);
    this.#merge ??= compiledLoop(mergeLoop(place, fold), this.#functions, args.combineParameters ?? [], calls);
    return this.#merge.run({
      count,
      inputs: [...this.#slots(first), ...this.#slots(second)],
      inputStrides: [...strides, ...strides],
      outputs: this.#slots(target),
      outputStrides: strides,
    });
  }

  finish({ output, outputs }: OutputRun): boolean {
    const { place, pass, fold, calls } = this.#call;
    const { kept, result } = pass;
    this.#finish ??= compiledLoop(finishLoop(place, pass, fold), this.#functions, this.#call.finishParameters(), calls);
    return this.#finish.run({
      count: outputs,
      inputs: this.#slots(output),
      inputStrides: this.#call.fold.slots.map(slotBytes),
      outputs: [this.#call.addressOf(result) + distancesOf(kept, output).at(-1)!],
      outputStrides: [kept.strides.at(-1)!.at(-1)!],
    });
  }

  /** Addresses of a state. */
  #slots(state: number): number[] {
    return this.#call.fold.slots.map((type, slot) => this.#call.slotAddress(slot) + state * slotBytes(type));
  }
}
