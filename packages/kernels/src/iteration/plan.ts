/**
 * What an element-wise call is cut into, and which code computes it: from a graph and layouts, on the thread that asks.
 *
 * A plan is plain data, which travels to the threads. Its units are blocks of a grid over the walk's axes
 * (`blocks.ts`): any thread can compute any of them, in any order, and each element is computed from the same operands by
 * the same operations wherever the cuts lie, so that the result is the same bit for bit.
 *
 * @module
 */
import { DTYPES, sizeOf } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import { walkColumns } from "../graph/run-interpreted.ts";
import { check } from "../graph/typing.ts";
import type { ElementLoop, RunParameter } from "../wasm/run-parameters.ts";
import type { InputStream, Step } from "../wasm/streams.ts";
import { blockOf, gridOf } from "./blocks.ts";
import { codeOf, type GraphFacts, graphFacts } from "./graph-facts.ts";
import { broadcastLayout, type CallLayout, type OperandLayout } from "./layouts.ts";
import { stepOf } from "./steps.ts";
import { type LoopSteps, planTiles, rowAxisOf, TILE_ROWS_MAX, type TilePlan } from "./tiles.ts";
import { denserAxes, planWalk, type Walk, withRows } from "./walk.ts";

/** How boxes of a walk are computed, whatever they are. */
export interface BoxPlan {
  /** Tells code apart: equal keys, equal functions. */
  readonly key: string;
  /** Of the outputs. */
  readonly shape: readonly number[];
  readonly outputs: readonly CallLayout[];
  /** Broadcast to the shape. */
  readonly operands: readonly CallLayout[];
  /** Whether code works on the operands where they lie: all are in the heap. Else they are staged. */
  readonly isDirect: boolean;
  readonly walk: Walk;
  readonly loop: Omit<ElementLoop, "graph">;
  /** Null where no operand lies across the others. */
  readonly tile: TilePlan | null;
  readonly streams: readonly InputStream[];
  readonly parameters: readonly RunParameter[];
  /** The axes whose indices are the last columns of the walk. */
  readonly axes: readonly number[];
  /** Rounds that a loop of the kernel may go; 0 without loops. */
  readonly roundsMax: number;
}

/** Whose key tells modules apart: equal keys, equal bytes of {@link buildElementwise}. */
export interface ElementwisePlan extends BoxPlan {
  /** Blocks of the grid, from 0: what a range runs over. */
  readonly units: number;
  /** Units of a chunk that is worth handing out, of at most some 0.25 ms. At least 1. */
  readonly grain: number;
  /** Lengths of a unit along the walk's axes. */
  readonly block: readonly number[];
}

/** The most elements of a unit, and the least: few enough to share a small call out, enough to make finding one cheap. */
const UNIT_ELEMENTS_MAX = 4096;
const UNIT_ELEMENTS_MIN = 64;
const UNITS_PER_GRAIN = 8;

/** Loops around the run that are compiled with it; those outside of them are JavaScript's. */
const OUTER_LOOPS_MAX = 2;

/**
 * Plans a call.
 *
 * @param outputs - of the graph's stores, all of one shape
 * @param operands - of the graph's operands; they broadcast to that shape. None of them overlaps an output, but exactly:
 *   the `overlappedOperands` are to be copied before
 *
 * Cost: O(ndim · operands), and O(nodes) the first time that a graph is met.
 */
export function planElementwise(
  graph: Graph,
  outputs: readonly OperandLayout[],
  operands: readonly OperandLayout[],
): ElementwisePlan {
  check(operands.length === graph.operands.length, `${operands.length} operands for ${graph.operands.length}`);
  check(outputs.length === graph.stores.length && outputs.length > 0, `${outputs.length} outputs`);
  const { shape } = outputs[0]!;
  const targets = outputs.map((layout) => broadcastLayout(layout, shape));
  const sources = operands.map((layout) => broadcastLayout(layout, shape));
  const facts = graphFacts(graph);
  const isDirect = [...targets, ...sources].every(({ inHeap }) => inHeap);
  const columns = walkColumns(graph, { shape, operands: sources, outputs: targets });
  const isEmpty = sizeOf(shape) === 0;
  const straight = isEmpty
    ? { shape: [0], strides: columns.strides.map(() => [0]), offsets: columns.offsets }
    : planWalk(shape, columns, outputs.length + operands.length);
  const steps = stepsOf(graph, facts, straight, isDirect);
  const rows = isDirect ? rowAxisOf(graph, facts, straight, steps) : null;
  const walk = rows === null ? straight : withRows(straight, rows);
  const tiles = rows === null ? null : planTiles(graph, facts, walk, steps);
  const loop = { ...steps, ...axesOf(graph, facts, walk, tiles === null ? OUTER_LOOPS_MAX : 1) };
  const layout = { loop, transposed: tiles?.transposed ?? null, isShared: isDirect };
  const { key, parameters, tileWidth } = codeOf(graph, facts, layout);
  const elements = Math.min(Math.max(facts.grain / UNITS_PER_GRAIN, UNIT_ELEMENTS_MIN), UNIT_ELEMENTS_MAX);
  const block = tiles === null ? blockOf(walk.shape, denserAxes(walk), elements) : tileBlock(walk.shape, elements);
  return {
    key,
    units: isEmpty ? 0 : sizeOf(gridOf(walk.shape, block)),
    grain: Math.max(1, Math.floor(facts.grain / sizeOf(block))),
    shape,
    outputs: targets,
    operands: sources,
    isDirect,
    walk,
    block,
    loop,
    tile: tiles === null ? null : { ...tiles, width: tileWidth! },
    streams: facts.streams,
    parameters,
    axes: facts.axes,
    roundsMax: facts.roundsMax,
  };
}

