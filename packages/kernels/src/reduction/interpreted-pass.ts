/**
 * Passes by the interpreter: the reference, and what runs where WebAssembly is refused.
 *
 * The chains of several elements of the result are merged side by side. Which elements meet in which order is as
 * `wasm/fold-loop.ts` tells, so that the bits are the same.
 *
 * @module
 */
import { Interpreter } from "../graph/interpreter.ts";
import { type Lanes, newLanes } from "../graph/lanes.ts";
import { partOffset, readerOf, writerOf } from "../graph/storage.ts";
import { SLOT_DTYPES, slotBytes } from "../wasm/fold-parameters.ts";
import type { PassCall } from "./call.ts";
import { chainsOf } from "./fold-order.ts";
import { Lifter } from "./lifter.ts";
import { copyLanes, Merger, type States, WIDTH } from "./merger.ts";
import type { Folder, StateRun, StateRunner } from "./pass-runner.ts";
import { Stage } from "./stage.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

export class InterpretedFolder implements Folder {
  readonly #call: PassCall;
  readonly #stage: Stage;
  readonly #staged: DataView<ArrayBuffer>;
  readonly #lifter: Lifter;
  readonly #merger: Merger;
  /** What a block's elements have become, and the states of its chains. */
  readonly #lifted: States;
  readonly #states: States;

  constructor(call: PassCall) {
    const { pass, fold, args } = call;
    this.#call = call;
    this.#stage = new Stage(pass, fold);
    this.#staged = new DataView(new ArrayBuffer(this.#stage.nbytes));
    this.#lifter = new Lifter(call, this.#stage);
    this.#merger = new Merger(fold.merge, args.combineParameters ?? [], WIDTH);
    this.#lifted = fold.slots.map((type) => newLanes(type, pass.order.block));
    this.#states = fold.slots.map((type) => newLanes(type, pass.order.block));
  }

  fold({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    if (pass.blocks === 1) {
      const range = { start: output, stop: output + outputs };
      return everyOutputRun(pass, range, this.#stage.outputsMax, (run) => this.#foldBlock(run, 0));
    }
    for (let one = output; one < output + outputs; one++) {
      for (let block = firstBlock; block < firstBlock + blocks; block++)
        this.#foldBlock({ output: one, outputs: 1 }, block);
    }
    return true;
  }

  #foldBlock({ output, outputs }: OutputRun, block: number): true {
    const { pass, fold } = this.#call;
    const element = block * pass.order.block;
    const elements = blockLength(pass, block);
    const stretch = { output, outputs, element, elements };
    this.#stage.bringIn(this.#staged.buffer, stretch, "columns", (array) => this.#call.placeOf(array));
    this.#lifter.run(this.#staged, this.#lifted, stretch);
    this.#mergeChains(outputs, elements);
    for (const [slot, type] of fold.slots.entries()) {
      const { buffer, byteOffset } = this.#call.slotPlace(slot);
      const target = byteOffset + (block * pass.outputs + output) * slotBytes(type);
      writerOf(SLOT_DTYPES[type])(new DataView(buffer), target, slotBytes(type), this.#states[slot]!, 0, outputs);
    }
    return true;
  }

  #mergeChains(outputs: number, elements: number): void {
    const chains = chainsOf(this.#call.pass.order);
    let left = Math.min(chains, elements);
    for (const [slot, states] of this.#states.entries()) copyLanes(states, this.#lifted[slot]!, 0, 0, left * outputs);
    for (let first = chains; first < elements; first += chains)
      this.#merger.run(this.#states, this.#lifted, first * outputs, Math.min(chains, elements - first) * outputs);
    for (let half = chains / 2; half >= 1; half /= 2) {
      if (left > half) this.#merger.run(this.#states, this.#states, half * outputs, (left - half) * outputs);
      left = Math.min(left, half);
    }
  }
}

export class InterpretedStates implements StateRunner {
  readonly #call: PassCall;
  readonly #merger: Merger;
  readonly #finish: Interpreter;

  constructor(call: PassCall) {
    const { fold, args } = call;
    this.#call = call;
    this.#merger = new Merger(fold.merge, args.combineParameters ?? [], WIDTH);
    this.#finish = new Interpreter(fold.finish, WIDTH);
    this.#finish.setParameters(call.finishParameters());
  }

  merge({ first, second, target, step, count }: StateRun): boolean {
    const { slots } = this.#call.fold;
    const [into, from] = [slots.map((type) => newLanes(type, WIDTH)), slots.map((type) => newLanes(type, WIDTH))];
    for (let at = 0; at < count; at += WIDTH) {
      const some = Math.min(WIDTH, count - at);
      this.#read(into, first + at * step, step, some);
      this.#read(from, second + at * step, step, some);
      this.#merger.run(into, from, 0, some);
      for (const [slot, type] of slots.entries()) {
        const { buffer, byteOffset } = this.#call.slotPlace(slot);
        const bytes = slotBytes(type);
        const start = byteOffset + (target + at * step) * bytes;
        writerOf(SLOT_DTYPES[type])(new DataView(buffer), start, step * bytes, into[slot]!, 0, some);
      }
    }
    return true;
  }

  finish({ output, outputs }: OutputRun): boolean {
    const { kept, result } = this.#call.pass;
    const { buffer, byteOffset } = this.#call.placeOf(result);
    const stride = kept.strides.at(-1)!.at(-1)!;
    const memory = new DataView(buffer);
    const first = byteOffset + distancesOf(kept, output).at(-1)!;
    for (let at = 0; at < outputs; at += WIDTH) {
      const count = Math.min(WIDTH, outputs - at);
      for (const { node, lanes } of this.#finish.loads) this.#readSlot(lanes, node.operand, output + at, 1, count);
      this.#finish.run(count);
      writeParts(memory, result.dtype, first + at * stride, stride, this.#finish.outputs[0]!.parts, count);
    }
    return true;
  }

  #read(states: States, state: number, step: number, count: number): void {
    for (const [slot, lanes] of states.entries()) this.#readSlot(lanes, slot, state, step, count);
  }

  #readSlot(lanes: Lanes, slot: number, state: number, step: number, count: number): void {
    const type = this.#call.fold.slots[slot]!;
    const { buffer, byteOffset } = this.#call.slotPlace(slot);
    const bytes = slotBytes(type);
    readerOf(SLOT_DTYPES[type])(new DataView(buffer), byteOffset + state * bytes, step * bytes, lanes, 0, count);
  }
}

/** Writes an interpreter's output to elements at a stride. */
export function writeParts(
  memory: DataView,
  dtype: Parameters<typeof writerOf>[0],
  byteOffset: number,
  stride: number,
  parts: readonly Lanes[],
  count: number,
): void {
  for (const [part, lanes] of parts.entries())
    writerOf(dtype)(memory, byteOffset + partOffset(dtype, part as 0 | 1), stride, lanes, 0, count);
}

/** Writes the result of no elements everywhere. */
export function writeEmpty(call: PassCall, run: OutputRun): void {
  const { kept, result } = call.pass;
  const interpreter = new Interpreter(call.fold.empty!, 1);
  interpreter.setParameters(call.finishParameters());
  interpreter.run(1);
  const { buffer, byteOffset } = call.placeOf(result);
  const stride = kept.strides.at(-1)!.at(-1)!;
  const first = byteOffset + distancesOf(kept, run.output).at(-1)!;
  for (let at = 0; at < run.outputs; at++)
    writeParts(new DataView(buffer), result.dtype, first + at * stride, 0, interpreter.outputs[0]!.parts, 1);
}
