/**
 * The reference: what a graph computes, to the last bit, in plain JavaScript.
 *
 * It follows `operations.ts` and nothing else; compiled kernels must give the same. It also runs where WebAssembly is
 * refused, and so is made for some speed: a graph is resolved once to a list of steps, and each step computes one
 * operation for many elements, the lanes, in one tight loop.
 *
 * @module
 */
import type { DType } from "@instride/core";
import type { Graph, IndexNode, LaneValue, LoadNode, Node, ParameterNode } from "./graph.ts";
import { fillLanes, laneAt, type Lanes } from "./lanes.ts";
import { StepMaker } from "./loop-steps.ts";
import { Registers } from "./registers.ts";
import { scheduleOf } from "./scopes.ts";
import type { Step } from "./steps.ts";

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
 * `outputs`. What is filled stays until it is filled anew.
 */
export class Interpreter {
  readonly graph: Graph;
  /** The most elements of a run. */
  readonly width: number;
  readonly loads: readonly Input<LoadNode>[];
  readonly indices: readonly Input<IndexNode>[];
  readonly outputs: readonly Output[];
  readonly #parameters: readonly Input<ParameterNode>[];
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
    const registers = new Registers(graph, this.width);
    const inputs = <N extends Node>(nodes: readonly N[]): Input<N>[] =>
      nodes.map((node) => ({ node, lanes: registers.of(node) }));
    this.loads = inputs(graph.nodes.filter((node) => node.kind === "load"));
    this.indices = inputs(graph.nodes.filter((node) => node.kind === "index"));
    this.#parameters = inputs(graph.nodes.filter((node) => node.kind === "parameter"));
    this.outputs = graph.stores.map(({ dtype, value }) => ({ dtype, parts: value.map((node) => registers.of(node)) }));
    this.#steps = new StepMaker(schedule, registers).stepsOf(schedule.steps, null);
  }

  /** Sets the scalar parameters of the runs that follow: one value for each of the graph's. */
  setParameters(values: readonly LaneValue[]): void {
    for (const { node, lanes } of this.#parameters) fillLanes(lanes, values[node.parameter]!);
  }

  /**
   * Computes the outputs of the first `count` lanes.
   *
   * @throws a `KernelBudgetError` if one of them doesn't leave a loop within its rounds
   */
  run(count: number): void {
    for (const step of this.#steps) step(count);
  }
}

/** What an element is computed from. */
export interface ElementInputs {
  /** The value that a load gives: of integers the signed one. */
  readonly load?: (node: LoadNode) => LaneValue;
  readonly parameters?: readonly LaneValue[];
  /** The index along each axis. */
  readonly index?: readonly number[];
}

/**
 * Computes a graph for one element.
 *
 * @returns for each output its value, or two for a complex number
 * @throws a `KernelBudgetError` as {@link Interpreter.run} does
 */
export function evaluate(
  graph: Graph,
  { load = missing, parameters = [], index = [] }: ElementInputs,
): readonly (readonly LaneValue[])[] {
  const interpreter = new Interpreter(graph, 1);
  interpreter.setParameters(parameters);
  for (const { node, lanes } of interpreter.loads) fillLanes(lanes, load(node));
  for (const { node, lanes } of interpreter.indices) fillLanes(lanes, BigInt(index[node.axis]!));
  interpreter.run(1);
  return graph.stores.map(({ value }, output) =>
    value.map(({ type }, part) => laneAt(type, interpreter.outputs[output]!.parts[part]!, 0)),
  );
}

function missing(node: LoadNode): never {
  throw new Error(`internal: nothing was given for operand ${node.operand}`);
}
