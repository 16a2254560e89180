/**
 * Passes over rows, in compiled code: many elements of the result side by side, along the innermost axis that is kept.
 *
 * @module
 */
import { PLACE_BYTES } from "../wasm/column-loop.ts";
import { slotBytes } from "../wasm/item-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { argumentOf, type PassCall } from "./call.ts";
import { functionNames, wholeLoop } from "./code.ts";
import { type CompiledLoop, compiledLoop } from "./compiled-fold.ts";
import { roundsMaxOf } from "./compiled-function.ts";
import type { Folder } from "./pass-runner.ts";
import type { ColumnPlan } from "./columns.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

export class ColumnFolder implements Folder {
  readonly #call: PassCall;
  readonly #columns: ColumnPlan;
  readonly #f: WasmExports[string];
  readonly #roundsMax: number;
  /** Along what is reduced and what is kept, by operand of `lift`. */
  readonly #rowStrides: readonly number[];
  readonly #columnStrides: readonly number[];
  /** What the function takes after the rows. */
  readonly #rest: readonly (number | bigint)[];

  constructor(call: PassCall, columns: ColumnPlan, functions: WasmExports) {
    const { pass, fold, args, calls } = call;
    this.#call = call;
    this.#columns = columns;
    this.#f = functions[functionNames(call.place).fold]!;
    this.#roundsMax = roundsMaxOf([fold.lift, fold.merge]);
    const position = fold.takesPosition ? [PLACE_BYTES] : [];
    this.#rowStrides = [...pass.reduced.strides.map((own) => own.at(-1)!), ...position];
    this.#columnStrides = [
      ...pass.kept.strides.slice(0, pass.operands.length).map((own) => own.at(-1)!),
      ...position.map(() => 0),
    ];
    const scalars = [...call.liftParameters, ...(args.combineParameters ?? [])].map(argumentOf);
    this.#rest = [
      ...this.#rowStrides,
      ...this.#columnStrides,
      ...scalars,
      ...(this.#roundsMax > 0 ? [calls.cancel] : []),
    ];
  }

  fold(run: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    const range = { start: run.output, stop: run.output + run.outputs };
    for (let block = firstBlock; block < firstBlock + blocks; block++)
      if (!everyOutputRun(pass, range, this.#columns.tile, (tile) => this.#foldTile(tile, block))) return false;
    return true;
  }

  #foldTile({ output, outputs }: OutputRun, block: number): boolean {
    const { pass, fold, calls } = this.#call;
    const { operands, order, kept } = pass;
    const { tile, placesOffset, levelsOffset, unitBytes } = this.#columns;
    const first = block * order.block;
    const distances = distancesOf(kept, output);
    const unit = (Math.floor(output / pass.outputsPerUnit) * pass.blocks + block) * unitBytes;
    const states = fold.slots.map(
      (type, slot) => this.#call.slotAddress(slot) + (block * pass.outputs + output) * slotBytes(type),
    );
    const rows = operands.map(
      (array, operand) => this.#call.addressOf(array) + distances[operand]! + first * this.#rowStrides[operand]!,
    );
    if (fold.takesPosition) rows.push(this.#call.scratchAddress(placesOffset + unit));
    const levels = this.#call.scratchAddress(levelsOffset + unit);
    const values = [outputs, blockLength(pass, block), tile, levels, first, ...states, ...rows, ...this.#rest];
    return calls.make({ f: this.#f, values, roundsMax: this.#roundsMax });
  }
}

/** Few rows: one loop reads them all, and writes results. */
export class WholeFolder implements Folder {
  readonly #call: PassCall;
  readonly #loop: CompiledLoop;

  constructor(call: PassCall, functions: WasmExports) {
    const { place, pass, fold, args, calls } = call;
    const { combineParameters = [] } = args;
    const scalars = [...call.liftParameters, ...combineParameters, ...call.finishParameters()];
    this.#call = call;
    this.#loop = compiledLoop(wholeLoop(place, pass, fold), functions, scalars, calls);
  }

  fold({ output, outputs }: OutputRun): boolean {
    const { elements, operands, kept, reduced, result } = this.#call.pass;
    const distances = distancesOf(kept, output);
    const columnStrides = operands.map((_, operand) => kept.strides[operand]!.at(-1)!);
    const rows = Array.from({ length: elements }, (_, row) => row);
    return this.#loop.run({
      count: outputs,
      inputs: rows.flatMap((row) => {
        const apart = distancesOf(reduced, row);
        return operands.map((array, operand) => this.#call.addressOf(array) + distances[operand]! + apart[operand]!);
      }),
      inputStrides: rows.flatMap(() => columnStrides),
      outputs: [this.#call.addressOf(result) + distances.at(-1)!],
      outputStrides: [kept.strides.at(-1)!.at(-1)!],
    });
  }
}
