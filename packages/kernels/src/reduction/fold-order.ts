/**
 * In which order a fold merges: how long blocks and their sections are, and how many chains a section has.
 *
 * A block's elements are merged in chains, as `wasm/fold-loop.ts` tells, into one state; the states of blocks are merged
 * as those of chains are (`tree.ts`). Both follow from the graphs and from how many elements there are, so that a result
 * has the same bits on any number of threads, whatever the arrays' layouts, compiled or not.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import type { FoldLoop } from "../wasm/fold-parameters.ts";
import { LanePlan } from "../wasm/lane-plan.ts";
import type { Fold } from "./fold.ts";

/** The most elements of a block: so many that what is done for each costs little. */
export const BLOCK_ELEMENTS_MAX: number = 2048;

/** The most elements of a block, for each of its chains. */
const BLOCK_ROUNDS_MAX = 128;

/**
 * Elements of a chain in a section, where each may be rounded: as NumPy, which has 8 to 16 of them. Measured: sums of
 * numbers that cancel are as exact as its own; with chains of 16 they are up to a tenth worse.
 */
const CHAIN_ELEMENTS = 8;

export interface FoldOrder extends Pick<FoldLoop, "width" | "accumulators" | "section"> {
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

/** Operations that round. */
const ROUNDED: ReadonlySet<string> = new Set(["add", "sub", "mul", "div"]);

export function foldOrder({ lift, merge, slots }: Fold): FoldOrder {
  const varies = (): boolean => false;
  const plans = [new LanePlan(lift, varies), new LanePlan(merge, varies)];
  const nodes = lift.nodes.length + merge.nodes.length;
  const [, most] = NODES_MAX.find(([limit]) => nodes <= limit) ?? [nodes, 2];
  // A processor has 16 registers for vectors: half of them for states.
  const bySlots = Math.max(2, 2 ** Math.floor(Math.log2(ACCUMULATORS_MAX / slots.length)));
  const width = plans.some((plan) => plan.width === 2) ? 2 : 4;
  const hasLoops = plans.some((plan) => plan.hasLoops);
  const accumulators = hasLoops ? 2 : Math.min(most, bySlots);
  const chains = width * accumulators;
  return {
    width,
    accumulators,
    section: rounds(merge) && !hasLoops ? CHAIN_ELEMENTS * chains : null,
    block: Math.min(BLOCK_ELEMENTS_MAX, BLOCK_ROUNDS_MAX * chains),
  };
}

/** Whether merging rounds, so that it matters how long chains are. */
function rounds({ nodes }: Graph): boolean {
  return nodes.some(
    (node) => node.kind === "binary" && (node.type === "f32" || node.type === "f64") && ROUNDED.has(node.op),
  );
}

/**
 * Sections that so many elements of a block have: each but the last of whole chains. Elements at the end that are fewer
 * than chains come to the last one's.
 */
export function sectionsOf({ width, accumulators, section }: FoldOrder, elements: number): number {
  if (section === null) return 1;
  const inRounds = elements - (elements % (width * accumulators));
  return Math.max(1, Math.ceil(inRounds / section));
}

/** Chains of a section. */
export function chainsOf({ width, accumulators }: Pick<FoldOrder, "width" | "accumulators">): number {
  return width * accumulators;
}
