/**
 * Calling the compiled functions of a pass: numbers go where each function expects them.
 *
 * Units: addresses and strides in bytes.
 *
 * @module
 */
import type { LaneValue } from "../graph/graph.ts";
import { type FoldLoop, type FoldParameter, foldParameters, foldStreams } from "../wasm/fold-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { type ElementLoop, type RunParameter, runParameters } from "../wasm/run-parameters.ts";
import { inputStreams } from "../wasm/streams.ts";
import { argumentOf } from "./call.ts";
import type { CompiledCalls } from "./compiled-calls.ts";
import { type Argument, CompiledFunction, itemArgument, type ItemConstants, type Items } from "./compiled-function.ts";

/** States to compute. */
export interface FoldItems extends Items {
  /** The place of the first element, and how far it is to that of the next state. */
  readonly position: number;
  readonly positionStep: number;
  /** Of a loop around: how often, and how far inputs and states are from turn to turn. Default: once. */
  readonly turns?: number;
  readonly inputTurns?: readonly number[];
  readonly slotTurn?: number;
}

/** The function that folds elements. */
export type CompiledFold = CompiledFunction<FoldItems>;

export function compiledFold(
  loop: FoldLoop,
  functions: WasmExports,
  parameters: Pick<ItemConstants, "lifting" | "merging">,
  calls: CompiledCalls,
): CompiledFold {
  const constants = { ...parameters, operands: foldStreams(loop).map(({ operand }) => operand), calls };
  const args = foldParameters(loop).map((parameter) => foldArgument(parameter, constants));
  return new CompiledFunction(functions[loop.name]!, args, [loop.lift, loop.merge], calls);
}

function foldArgument(parameter: FoldParameter, constants: ItemConstants): Argument<FoldItems> {
  switch (parameter.kind) {
    case "turns":
      return ({ turns = 1 }) => turns;
    case "input-turn": {
      const operand = constants.operands[parameter.stream]!;
      return ({ inputTurns = [], items, itemStrides }) => (inputTurns[operand] ?? 0) - items * itemStrides[operand]!;
    }
    case "slot-turn":
      return ({ slotTurn = 0, items, slotStep = 1 }) => slotTurn - items * slotStep;
    case "position":
      return ({ position }) => position;
    case "position-step":
      return ({ positionStep }) => positionStep;
    default:
      return itemArgument(parameter, constants);
  }
}

/** A run of an element-wise function: arrays by the numbers of its graph's operands and stores. */
export interface ElementRun {
  readonly count: number;
  readonly inputs: readonly number[];
  readonly inputStrides: readonly number[];
  readonly outputs: readonly number[];
  readonly outputStrides: readonly number[];
}

/** A function over elements: of states, which are merged or become results. */
export type CompiledLoop = CompiledFunction<ElementRun>;

export function compiledLoop(
  loop: ElementLoop,
  functions: WasmExports,
  scalars: readonly LaneValue[],
  calls: CompiledCalls,
): CompiledLoop {
  const operands = inputStreams(loop.graph).map(({ operand }) => operand);
  const args = runParameters(loop).map((parameter): Argument<ElementRun> => {
    if (parameter.kind === "parameter") return argumentOf(scalars[parameter.parameter]!);
    return parameter.kind === "cancel" ? calls.cancel : runArgument(parameter, operands);
  });
  return new CompiledFunction(functions[loop.name ?? "run"]!, args, [loop.graph], calls);
}

function runArgument(parameter: RunParameter, operands: readonly number[]): Argument<ElementRun> {
  switch (parameter.kind) {
    case "count":
      return ({ count }) => count;
    case "input":
      return ({ inputs }) => inputs[operands[parameter.stream]!]!;
    case "input-stride":
      return ({ inputStrides }) => inputStrides[operands[parameter.stream]!]!;
    case "output":
      return ({ outputs }) => outputs[parameter.output]!;
    case "output-stride":
      return ({ outputStrides }) => outputStrides[parameter.output]!;
    default:
      throw new Error(`internal: a loop over states has a ${parameter.kind}`);
  }
}
