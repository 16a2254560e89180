/**
 * The reference: what a graph computes, to the last bit, in plain JavaScript.
 *
 * It follows `operations.ts` and nothing else; compiled kernels must give the same. It also runs where WebAssembly is
 * refused, and so is made for some speed: a graph is resolved once to a list of steps, and each step computes one
 * operation for many elements, the lanes, in one tight loop.
 *
 * Lanes that have left a loop keep their values while others go round. What is computed for them meanwhile is of no use,
 * and of no harm: no operation has an effect.
 *
 * @module
 */
import type { DType } from "@instride/core";
import { budgetError } from "../errors.ts";
import type { Graph, IndexNode, LaneValue, LoadNode, LoopNode, Node } from "./graph.ts";
import { fillLanes, type Lanes, laneAt, type LanesOf, MASKED_COPY, type MaskedCopy, newLanes } from "./lanes.ts";
import { isOperation, type Step, stepOf } from "./steps.ts";
import { type Schedule, scheduleOf } from "./scopes.ts";

/** Enough that a step costs little more than its elements, and few enough that the lanes of a large graph stay in cache. */
export const LANES_DEFAULT = 128;

/** Where lanes of a graph loop, all go as many rounds as the slowest of them. */
export const LOOPING_LANES_DEFAULT = 32;

/** Lanes to fill before a run. */
export interface Input<N> {
  readonly node: N;
  readonly lanes: Lanes;
}

/** Lanes to take away after a run. */
export interface Output {
  readonly dtype: DType;
  /** One, or two for a complex number. */
  readonly parts: readonly Lanes[];
}

/**
 * Computes a graph for up to {@link Interpreter.width} elements at a time: fill `loads` and `indices`, `run`, take
 * `outputs`.
 */
export class Interpreter {
  readonly graph: Graph;
  /** The most elements of a run. */
  readonly width: number;
  readonly loads: readonly Input<LoadNode>[];
  readonly indices: readonly Input<IndexNode>[];
  readonly outputs: readonly Output[];
  readonly #lanes: Map<Node, Lanes> = new Map();
  readonly #steps: readonly Step[];

  /**
   * @param width - lanes; by default what suits the graph
   *
   * Cost: O(nodes · width) memory.
   */
  constructor(graph: Graph, width?: number) {
    const schedule = scheduleOf(graph);
    this.graph = graph;
    this.width = width ?? (schedule.loops.size > 0 ? LOOPING_LANES_DEFAULT : LANES_DEFAULT);
    const inputs: { loads: Input<LoadNode>[]; indices: Input<IndexNode>[] } = { loads: [], indices: [] };
    for (const node of graph.nodes) {
      const lanes = this.#newLanes(node);
      if (node.kind === "constant") fillLanes(lanes, node.value);
      if (node.kind === "load") inputs.loads.push({ node, lanes });
      if (node.kind === "index") inputs.indices.push({ node, lanes });
    }
    this.loads = inputs.loads;
    this.indices = inputs.indices;
    this.outputs = graph.stores.map(({ dtype, value }) => ({ dtype, parts: value.map((node) => this.#lanesOf(node)) }));
    this.#steps = this.#stepsOf(schedule.steps, schedule, null);
  }

  /** Sets the scalar parameters of the runs that follow: one value for each of the graph's. */
  setParameters(values: readonly LaneValue[]): void {
    for (const node of this.graph.nodes)
      if (node.kind === "parameter") fillLanes(this.#lanesOf(node), values[node.parameter]!);
  }

  /**
   * Computes the outputs of the first `count` lanes.
   *
   * @throws `KernelBudgetError` if one of them doesn't leave a loop within its rounds
   */
  run(count: number): void {
    for (const step of this.#steps) step(count);
  }

  #newLanes(node: Node): Lanes {
    // What a loop leaves lies where it carried it.
    const lanes = node.kind === "loop-result" ? this.#carried(node.args[0])[node.slot]! : newLanes(node.type, this.width);
    this.#lanes.set(node, lanes);
    return lanes;
  }
}
