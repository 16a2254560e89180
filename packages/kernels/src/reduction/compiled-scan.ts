/**
 * Scans in compiled code: on the heap, and on staged copies of what doesn't lie there.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { slotBytes } from "../wasm/fold-parameters.ts";
import type { WasmExports, WasmMemory } from "../wasm/platform.ts";
import { type ScanLoop, scanParameters } from "../wasm/scan-loop.ts";
import { inputStreams } from "../wasm/streams.ts";
import { argumentOf, type PassCall } from "./call.ts";
import { scanLoop } from "./code.ts";
import { CompiledCalls } from "./compiled-calls.ts";
import { roundsMaxOf } from "./compiled-fold.ts";
import type { Folder, Scanner } from "./pass-runner.ts";
import type { Stage } from "./stage.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

/** Items to scan: arrays by the numbers of operands, states by slots. */
interface ScanItems {
  readonly items: number;
  readonly count: number;
  readonly hasStart: boolean;
  readonly slots: readonly number[];
  readonly inputs: readonly number[];
  readonly itemStrides: readonly number[];
  readonly strides: readonly number[];
  readonly output: number;
  readonly outputItemStride: number;
  readonly outputStride: number;
}

/** The function that scans, or finds totals. */
class CompiledScan {
  readonly #f: WasmExports[string];
  readonly #values: (number | bigint)[];
  readonly #set: ((items: ScanItems) => void)[] = [];
  readonly #roundsMax: number;
  readonly #calls: CompiledCalls;

  constructor(call: PassCall, functions: WasmExports, isTotal: boolean, calls: CompiledCalls) {
    this.#calls = calls;
    const loop: ScanLoop = scanLoop(call.place, call.pass, call.fold, isTotal);
    const { liftParameters: lifting } = call;
    const { combineParameters: merging = [] } = call.args;
    this.#f = functions[loop.name]!;
    this.#roundsMax = roundsMaxOf([loop.lift, loop.merge]);
    const operands = inputStreams(loop.lift).map(({ operand }) => operand);
    const parameters = scanParameters(loop);
    const values = new Array<number | bigint>(parameters.length).fill(0);
    this.#values = values;
    for (const [at, parameter] of parameters.entries()) {
      const set = (valueOf: (items: ScanItems) => number): void =>
        void this.#set.push((items) => (values[at] = valueOf(items)));
      switch (parameter.kind) {
        case "items":
        case "count":
          set((items) => items[parameter.kind]);
          break;
        case "has-start":
          set(({ hasStart }) => Number(hasStart));
          break;
        case "slot":
          set(({ slots }) => slots[parameter.slot]!);
          break;
        case "slot-step":
          values[at] = 1;
          break;
        case "input":
          set(({ inputs }) => inputs[operands[parameter.stream]!]!);
          break;
        case "item-stride":
          set(({ itemStrides }) => itemStrides[operands[parameter.stream]!]!);
          break;
        case "input-stride":
          set(({ strides }) => strides[operands[parameter.stream]!]!);
          break;
        case "output":
          set(({ output }) => output);
          break;
        case "output-item-stride":
          set(({ outputItemStride }) => outputItemStride);
          break;
        case "output-stride":
          set(({ outputStride }) => outputStride);
          break;
        case "parameter":
          values[at] = argumentOf((parameter.of === "lift" ? lifting : merging)[parameter.parameter]!);
          break;
        case "cancel":
          values[at] = calls.cancel;
          break;
      }
    }
  }

  run(items: ScanItems): boolean {
    for (const set of this.#set) set(items);
    return this.#calls.make({ f: this.#f, values: this.#values, roundsMax: this.#roundsMax });
  }
}

/** Scans where arrays lie: in the heap, at one step. One for totals folds blocks, in the order of their elements. */
export class DirectScanner implements Scanner, Folder {
  readonly #call: PassCall;
  readonly #scan: CompiledScan;
  readonly #isTotal: boolean;

  constructor(call: PassCall, functions: WasmExports, isTotal: boolean) {
    this.#call = call;
    this.#scan = new CompiledScan(call, functions, isTotal, call.calls);
    this.#isTotal = isTotal;
  }

  fold(run: OutputRun, firstBlock: number, blocks: number): boolean {
    return this.scan(run, firstBlock, blocks);
  }

