/**
 * Compiled functions as they are called again and again: which of their arguments stay, and how the others follow from
 * what is to be computed.
 *
 * Units: addresses and strides in bytes.
 *
 * @module
 */
import type { Graph, LaneValue } from "../graph/graph.ts";
import type { ItemParameter } from "../wasm/item-parameters.ts";
import type { WasmExports } from "../wasm/platform.ts";
import { argumentOf } from "./call.ts";
import type { CompiledCalls } from "./compiled-calls.ts";

/** What an argument is: the same for all runs, or what follows from each. */
export type Argument<R> = number | bigint | ((run: R) => number);

/** A compiled function. */
export class CompiledFunction<R> {
  readonly #f: WasmExports[string];
  readonly #values: (number | bigint)[];
  readonly #set: readonly (readonly [place: number, of: (run: R) => number])[];
  readonly #roundsMax: number;
  readonly #calls: CompiledCalls;

  /** @param graphs - what it computes */
  constructor(f: WasmExports[string], args: readonly Argument<R>[], graphs: readonly Graph[], calls: CompiledCalls) {
    this.#f = f;
    this.#values = args.map((argument) => (typeof argument === "function" ? 0 : argument));
    this.#set = args.flatMap((argument, place) => (typeof argument === "function" ? [[place, argument] as const] : []));
    this.#roundsMax = roundsMaxOf(graphs);
    this.#calls = calls;
  }

  /** @returns false if the call was cancelled. @throws a `KernelBudgetError` */
  run(run: R): boolean {
    for (const [place, of] of this.#set) this.#values[place] = of(run);
    return this.#calls.make({ f: this.#f, values: this.#values, roundsMax: this.#roundsMax });
  }
}

/** Rounds that a loop of some graphs may go; 0 without loops. */
export function roundsMaxOf(graphs: readonly Graph[]): number {
  const nodes = graphs.flatMap((graph) => graph.nodes);
  return Math.max(0, ...nodes.map((node) => (node.kind === "loop" ? node.roundsMax : 0)));
}

/** Items to fold or to scan: arrays by the numbers of operands, states by slots. */
export interface Items {
  readonly items: number;
  /** Elements of each. */
  readonly count: number;
  /** Of the first state, by slot. */
  readonly slots: readonly number[];
  /** From one state to the next, in elements of the slots. Default 1. */
  readonly slotStep?: number;
  readonly inputs: readonly number[];
  readonly itemStrides: readonly number[];
  readonly strides: readonly number[];
}

/** What is the same for all items. */
export interface ItemConstants {
  /** By stream. */
  readonly operands: readonly number[];
  /** Parameters of the graphs. */
  readonly lifting: readonly LaneValue[];
  readonly merging: readonly LaneValue[];
  readonly calls: CompiledCalls;
}

/** An argument of a function over items. */
export function itemArgument(
  parameter: ItemParameter,
  { operands, lifting, merging, calls }: ItemConstants,
): Argument<Items> {
  switch (parameter.kind) {
    case "items":
      return ({ items }) => items;
    case "count":
      return ({ count }) => count;
    case "slot":
      return ({ slots }) => slots[parameter.slot]!;
    case "slot-step":
      return ({ slotStep = 1 }) => slotStep;
    case "input":
      return ({ inputs }) => inputs[operands[parameter.stream]!]!;
    case "item-stride":
      return ({ itemStrides }) => itemStrides[operands[parameter.stream]!]!;
    case "input-stride":
      return ({ strides }) => strides[operands[parameter.stream]!]!;
    case "parameter":
      return argumentOf((parameter.of === "lift" ? lifting : merging)[parameter.parameter]!);
    default:
      return calls.cancel;
  }
}