/** Where arrays lie, and along which axes boxes of them are to be computed. */
export interface BoxLayouts {
  /** Of the call, whose axes indices and shifts are counted by. */
  readonly shape: readonly number[];
  readonly outputs: readonly CallLayout[];
  /** Of the graph's operands, over the shape. */
  readonly operands: readonly CallLayout[];
  /** As of an {@link ElementwisePlan}, along whatever axes. */
  readonly walk: Walk;
  readonly isDirect: boolean;
}

/**
 * Plans the code for boxes of a walk that is known already, row by row.
 *
 * @param name - of its function
 *
 * Cost: as of {@link planElementwise}.
 */
export function planBoxes(
  graph: Graph,
  { shape, outputs, operands, walk, isDirect }: BoxLayouts,
  name: string,
): BoxPlan {
  const facts = graphFacts(graph);
  const loop = { name, ...stepsOf(graph, facts, walk, isDirect), ...axesOf(graph, facts, walk, OUTER_LOOPS_MAX) };
  const { key, parameters } = codeOf(graph, facts, { loop, transposed: null, isShared: isDirect });
  const { streams, axes, roundsMax } = facts;
  return { key, shape, outputs, operands, isDirect, walk, loop, tile: null, streams, parameters, axes, roundsMax };
}

/** What is known of steps along the run. Where operands are staged, they are laid out side by side for it. */
function stepsOf(graph: Graph, { streams }: GraphFacts, { shape, strides }: Walk, isDirect: boolean): LoopSteps {
  const run = shape.length - 1;
  const count = graph.stores.length;
  const stepAt = (column: number, itemsize: number): Step => {
    const stride = strides[column]![run]!;
    if (isDirect) return stepOf(stride, itemsize);
    return stride === 0 ? 0 : 1;
  };
  return {
    inputs: streams.map(({ operand }) => stepAt(count + operand, DTYPES[graph.operands[operand]!].itemsize)),
    // An output of one element has no step to make.
    outputs: graph.stores.map(({ dtype }, output) => (shape[run] === 1 ? 1 : stepAt(output, DTYPES[dtype].itemsize))),
  };
}

/** Along which axes indices change, in the run and in the loops around it. */
function axesOf(
  graph: Graph,
  { axes }: GraphFacts,
  { shape, strides }: Walk,
  outerMax: number,
): Pick<ElementLoop, "axis" | "outer"> {
  const first = graph.stores.length + graph.operands.length;
  const run = shape.length - 1;
  const axisAlong = (along: number): number | undefined =>
    axes.find((_, place) => strides[first + place]![along] !== 0);
  const axis = axisAlong(run);
  const levels = Math.min(run, outerMax);
  return {
    ...(axis === undefined ? {} : { axis }),
    ...(levels === 0
      ? {}
      : { outer: Array.from({ length: levels }, (_, level) => axisAlong(run - levels + level) ?? null) }),
  };
}

/** As many columns as a unit has room for, in rows of one tile. */
function tileBlock(shape: readonly number[], elements: number): number[] {
  const rows = Math.min(shape.at(-2)!, TILE_ROWS_MAX);
  const columns = Math.max(
    UNIT_ELEMENTS_MIN,
    Math.floor(elements / TILE_ROWS_MAX / UNIT_ELEMENTS_MIN) * UNIT_ELEMENTS_MIN,
  );
  return [...shape.slice(0, -2).map(() => 1), rows, Math.min(shape.at(-1)!, columns)];
}