  scan(run: OutputRun, firstBlock: number, blocks: number): boolean {
    for (let block = firstBlock; block < firstBlock + blocks; block++) if (!this.#scanBlock(run, block)) return false;
    return true;
  }

  #scanBlock({ output, outputs }: OutputRun, block: number): boolean {
    const { pass, fold } = this.#call;
    const { kept, reduced, operands, order, result } = pass;
    const distances = distancesOf(kept, output);
    const strides = reduced.strides.map((own) => own.at(-1)!);
    const itemStrides = kept.strides.map((own) => own.at(-1)!);
    const starts = [...operands, result].map(
      (array, column) => this.#call.addressOf(array) + distances[column]! + block * order.block * strides[column]!,
    );
    const state = (this.#isTotal ? block : block - 1) * pass.outputs + output;
    return this.#scan.run({
      items: outputs,
      count: blockLength(pass, block),
      hasStart: block > 0 && !this.#isTotal,
      slots: fold.slots.map((type, slot) => this.#call.slotAddress(slot) + state * slotBytes(type)),
      inputs: starts,
      itemStrides,
      strides,
      output: starts.at(-1)!,
      outputItemStride: itemStrides.at(-1)!,
      outputStride: strides.at(-1)!,
    });
  }
}

/** Copies blocks into a memory of its own, and results or states out of it. */
export class StagedScanner implements Scanner, Folder {
  readonly #call: PassCall;
  readonly #scan: CompiledScan;
  readonly #stage: Stage;
  readonly #memory: WasmMemory;
  readonly #isTotal: boolean;

  constructor(call: PassCall, stage: Stage, memory: WasmMemory, functions: WasmExports, isTotal: boolean) {
    this.#call = call;
    this.#stage = stage;
    this.#memory = memory;
    // In a memory of its own there is no word that cancels.
    this.#scan = new CompiledScan(call, functions, isTotal, new CompiledCalls());
    this.#isTotal = isTotal;
  }

  fold(run: OutputRun, firstBlock: number, blocks: number): boolean {
    return this.scan(run, firstBlock, blocks);
  }

  scan({ output, outputs }: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    const most = pass.blocks === 1 ? this.#stage.outputsMax : 1;
    const range = { start: output, stop: output + outputs };
    for (let block = firstBlock; block < firstBlock + blocks; block++)
      if (!everyOutputRun(pass, range, most, (run) => this.#scanBlock(run, block))) return false;
    return true;
  }

  #scanBlock({ output, outputs }: OutputRun, block: number): boolean {
    const { pass } = this.#call;
    const stage = this.#stage;
    const { buffer } = this.#memory;
    const elements = blockLength(pass, block);
    const stretch = { output, outputs, element: block * pass.order.block, elements };
    stage.bringIn(buffer, stretch, "rows", (array) => this.#call.placeOf(array));
    const hasStart = block > 0 && !this.#isTotal;
    if (hasStart) this.#copyStates((block - 1) * pass.outputs + output, outputs, "in");
    const itemsizes = pass.operands.map(({ dtype }) => DTYPES[dtype].itemsize);
    const resultBytes = DTYPES[pass.result.dtype].itemsize;
    const goesOn = this.#scan.run({
      items: outputs,
      count: elements,
      hasStart,
      slots: stage.slotOffsets,
      inputs: stage.operandOffsets,
      itemStrides: itemsizes.map((itemsize) => itemsize * elements),
      strides: itemsizes,
      output: stage.resultOffset,
      outputItemStride: resultBytes * elements,
      outputStride: resultBytes,
    });
    if (this.#isTotal) this.#copyStates(block * pass.outputs + output, outputs, "out");
    else stage.takeOut(buffer, stretch, "rows", this.#call.placeOf(pass.result));
    return goesOn;
  }

  /** Copies states between the stage and scratch memory. */
  #copyStates(state: number, count: number, direction: "in" | "out"): void {
    for (const [slot, type] of this.#call.fold.slots.entries()) {
      const nbytes = count * slotBytes(type);
      const { buffer, byteOffset } = this.#call.slotPlace(slot);
      const own = new Uint8Array(buffer, byteOffset + state * slotBytes(type), nbytes);
      const staged = new Uint8Array(this.#memory.buffer, this.#stage.slotOffsets[slot], nbytes);
      if (direction === "in") staged.set(own);
      else own.set(staged);
    }
  }
}
