/**
 * Calling the compiled functions of a pass: numbers go where each function expects them.
 *
 * Units: addresses and strides in bytes.
 *
 * @module
 */
import type { Graph, LaneValue } from "../graph/graph.ts";
import { type FoldLoop, foldParameters, foldStreams } from "../wasm/fold-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { type ElementLoop, runParameters } from "../wasm/run-parameters.ts";
import { inputStreams } from "../wasm/streams.ts";
import { argumentOf } from "./call.ts";
import type { CompiledCalls } from "./compiled-calls.ts";

type CompiledFunction = WasmExports[string];

/** Rounds that a loop of some graphs may go; 0 without loops. */
export function roundsMaxOf(graphs: readonly Graph[]): number {
  const nodes = graphs.flatMap((graph) => graph.nodes);
  return Math.max(0, ...nodes.map((node) => (node.kind === "loop" ? node.roundsMax : 0)));
}

/** States to compute, of so many elements each. Those of an operand lie at `inputs`, by operand. */
export interface FoldItems {
  readonly items: number;
  readonly count: number;
  /** Of the first state, by slot. */
  readonly slots: readonly number[];
  /** From one state to the next, in elements of the slots. */
  readonly slotStep: number;
  readonly inputs: readonly number[];
  readonly itemStrides: readonly number[];
  readonly strides: readonly number[];
  /** The place of the first element, and how far it is to that of the next state. */
  readonly position: number;
  readonly positionStep: number;
  /** Of a loop around: how often, and how far inputs and states are from turn to turn. Default: once. */
  readonly turns?: number;
  readonly inputTurns?: readonly number[];
  readonly slotTurn?: number;
}

/** The function that folds elements. */
export class CompiledFold {
  readonly #f: CompiledFunction;
  readonly #values: (number | bigint)[];
  readonly #set: ((items: FoldItems) => void)[] = [];
  readonly #roundsMax: number;
  readonly #calls: CompiledCalls;

  constructor(
    loop: FoldLoop,
    functions: WasmExports,
    lifting: readonly LaneValue[],
    merging: readonly LaneValue[],
    calls: CompiledCalls,
  ) {
    this.#calls = calls;
    this.#f = functions[loop.name]!;
    this.#roundsMax = roundsMaxOf([loop.lift, loop.merge]);
    const operands = foldStreams(loop).map(({ operand }) => operand);
    const parameters = foldParameters(loop);
    const values = new Array<number | bigint>(parameters.length).fill(0);
    this.#values = values;
    for (const [at, parameter] of parameters.entries()) {
      const set = (valueOf: (items: FoldItems) => number): void =>
        void this.#set.push((items) => (values[at] = valueOf(items)));
      switch (parameter.kind) {
        case "items":
        case "count":
          set((items) => items[parameter.kind]);
          break;
        case "slot":
          set(({ slots }) => slots[parameter.slot]!);
          break;
        case "slot-step":
          set(({ slotStep }) => slotStep);
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
        case "turns":
          set(({ turns = 1 }) => turns);
          break;
        case "input-turn": {
          const operand = operands[parameter.stream]!;
          set(({ inputTurns = [], items, itemStrides }) => (inputTurns[operand] ?? 0) - items * itemStrides[operand]!);
          break;
        }
        case "slot-turn":
          set(({ slotTurn = 0, items, slotStep }) => slotTurn - items * slotStep);
          break;
        case "position":
          set(({ position }) => position);
          break;
        case "position-step":
          set(({ positionStep }) => positionStep);
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

  /** @returns false if the call was cancelled. @throws a `KernelBudgetError` */
  run(items: FoldItems): boolean {
    for (const set of this.#set) set(items);
    return this.#calls.make({ f: this.#f, values: this.#values, roundsMax: this.#roundsMax });
  }
}

/** A run of an element-wise function: arrays by the numbers of its graph's operands and stores. */
export interface ElementRun {
  readonly count: number;
  readonly inputs: readonly number[];
  readonly inputStrides: readonly number[];
  readonly outputs: readonly number[];
  readonly outputStrides: readonly number[];
  /** Of a loop around: how often, and how far inputs move on each time. Outputs stay. */
  readonly turns?: number;
  readonly inputTurns?: readonly number[];
}

/** A function over elements: of states, which are merged or become results. */
export class CompiledLoop {
  readonly #f: CompiledFunction;
  readonly #values: (number | bigint)[];
  readonly #set: ((run: ElementRun) => void)[] = [];
  readonly #roundsMax: number;
  readonly #calls: CompiledCalls;

  constructor(loop: ElementLoop, functions: WasmExports, scalars: readonly LaneValue[], calls: CompiledCalls) {
    this.#calls = calls;
    this.#f = functions[loop.name ?? "run"]!;
    this.#roundsMax = roundsMaxOf([loop.graph]);
    const operands = inputStreams(loop.graph).map(({ operand }) => operand);
    const parameters = runParameters(loop);
    const values = new Array<number | bigint>(parameters.length).fill(0);
    this.#values = values;
    for (const [at, parameter] of parameters.entries()) {
      const set = (valueOf: (run: ElementRun) => number): void =>
        void this.#set.push((run) => (values[at] = valueOf(run)));
      switch (parameter.kind) {
        case "count":
          set(({ count }) => count);
          break;
        case "input":
          set(({ inputs }) => inputs[operands[parameter.stream]!]!);
          break;
        case "input-stride":
          set(({ inputStrides }) => inputStrides[operands[parameter.stream]!]!);
          break;
        case "output":
          set(({ outputs }) => outputs[parameter.output]!);
          break;
        case "output-stride":
          set(({ outputStrides }) => outputStrides[parameter.output]!);
          break;
        case "turns":
          set(({ turns = 1 }) => turns);
          break;
        case "input-turn":
          set(({ inputTurns = [] }) => inputTurns[parameter.operand] ?? 0);
          break;
        case "output-turn":
          break;
        case "parameter":
          values[at] = argumentOf(scalars[parameter.parameter]!);
          break;
        case "cancel":
          values[at] = calls.cancel;
          break;
        default:
          throw new Error(`internal: a loop over states has a ${parameter.kind}`);
      }
    }
  }

  /** @returns false if the call was cancelled. @throws a `KernelBudgetError` */
  run(run: ElementRun): boolean {
    for (const set of this.#set) set(run);
    return this.#calls.make({ f: this.#f, values: this.#values, roundsMax: this.#roundsMax });
  }
}
