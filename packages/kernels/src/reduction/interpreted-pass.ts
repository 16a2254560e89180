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
import { SLOT_DTYPES, slotBytes } from "../wasm/item-parameters.ts";
import type { PassCall } from "./call.ts";
import type { ElementMaker } from "./element-maker.ts";
import { chainsOf, sectionsOf } from "./fold-order.ts";
import { Lifter } from "./lifter.ts";
import { lanesFrom, Merger, type States, WIDTH } from "./merger.ts";
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
  /** What a block's elements have become; and then, where the first were, states of what they have been merged to. */
  readonly #lifted: States;

  /** @param maker - of the elements, if they are computed before */
  constructor(call: PassCall, maker: ElementMaker | null) {
    const { pass, fold, args } = call;
    this.#call = call;
    this.#stage = new Stage(pass, fold, maker);
    this.#staged = new DataView(new ArrayBuffer(this.#stage.nbytes));
    this.#lifter = new Lifter(call, this.#stage);
    this.#merger = new Merger(fold.merge, args.combineParameters ?? [], WIDTH);
    this.#lifted = fold.slots.map((type) => newLanes(type, pass.order.block));
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
    this.#mergeElements(outputs, elements);
    for (const [slot, type] of fold.slots.entries()) {
      const { buffer, byteOffset } = this.#call.slotPlace(slot);
      const target = byteOffset + (block * pass.outputs + output) * slotBytes(type);
      writerOf(SLOT_DTYPES[type])(new DataView(buffer), target, slotBytes(type), this.#lifted[slot]!, 0, outputs);
    }
    return true;
  }

  #mergeElements(outputs: number, elements: number): void {
    const { order } = this.#call.pass;
    const { width, section } = order;
    const chains = chainsOf(order);
    const sections = sectionsOf(order, elements);
    const length = section ?? elements;
    const merge = (into: number, from: number, count: number): void => {
      const states = this.#lifted.map((lanes) => lanesFrom(lanes, into * outputs));
      this.#merger.run(states, this.#lifted, from * outputs, count * outputs);
    };
    /** Merges states side by side, of which there may be fewer: the upper half into the lower, until some are left. */
    const halve = (into: number, most: number, least: number, count: number): void => {
      let left = count;
      for (let half = most / 2; half >= least; half /= 2) {
        if (left > half) merge(into, into + half, left - half);
        left = Math.min(left, half);
      }
    };
    for (let own = 0; own < sections; own++) {
      const first = own * length;
      const stop = own === sections - 1 ? elements : first + length;
      for (let next = first + chains; next < stop; next += chains) merge(first, next, Math.min(chains, stop - next));
      halve(first, chains, width, Math.min(chains, stop - first));
    }
    for (let gap = 1; gap < sections; gap *= 2) {
      for (let own = 0; own + gap < sections; own += 2 * gap) merge(own * length, (own + gap) * length, width);
    }
    halve(0, width, 1, Math.min(width, elements));
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

  merge({ first, second, target, count }: StateRun): boolean {
    const { slots } = this.#call.fold;
    const [into, from] = [slots.map((type) => newLanes(type, WIDTH)), slots.map((type) => newLanes(type, WIDTH))];
    for (let at = 0; at < count; at += WIDTH) {
      const some = Math.min(WIDTH, count - at);
      this.#read(into, first + at, some);
      this.#read(from, second + at, some);
      this.#merger.run(into, from, 0, some);
      for (const [slot, type] of slots.entries()) {
        const { buffer, byteOffset } = this.#call.slotPlace(slot);
        const bytes = slotBytes(type);
        const start = byteOffset + (target + at) * bytes;
        writerOf(SLOT_DTYPES[type])(new DataView(buffer), start, bytes, into[slot]!, 0, some);
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
      for (const { node, lanes } of this.#finish.loads) this.#readSlot(lanes, node.operand, output + at, count);
      this.#finish.run(count);
      writeParts(memory, result.dtype, first + at * stride, stride, this.#finish.outputs[0]!.parts, count);
    }
    return true;
  }

  #read(states: States, state: number, count: number): void {
    for (const [slot, lanes] of states.entries()) this.#readSlot(lanes, slot, state, count);
  }

  #readSlot(lanes: Lanes, slot: number, state: number, count: number): void {
    const type = this.#call.fold.slots[slot]!;
    const { buffer, byteOffset } = this.#call.slotPlace(slot);
    const bytes = slotBytes(type);
    readerOf(SLOT_DTYPES[type])(new DataView(buffer), byteOffset + state * bytes, bytes, lanes, 0, count);
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
