/**
 * Whether operands disagree on the innermost axis so that tiles are worth it, and which axis their rows follow.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import type { Width } from "../wasm/lane-plan.ts";
import type { ElementLoop } from "../wasm/run-parameters.ts";
import type { Step } from "../wasm/streams.ts";
import { canTranspose } from "../wasm/transposed-loads.ts";
import type { GraphFacts } from "./graph-facts.ts";
import type { Walk } from "./walk.ts";

/** What a plan says of its tiles. */
export interface TilePlan {
  /** For each input stream whether it lies side by side along the columns. */
  readonly transposed: readonly boolean[];
  /** What columns are a multiple of. */
  readonly width: Width;
  /** Rows that are computed at once: as many as stay in the cache until those beside them are asked for. */
  readonly rows: number;
}

/** What is known of steps along the run. */
export type LoopSteps = Pick<ElementLoop, "inputs" | "outputs">;

/** The most rows of a tile, and the least. Powers of two. */
export const TILE_ROWS_MAX = 32;
const TILE_ROWS_MIN = 8;

/** Of what lies along the columns, at least so many bytes are taken at once: half a line of the cache. */
const COLUMN_BYTES_MIN = 32;

/** A first-level cache: lines, and sets of them that a line's address chooses among. */
const LINE_BYTES = 64;
const CACHE_SETS = 64;

/** A plane of fewer elements takes longer to call for than tiles spare. */
const PLANE_MIN = 256;

/** Code for whole blocks is long: of large graphs it is not worth it. */
const NODES_MAX = 400;

/**
 * Finds the axis that becomes the rows.
 *
 * @param steps - of the input streams, along the run
 * @returns an axis of the walk, before the last; null where no tiles are worth it
 */
export function rowAxisOf(
  graph: Graph,
  { streams, hasIndices }: GraphFacts,
  walk: Walk,
  { inputs: steps, outputs }: LoopSteps,
): number | null {
  const run = walk.shape.length - 1;
  if (outputs[0] !== 1 || hasIndices || graph.nodes.length > NODES_MAX) return null;
  let best: number | null = null;
  let most = 0;
  for (let axis = 0; axis < run; axis++) {
    if (walk.shape[axis]! < 8 || walk.shape[run]! < 8 || walk.shape[axis]! * walk.shape[run]! < PLANE_MIN) continue;
    const count = transposedAlong(graph, streams, walk, axis, steps).filter(Boolean).length;
    if (count > most) [best, most] = [axis, count];
  }
  return best;
}

/** The tiles of a walk whose rows follow the axis before the last. */
export function planTiles(graph: Graph, { streams }: GraphFacts, walk: Walk, loop: LoopSteps): Omit<TilePlan, "width"> {
  const transposed = transposedAlong(graph, streams, walk, walk.shape.length - 2, loop.inputs);
  const columnBytes = Math.min(
    ...transposed.flatMap((is, at) => (is ? [DTYPES[graph.operands[streams[at]!.operand]!].itemsize] : [])),
  );
  const along = [
    ...graph.stores.keys(),
    ...transposed.flatMap((is, at) => (is ? [] : [graph.stores.length + streams[at]!.operand])),
  ];
  const sets = Math.min(...along.map((column) => setsOf(walk.strides[column]!.at(-2)!)));
  const fitting = sets >= CACHE_SETS / 4 ? TILE_ROWS_MAX : sets >= CACHE_SETS / 8 ? TILE_ROWS_MAX / 2 : TILE_ROWS_MIN;
  return { transposed, rows: Math.max(fitting, COLUMN_BYTES_MIN / columnBytes) };
}

/** Among how many sets of the cache rows at a stride are spread. With few of them, rows drive each other out. */
function setsOf(stride: number): number {
  let sets = CACHE_SETS;
  for (let bytes = LINE_BYTES * 2; sets > 1 && stride % bytes === 0; bytes *= 2) sets /= 2;
  return stride === 0 ? CACHE_SETS : sets;
}

function transposedAlong(
  graph: Graph,
  streams: GraphFacts["streams"],
  walk: Walk,
  axis: number,
  steps: readonly Step[],
): boolean[] {
  return streams.map(({ operand }, stream) => {
    const dtype = graph.operands[operand]!;
    const stride = walk.strides[graph.stores.length + operand]![axis]!;
    return steps[stream] === "strided" && stride === DTYPES[dtype].itemsize && canTranspose(dtype);
  });
}
