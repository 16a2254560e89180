/**
 * Running compiled functions over boxes: what they are called with, and how often.
 *
 * @module
 */
import { budgetError } from "../errors.ts";
import type { LaneValue } from "../graph/graph.ts";
import { BLOCK_ROWS } from "../wasm/transposed-loads.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { NO_CANCEL, type RunParameter } from "../wasm/run-parameters.ts";
import type { BoxPlan } from "./plan.ts";
import type { TilePlan } from "./tiles.ts";

type CompiledFunction = WasmExports[string];

/** Where the streams of a box begin, and how they go on: addresses and bytes. */
export interface PlacedBox {
  readonly shape: readonly number[];
  readonly outputs: readonly number[];
  readonly inputs: readonly number[];
  /** Of the indices of the plan's axes. */
  readonly indices: readonly number[];
}

/** Strides along the walk's axes. */
export interface BoxStrides {
  readonly outputs: readonly (readonly number[])[];
  readonly operands: readonly (readonly number[])[];
  readonly indices: readonly (readonly number[])[];
}

/** A call of a compiled function, ready to be made. */
export interface CompiledCall {
  readonly f: CompiledFunction;
  readonly values: (number | bigint)[];
}

/** Gets the calls that compute a box, one after the other; the values are its own. Says whether to go on. */
export type TakeCall = (call: CompiledCall) => boolean;

/** By the parameters of a plan's code, which calls of one layout share. */
const knownPlaces = new WeakMap<readonly RunParameter[], Places>();

function placesOf(plan: BoxPlan): Places {
  let places = knownPlaces.get(plan.parameters);
  if (places === undefined) knownPlaces.set(plan.parameters, (places = new Places(plan)));
  return places;
}

/** Where arguments stand in the list. */
class Places {
  readonly count: number;
  readonly outputs: readonly number[];
  readonly inputs: readonly number[];
  /** Of indices: the argument, and which of the plan's axes it is. */
  readonly indices: readonly (readonly [place: number, axis: number])[];
  readonly turns: readonly number[];
  /** Of what depends on strides. */
  readonly strides: readonly (readonly [place: number, parameter: RunParameter])[];
  /** Of the graph's parameters: the argument, and which it is. */
  readonly parameters: readonly (readonly [place: number, parameter: number])[];

  constructor({ parameters, axes }: BoxPlan) {
    const of = (kind: RunParameter["kind"]): number[] =>
      [...parameters.keys()].filter((place) => parameters[place]!.kind === kind);
    this.count = of("count")[0]!;
    this.outputs = of("output");
    this.inputs = of("input");
    this.turns = of("turns");
    this.indices = parameters.flatMap((parameter, place) =>
      parameter.kind === "index" ? [[place, axes.indexOf(parameter.axis)] as const] : [],
    );
    this.parameters = parameters.flatMap((parameter, place) =>
      parameter.kind === "parameter" ? [[place, parameter.parameter] as const] : [],
    );
    this.strides = [...parameters.entries()].filter(
      ([, { kind }]) => kind.endsWith("-stride") || kind.endsWith("-turn"),
    );
  }
}

/** Argument lists are made of numbers that are the same for a call, for boxes of one shape, and for one box. */
export class CompiledBoxes {
  readonly #plan: BoxPlan;
  readonly #run: CompiledFunction;
  readonly #tile: CompiledFunction | undefined;
  readonly #values: (number | bigint)[];
  readonly #places: Places;
  /** Loops around the run that the functions have. */
  readonly #levels: number;

