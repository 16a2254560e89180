/**
 * Scans by the interpreter: of several lines side by side.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { Interpreter } from "../graph/interpreter.ts";
import { newLanes } from "../graph/lanes.ts";
import { readerOf, writerOf } from "../graph/storage.ts";
import { SLOT_DTYPES, slotBytes } from "../wasm/item-parameters.ts";
import type { PassCall } from "./call.ts";
import { writeParts } from "./interpreted-pass.ts";
import { Lifter } from "./lifter.ts";
import { copyLanes, Merger, type States, WIDTH } from "./merger.ts";
import type { Folder, Scanner } from "./pass-runner.ts";
import { Stage } from "./stage.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";

/** One for totals folds blocks, in the order of their elements. */
export class InterpretedScanner implements Scanner, Folder {
  readonly #call: PassCall;
  readonly #isTotal: boolean;
  readonly #stage: Stage;
  readonly #staged: DataView<ArrayBuffer>;
  readonly #lifter: Lifter;
  readonly #merger: Merger;
  readonly #finish: Interpreter;
  /** What elements have become; and then the states after each. */
  readonly #lifted: States;
  readonly #state: States;

  constructor(call: PassCall, isTotal: boolean) {
    const { pass, fold, args } = call;
    this.#call = call;
    this.#isTotal = isTotal;
    this.#stage = new Stage(pass, fold);
    this.#staged = new DataView(new ArrayBuffer(this.#stage.nbytes));
    this.#lifter = new Lifter(call, this.#stage);
    this.#merger = new Merger(fold.merge, args.combineParameters ?? [], WIDTH);
    this.#finish = new Interpreter(fold.finish, WIDTH);
    this.#finish.setParameters(call.finishParameters());
    this.#lifted = fold.slots.map((type) => newLanes(type, pass.order.block));
    this.#state = fold.slots.map((type) => newLanes(type, pass.order.block));
  }

  fold(run: OutputRun, firstBlock: number, blocks: number): boolean {
    return this.scan(run, firstBlock, blocks);
  }

  scan({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    const most = pass.blocks === 1 ? this.#stage.outputsMax : 1;
    const range = { start: output, stop: output + outputs };
    for (let block = firstBlock; block < firstBlock + blocks; block++)
      everyOutputRun(pass, range, most, (run) => this.#scanBlock(run, block));
    return true;
  }

  #scanBlock({ output, outputs }: OutputRun, block: number): true {
    const { pass } = this.#call;
    const elements = blockLength(pass, block);
    const stretch = { output, outputs, element: block * pass.order.block, elements };
    this.#stage.bringIn(this.#staged.buffer, stretch, "columns", (array) => this.#call.placeOf(array));
    this.#lifter.run(this.#staged, this.#lifted, stretch);
    const hasStart = block > 0 && !this.#isTotal;
    if (hasStart) this.#readState((block - 1) * pass.outputs + output, outputs);
    for (let element = 0; element < elements; element++) {
      const first = element * outputs;
      if (element > 0 || hasStart) this.#merger.run(this.#state, this.#lifted, first, outputs);
      else this.#copy(this.#state, this.#lifted, 0, 0, outputs);
      this.#copy(this.#lifted, this.#state, 0, first, outputs);
    }
    if (this.#isTotal) this.#writeState(block * pass.outputs + output, outputs);
    else this.#writeResults(outputs * elements);
    if (!this.#isTotal) this.#stage.takeOut(this.#staged.buffer, stretch, "columns", this.#call.placeOf(pass.result));
    return true;
  }

  #copy(target: States, source: States, from: number, to: number, count: number): void {
    for (const [slot, lanes] of target.entries()) copyLanes(lanes, source[slot]!, from, to, count);
  }

  #writeResults(total: number): void {
    const { dtype } = this.#call.pass.result;
    const { itemsize } = DTYPES[dtype];
    for (let at = 0; at < total; at += WIDTH) {
      const count = Math.min(WIDTH, total - at);
      for (const { node, lanes } of this.#finish.loads) copyLanes(lanes, this.#lifted[node.operand]!, at, 0, count);
      this.#finish.run(count);
      const target = this.#stage.resultOffset + at * itemsize;
      writeParts(this.#staged, dtype, target, itemsize, this.#finish.outputs[0]!.parts, count);
    }
  }

  #readState(state: number, count: number): void {
    for (const [slot, type] of this.#call.fold.slots.entries()) {
      const { buffer, byteOffset } = this.#call.slotPlace(slot);
      const bytes = slotBytes(type);
      const from = byteOffset + state * bytes;
      readerOf(SLOT_DTYPES[type])(new DataView(buffer), from, bytes, this.#state[slot]!, 0, count);
    }
  }

  #writeState(state: number, count: number): void {
    for (const [slot, type] of this.#call.fold.slots.entries()) {
      const { buffer, byteOffset } = this.#call.slotPlace(slot);
      const bytes = slotBytes(type);
      const to = byteOffset + state * bytes;
      writerOf(SLOT_DTYPES[type])(new DataView(buffer), to, bytes, this.#state[slot]!, 0, count);
    }
  }
}
