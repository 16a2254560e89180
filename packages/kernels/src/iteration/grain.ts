/**
 * How many elements make so much work that handing it out costs nothing, and so little that a call is short.
 *
 * A call of compiled code that runs long stays in V8's first tier: it doesn't replace code on the stack. So no call is to
 * do more than some 0.25 ms of work, and a chunk is cut into calls of a grain. An estimate by what the graph holds is
 * enough: a factor of two does no harm.
 *
 * @module
 */
import { DTYPES } from "@instride/core";
import type { Graph, LoopNode } from "../graph/graph.ts";
import { isBranch, scheduleOf } from "../graph/scopes.ts";

/** Nanoseconds that a grain takes, about. */
const GRAIN_NS = 100_000;

const GRAIN_ELEMENTS_MAX = 65_536;
const GRAIN_ELEMENTS_MIN = 64;

/** Nanoseconds of a node for one element: a few operations begin in each cycle, on vectors of two or four lanes. */
const NODE_NS = 0.15;

/** Of a byte that is read or written, far from the processor. */
const BYTE_NS = 0.06;

/** Rounds that a loop is taken to go, of which nothing is known. */
const ROUNDS = 32;

/** Elements of a grain. */
export function grainElements(graph: Graph): number {
  const dtypes = [...graph.operands, ...graph.stores.map(({ dtype }) => dtype)];
  const bytes = dtypes.reduce((sum, dtype) => sum + DTYPES[dtype].itemsize, 0);
  const ns = bytes * BYTE_NS + nodeCount(graph) * NODE_NS;
  const elements = Math.floor(GRAIN_NS / ns / GRAIN_ELEMENTS_MIN) * GRAIN_ELEMENTS_MIN;
  return Math.min(Math.max(elements, GRAIN_ELEMENTS_MIN), GRAIN_ELEMENTS_MAX);
}

/** How many nodes are computed for an element: those of a loop in each round, those of a branch hardly ever. */
function nodeCount(graph: Graph): number {
  const { steps, loops } = scheduleOf(graph);
  const rounds = (loop: LoopNode | null): number =>
    loop === null ? 1 : (isBranch(loop) ? 0 : Math.min(ROUNDS, loop.roundsMax)) * rounds(loops.get(loop)!.outer);
  let count = steps.length;
  for (const [loop, { condition, body }] of loops) count += (condition.length + body.length) * rounds(loop);
  return count;
}