  /**
   * @param functions - without `tile`, boxes are run row by row
   * @param cancel - address in the functions' memory of the word that ends kernels with loops early, or none
   */
  constructor(plan: BoxPlan, functions: WasmExports, parameters: readonly LaneValue[], cancel: number = NO_CANCEL) {
    this.#plan = plan;
    this.#run = functions[plan.loop.name ?? "run"]!;
    this.#tile = functions["tile"];
    this.#levels = plan.loop.outer?.length ?? 0;
    this.#values = plan.parameters.map(({ kind }) => (kind === "cancel" ? cancel : 0));
    this.#places = placesOf(plan);
    this.setParameters(parameters, this.#values);
  }

  /** Sets the graph's parameters: for what is still to be found, or in a call that was found before. */
  setParameters(parameters: readonly LaneValue[], values: (number | bigint)[] = this.#values): void {
    for (const [place, parameter] of this.#places.parameters) {
      const value = parameters[parameter]!;
      values[place] = typeof value === "boolean" ? Number(value) : value;
    }
  }

  /**
   * Finds the calls that compute a box.
   *
   * @returns false if they were not all taken
   */
  forEachCall(box: PlacedBox, strides: BoxStrides, take: TakeCall): boolean {
    const { shape } = box;
    this.#setStrides(shape, strides);
    const outer = shape.length - 1 - this.#levels;
    const { streams } = this.#plan;
    const [outputs, inputs, indices] = [[...box.outputs], [...box.inputs], [...box.indices]];
    const move = (axis: number, times: number): void => {
      for (let k = 0; k < outputs.length; k++) outputs[k]! += times * strides.outputs[k]![axis]!;
      for (let k = 0; k < inputs.length; k++) inputs[k]! += times * strides.operands[streams[k]!.operand]![axis]!;
      for (let k = 0; k < indices.length; k++) indices[k]! += times * strides.indices[k]![axis]!;
    };
    const visit = (axis: number): boolean => {
      if (axis === outer) {
        this.#setPlaces(outputs, inputs, indices);
        return this.#takeCalls(shape, strides, take);
      }
      for (let i = 0; i < shape[axis]!; i++) {
        if (!visit(axis + 1)) return false;
        move(axis, 1);
      }
      move(axis, -shape[axis]!);
      return true;
    };
    return visit(0);
  }

  /**
   * Makes a call.
   *
   * @returns false if it was cancelled
   * @throws a `KernelBudgetError`
   */
  make({ f, values }: CompiledCall): boolean {
    const left = f(...values);
    if (left > 0) throw budgetError(this.#plan.roundsMax);
    return left === 0;
  }

  #setStrides(shape: readonly number[], { outputs, operands }: BoxStrides): void {
    const values = this.#values;
    const run = shape.length - 1;
    const { streams } = this.#plan;
    /** From where the loop inside ends, which is where its last turn has moved it. */
    const turn = (own: readonly number[], level: number): number => {
      const axis = run - this.#levels + level;
      const inside = axis + 1 < run ? own[axis + 1]! * shape[axis + 1]! : 0;
      return own[axis]! - inside;
    };
    for (const [place, parameter] of this.#places.strides) {
      if (parameter.kind === "output-stride") values[place] = outputs[parameter.output]![run]!;
      else if (parameter.kind === "input-stride") values[place] = operands[streams[parameter.stream]!.operand]![run]!;
      else if (parameter.kind === "output-turn") values[place] = turn(outputs[parameter.output]!, parameter.level);
      else if (parameter.kind === "input-turn") values[place] = turn(operands[parameter.operand]!, parameter.level);
    }
    for (const [level, place] of this.#places.turns.entries()) values[place] = shape[run - this.#levels + level]!;
    values[this.#places.count] = shape[run]!;
  }

  #setPlaces(outputs: readonly number[], inputs: readonly number[], indices: readonly number[]): void {
    const { outputs: outputPlaces, inputs: inputPlaces, indices: indexPlaces } = this.#places;
    const values = this.#values;
    for (let k = 0; k < outputs.length; k++) values[outputPlaces[k]!] = outputs[k]!;
    for (let k = 0; k < inputs.length; k++) values[inputPlaces[k]!] = inputs[k]!;
    for (const [place, axis] of indexPlaces) values[place] = indices[axis]!;
  }

  #takeCalls(shape: readonly number[], strides: BoxStrides, take: TakeCall): boolean {
    const { tile } = this.#plan;
    if (tile === null || this.#tile === undefined) return take({ f: this.#run, values: this.#values.slice() });
    return this.#takeTiles(this.#tile, tile, shape, strides, take);
  }

  /** Whole blocks as tiles; then the columns beside them, and the rows below. */
  #takeTiles(
    f: CompiledFunction,
    { width, rows: height }: TilePlan,
    shape: readonly number[],
    strides: BoxStrides,
    take: TakeCall,
  ): boolean {
    const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
    const wholeRows = rows - (rows % BLOCK_ROWS);
    const wholeColumns = columns - (columns % width);
    const takeAt = (called: CompiledFunction, row: number, column: number, count: number, length: number): boolean =>
      count === 0 || length === 0 || take({ f: called, values: this.#valuesAt(row, column, count, length, strides) });
    for (let row = 0; row < wholeRows; row += height)
      if (!takeAt(f, row, 0, Math.min(height, wholeRows - row), wholeColumns)) return false;
    return (
      takeAt(this.#run, 0, wholeColumns, wholeRows, columns - wholeColumns) &&
      takeAt(this.#run, wholeRows, 0, rows - wholeRows, columns)
    );
  }

  /** The arguments for a part of a plane. */
  #valuesAt(row: number, column: number, height: number, length: number, strides: BoxStrides): (number | bigint)[] {
    const { count, turns, outputs, inputs } = this.#places;
    const { streams } = this.#plan;
    const values = this.#values.slice();
    const move = (place: number, own: readonly number[]): void => {
      values[place] = (values[place] as number) + row * own.at(-2)! + column * own.at(-1)!;
    };
    for (const [output, place] of outputs.entries()) move(place, strides.outputs[output]!);
    for (const [stream, place] of inputs.entries()) move(place, strides.operands[streams[stream]!.operand]!);
    values[turns[0]!] = height;
    values[count] = length;
    return values;
  }
}
