/**
 * Passes over rows, in compiled code: many elements of the result side by side, along the innermost axis that is kept.
 *
 * Chain by chain, in an order in which each two that are to be merged are done one after the other, so that few states
 * wait: those of one tile of the result for each level of the tree.
 *
 * @module
 */
import { slotBytes } from "../wasm/fold-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import type { PassCall } from "./call.ts";
import { columnLoops, type ColumnLoops, wholeLoop } from "./code.ts";
import { CompiledLoop, type ElementRun } from "./compiled-fold.ts";
import { chainsOf } from "./fold-order.ts";
import type { Folder } from "./pass-runner.ts";
import { columnLevels, type ColumnPlan, ROWS } from "./columns.ts";
import { blockLength, everyOutputRun, type OutputRun } from "./units.ts";
import { distancesOf } from "./walks.ts";

/** A tile of some elements of the result. */
interface Tile {
  readonly outputs: number;
  /** The first element of the block, by operand of `lift`. */
  readonly inputs: readonly number[];
  /** States, by level and slot: the first are those of the block. */
  readonly states: readonly (readonly number[])[];
}

export class ColumnFolder implements Folder {
  readonly #call: PassCall;
  readonly #columns: ColumnPlan;
  readonly #loops: { readonly [N in keyof ColumnLoops]: CompiledLoop };
  /** Along what is reduced and what is kept, by operand of `lift`. */
  readonly #rowStrides: readonly number[];
  readonly #columnStrides: readonly number[];

