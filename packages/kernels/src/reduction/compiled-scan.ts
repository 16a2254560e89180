/**
 * Scans in compiled code: on the heap, and on staged copies of what doesn't lie there.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import { slotBytes } from "../wasm/item-parameters.ts";
import type { WasmExports, WasmMemory } from "../wasm/platform.ts";
import { type ScanParameter, scanParameters } from "../wasm/scan-loop.ts";
import { inputStreams } from "../wasm/streams.ts";
import type { PassCall } from "./call.ts";
import { scanLoop } from "./code.ts";
import { CompiledCalls } from "./compiled-calls.ts";
import { type Argument, CompiledFunction, itemArgument, type ItemConstants, type Items } from "./compiled-function.ts";
import type { Folder, Scanner } from "./pass-runner.ts";
import type { Stage } from "./stage.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

/** Lines to scan. */
interface ScanItems extends Items {
  readonly hasStart: boolean;
  readonly output: number;
  readonly outputItemStride: number;
  readonly outputStride: number;
}

/** The function that scans, or finds totals. */
type CompiledScan = CompiledFunction<ScanItems>;

function compiledScan(call: PassCall, functions: WasmExports, isTotal: boolean, calls: CompiledCalls): CompiledScan {
  const loop = scanLoop(call.place, call.pass, call.fold, isTotal);
  const operands = inputStreams(loop.lift).map(({ operand }) => operand);
  const constants = { operands, lifting: call.liftParameters, merging: call.args.combineParameters ?? [], calls };
  const args = scanParameters(loop).map((parameter) => scanArgument(parameter, constants));
  return new CompiledFunction(functions[loop.name]!, args, [loop.lift, loop.merge], calls);
}

function scanArgument(parameter: ScanParameter, constants: ItemConstants): Argument<ScanItems> {
  switch (parameter.kind) {
    case "has-start":
      return ({ hasStart }) => Number(hasStart);
    case "output":
      return ({ output }) => output;
    case "output-item-stride":
      return ({ outputItemStride }) => outputItemStride;
    case "output-stride":
      return ({ outputStride }) => outputStride;
    default:
      return itemArgument(parameter, constants);
  }
}

/** Scans where arrays lie: in the heap, at one step. One for totals folds blocks, in the order of their elements. */
export class DirectScanner implements Scanner, Folder {
  readonly #call: PassCall;
  readonly #scan: CompiledScan;
  readonly #isTotal: boolean;

  constructor(call: PassCall, functions: WasmExports, isTotal: boolean) {
    this.#call = call;
    this.#scan = compiledScan(call, functions, isTotal, call.calls);
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
    this.#scan = compiledScan(call, functions, isTotal, new CompiledCalls());
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
