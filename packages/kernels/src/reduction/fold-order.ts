/**
 * In which order a fold merges: how long blocks are, and how many chains a block has.
 *
 * A block's elements are merged in chains, as `wasm/fold-loop.ts` tells, into one state; the states of blocks are merged
 * as the leaves of a binary tree. Both follow from the graphs and from how many elements there are, so that a result has
 * the same bits on any number of threads, whatever the arrays' layouts, compiled or not.
 *
 * @module
 */
import type { FoldLoop } from "../wasm/fold-parameters.ts";
import { LanePlan } from "../wasm/lane-plan.ts";
import type { Fold } from "./fold.ts";

/** The most elements of a block. Measured: sums are as exact as NumPy's, and cost as much as without blocks. */
const BLOCK_ELEMENTS_MAX = 2048;

/** The most elements of a chain, each of which may be rounded. */
const CHAIN_ELEMENTS_MAX = 128;

export interface FoldOrder extends Pick<FoldLoop, "width" | "accumulators"> {
  /** Elements of a block. */
  readonly block: number;
}

/** Vectors that wait for each other's results, which take some cycles. */
const ACCUMULATORS_MAX = 8;

/** Nodes up to which so many accumulators are worth the code: beyond, there is enough to do in fewer. */
const NODES_MAX: readonly (readonly [nodes: number, accumulators: number])[] = [
  [24, ACCUMULATORS_MAX],
  [64, 4],
];

export function foldOrder({ lift, merge, slots }: Fold): FoldOrder {
  const varies = (): boolean => false;
  const plans = [new LanePlan(lift, varies), new LanePlan(merge, varies)];
  const nodes = lift.nodes.length + merge.nodes.length;
  const [, most] = NODES_MAX.find(([limit]) => nodes <= limit) ?? [nodes, 2];
  // A processor has 16 registers for vectors: half of them for states.
  const bySlots = Math.max(2, 2 ** Math.floor(Math.log2(ACCUMULATORS_MAX / slots.length)));
  const width = plans.some((plan) => plan.width === 2) ? 2 : 4;
  const accumulators = plans.some(({ hasLoops }) => hasLoops) ? 2 : Math.min(most, bySlots);
  return { width, accumulators, block: Math.min(BLOCK_ELEMENTS_MAX, CHAIN_ELEMENTS_MAX * width * accumulators) };
}

/** Chains of a block. */
export function chainsOf({ width, accumulators }: Pick<FoldOrder, "width" | "accumulators">): number {
  return width * accumulators;
}