  constructor(call: PassCall, columns: ColumnPlan, functions: WasmExports) {
    const { place, pass, fold, args, calls } = call;
    const { parameters, combineParameters = [] } = args;
    this.#call = call;
    this.#columns = columns;
    const scalars = [...parameters, ...combineParameters];
    const loops = columnLoops(place, pass, fold);
    const compiled = (name: keyof ColumnLoops): CompiledLoop =>
      new CompiledLoop(loops[name], functions, name === "join" ? combineParameters : scalars, calls);
    this.#loops = {
      begin: compiled("begin"),
      beginOne: compiled("beginOne"),
      goOn: compiled("goOn"),
      goOnOne: compiled("goOnOne"),
      join: compiled("join"),
    };
    const position = fold.takesPosition ? [POSITION_BYTES] : [];
    this.#rowStrides = [...pass.reduced.strides.map((own) => own.at(-1)!), ...position];
    this.#columnStrides = [
      ...pass.kept.strides.slice(0, pass.operands.length).map((own) => own.at(-1)!),
      ...position.map(() => 0),
    ];
  }

  fold(run: OutputRun, firstBlock: number, blocks: number): boolean {
    const { pass } = this.#call;
    const range = { start: run.output, stop: run.output + run.outputs };
    for (let block = firstBlock; block < firstBlock + blocks; block++) {
      const rows = blockLength(pass, block);
      const places = this.#writePlaces(block, run.output);
      const goesOn = everyOutputRun(pass, range, this.#columns.tile, (tile) =>
        this.#foldChains(this.#tileOf(tile, block, places), 0, 1, rows, 0),
      );
      if (!goesOn) return false;
    }
    return true;
  }

  /** Writes down the places of a block's elements, where the fold asks for them. @returns where, or nowhere */
  #writePlaces(block: number, output: number): readonly number[] {
    const { pass, fold } = this.#call;
    if (!fold.takesPosition) return [];
    const { buffer, byteOffset } = this.#call.scratchPlace(
      this.#columns.placesOffset + this.#unitOf(block, output) * this.#columns.unitBytes,
    );
    const rows = blockLength(pass, block);
    const places = new Int32Array(buffer, byteOffset, rows);
    for (let row = 0; row < rows; row++) places[row] = block * pass.order.block + row;
    return [byteOffset];
  }

  /** The unit that a block and an element of the result are of. */
  #unitOf(block: number, output: number): number {
    const { pass } = this.#call;
    return Math.floor(output / pass.outputsPerUnit) * pass.blocks + block;
  }

  #tileOf({ output, outputs }: OutputRun, block: number, places: readonly number[]): Tile {
    const { pass, fold } = this.#call;
    const { operands, order, kept } = pass;
    const distances = distancesOf(kept, output);
    const inputs = operands.map(
      (array, operand) =>
        this.#call.addressOf(array) + distances[operand]! + block * order.block * this.#rowStrides[operand]!,
    );
    const unit = this.#call.scratchAddress(
      this.#columns.levelsOffset + this.#unitOf(block, output) * this.#columns.unitBytes,
    );
    const own = fold.slots.map(
      (type, slot) => this.#call.slotAddress(slot) + (block * pass.outputs + output) * slotBytes(type),
    );
    const states = [own];
    let next = unit;
    for (let level = 1; level <= columnLevels(chainsOf(order)); level++) {
      states.push(
        fold.slots.map((type) => {
          const at = next;
          next += this.#columns.tile * slotBytes(type);
          return at;
        }),
      );
    }
    return { outputs, inputs: [...inputs, ...places], states };
  }

  /** Merges the chains from some one on, so many apart, into the states of a level. */
  #foldChains(tile: Tile, chain: number, apart: number, rows: number, level: number): boolean {
    const { order } = this.#call.pass;
    if (apart === chainsOf(order)) return this.#foldChain(tile, chain, rows, level);
    if (!this.#foldChains(tile, chain, apart * 2, rows, level)) return false;
    if (chain + apart >= rows) return true;
    if (!this.#foldChains(tile, chain + apart, apart * 2, rows, level + 1)) return false;
    const [first, second] = [tile.states[level]!, tile.states[level + 1]!];
    return this.#loops.join.run(elementRun(tile.outputs, [...first, ...second], first));
  }

  /** Merges the elements of a chain. */
  #foldChain({ outputs, inputs, states }: Tile, chain: number, rows: number, level: number): boolean {
    const chains = chainsOf(this.#call.pass.order);
    const state = states[level]!;
    const rowAt = (at: number, count: number): number[] =>
      Array.from({ length: count }, (_, row) =>
        inputs.map((first, operand) => first + (chain + (at + row) * chains) * this.#rowStrides[operand]!),
      ).flat();
    const length = Math.ceil((rows - chain) / chains);
    const strides = (count: number): number[] => Array.from({ length: count }, () => this.#columnStrides).flat();
    const turnsOf = (count: number): number[] =>
      Array.from({ length: count }, () => this.#rowStrides.map((stride) => stride * chains * count)).flat();
    const begun = length >= ROWS ? ROWS : 1;
    const begin = begun === ROWS ? this.#loops.begin : this.#loops.beginOne;
    if (!begin.run({ ...elementRun(outputs, rowAt(0, begun), state), inputStrides: strides(begun) })) return false;
    const goOn = (loop: CompiledLoop, at: number, count: number, turns: number): boolean =>
      turns === 0 ||
      loop.run({
        ...elementRun(outputs, [...state, ...rowAt(at, count)], state),
        inputStrides: [...state.map(() => 0), ...strides(count)],
        turns,
        inputTurns: [...state.map(() => 0), ...turnsOf(count)],
      });
    const turns = Math.floor((length - begun) / ROWS);
    const done = begun + turns * ROWS;
    return goOn(this.#loops.goOn, begun, ROWS, turns) && goOn(this.#loops.goOnOne, done, 1, length - done);
  }
}

const POSITION_BYTES = 4;

function elementRun(count: number, inputs: readonly number[], outputs: readonly number[]): ElementRun {
  return { count, inputs, inputStrides: [], outputs, outputStrides: [] };
}

/** Few rows: one loop reads them all, and writes results. */
export class WholeFolder implements Folder {
  readonly #call: PassCall;
  readonly #loop: CompiledLoop;

  constructor(call: PassCall, functions: WasmExports) {
    const { place, pass, fold, args, calls } = call;
    const { parameters, combineParameters = [] } = args;
    const scalars = [...parameters, ...combineParameters, ...call.finishParameters()];
    this.#call = call;
    this.#loop = new CompiledLoop(wholeLoop(place, pass, fold), functions, scalars, calls);
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
