/**
 * Merging the states of blocks: halves of them, again and again; or one after the other.
 *
 * @module
 */
import type { StateRunner } from "./pass-runner.ts";
import type { ReductionPass } from "./plan.ts";

/**
 * Merges the states of all blocks into those of the first, of every element of the result.
 *
 * On each level those of the upper half are merged into the lower; where their number is odd, the last of the lower waits
 * for the next level. So two states that are merged come of about as many blocks, however many there are: fewer roundings
 * of great sums than where a power of two meets what is left over.
 *
 * @returns false if the call was cancelled
 */
export function mergeBlocks(
  { blocks, outputs }: Pick<ReductionPass, "blocks" | "outputs">,
  states: StateRunner,
): boolean {
  for (let left = blocks; left > 1;) {
    const half = Math.ceil(left / 2);
    const count = (left - half) * outputs;
    if (!states.merge({ first: 0, second: half * outputs, target: 0, count })) return false;
    left = half;
  }
  return true;
}

/**
 * Merges into the state of each block those of all blocks before it, one after the other.
 *
 * @returns false if the call was cancelled
 */
export function prefixBlocks(
  { blocks, outputs }: Pick<ReductionPass, "blocks" | "outputs">,
  states: StateRunner,
): boolean {
  for (let block = 1; block < blocks; block++) {
    const second = block * outputs;
    if (!states.merge({ first: second - outputs, second, target: second, count: outputs })) return false;
  }
  return true;
}
