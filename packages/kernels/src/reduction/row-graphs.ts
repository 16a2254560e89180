/**
 * Folds of rows: graphs that merge several elements which are reduced to one, for loops over the axes that are kept.
 *
 * Their operands are those of `lift`, for each of the elements in turn. The order in which these are merged is that of
 * `wasm/fold-loop.ts`.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { GraphBuilder } from "../graph/builder.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { SLOT_DTYPES } from "../wasm/item-parameters.ts";
import type { Fold } from "./fold.ts";
import { graft } from "./graft.ts";

type State = readonly Node[];
type Store = Graph["stores"][number];

/** Lifts and merges inside of one graph, whose first parameters are those of `lift` and then of `merge`. */
class RowBuilder {
  readonly builder: GraphBuilder;
  readonly #fold: Fold;
  readonly #firstOperand: number;

  constructor(fold: Fold, rows: number, hasState: boolean, finish: Graph | null = null) {
    const states: DType[] = hasState ? fold.slots.map((type) => SLOT_DTYPES[type]) : [];
    const elements = Array.from({ length: rows }, () => fold.lift.operands).flat();
    const parameters = [...fold.lift.parameters, ...fold.merge.parameters, ...(finish?.parameters ?? [])];
    this.builder = new GraphBuilder([...states, ...elements], parameters);
    this.#fold = fold;
    this.#firstOperand = states.length;
  }

  lift(row: number): State {
    const b = this.builder;
    const { lift } = this.#fold;
    const first = this.#firstOperand + row * lift.operands.length;
    return graft(b, lift, { load: ({ operand, part }) => b.load(first + operand, part) }).flat();
  }

  /** Merges two states. */
  merge(x: State, y: State): State {
    return this.#merge(this.#fold.merge, x, y);
  }

  /** Merges an element into a state, after whose own it comes. */
  add(x: State, y: State): State {
    return this.#merge(this.#fold.next, x, y);
  }

  #merge(merge: Graph, x: State, y: State): State {
    const b = this.builder;
    const { lift, slots } = this.#fold;
    return graft(b, merge, {
      load: ({ operand }) => (operand < slots.length ? x[operand]! : y[operand - slots.length]!),
      parameter: ({ parameter }) => b.parameter(lift.parameters.length + parameter),
    }).flat();
  }

  /** The result of a state, to be stored. */
  result(state: State, finish: Graph): Store {
    const b = this.builder;
    const { lift, merge } = this.#fold;
    const first = lift.parameters.length + merge.parameters.length;
    const [value] = graft(b, finish, {
      load: ({ operand }) => state[operand]!,
      parameter: ({ parameter }) => b.parameter(first + parameter),
    });
    return { dtype: finish.stores[0]!.dtype, value: value! };
  }

  /** A state's slots, to be stored. */
  slots(state: State): Store[] {
    return state.map((node) => ({ dtype: SLOT_DTYPES[node.type], value: [node] }));
  }
}

/** Merges some elements of a chain: into a state, whose slots are the first operands, or into the first of them. */
export function chainGraph(fold: Fold, rows: number, hasState: boolean): Graph {
  const b = new RowBuilder(fold, rows, hasState);
  let state = hasState ? fold.slots.map((_, slot) => b.builder.load(slot)) : b.lift(0);
  for (let row = hasState ? 0 : 1; row < rows; row++) state = b.add(state, b.lift(row));
  return b.builder.finish(b.slots(state));
}

/**
 * Scans some elements: stores are the slots of the last state, then the result of each. Parameters are those of `lift`, of
 * `merge` and of `finish`.
 */
export function scanGraph(fold: Fold, rows: number, hasState: boolean): Graph {
  const b = new RowBuilder(fold, rows, hasState, fold.finish);
  let state: State | null = hasState ? fold.slots.map((_, slot) => b.builder.load(slot)) : null;
  const results: Store[] = [];
  for (let row = 0; row < rows; row++) {
    const lifted = b.lift(row);
    state = state === null ? lifted : b.add(state, lifted);
    results.push(b.result(state, fold.finish));
  }
  return b.builder.finish([...b.slots(state!), ...results]);
}

/** Merges all elements that are reduced to one, and makes the result of them: so few that they are of one section. */
export function wholeGraph(fold: Fold, rows: number, chains: number): Graph {
  const b = new RowBuilder(fold, rows, false, fold.finish);
  const states: State[] = [];
  for (let row = 0; row < rows; row++) {
    const lifted = b.lift(row);
    const chain = row % chains;
    states[chain] = states[chain] === undefined ? lifted : b.add(states[chain], lifted);
  }
  for (let half = chains / 2; half >= 1; half /= 2) {
    for (const [chain, other] of states.splice(half).entries()) states[chain] = b.merge(states[chain]!, other);
  }
  return b.builder.finish([b.result(states[0]!, fold.finish)]);
}
