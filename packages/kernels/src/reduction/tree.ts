/**
 * Merging the states of blocks: as the leaves of a binary tree, neighbours first; or one after the other.
 *
 * @module
 */
import type { StateRunner } from "./pass-runner.ts";
import type { ReductionPass } from "./plan.ts";

/**
 * Merges the states of all blocks into those of the first, of every element of the result.
 *
 * On each level a state takes in that of its right neighbour; one that has none waits for the next level.
 *
 * @returns false if the call was cancelled
 */
export function mergeBlocks(
  { blocks, outputs }: Pick<ReductionPass, "blocks" | "outputs">,
  states: StateRunner,
): boolean {
  for (let gap = 1; gap < blocks; gap *= 2) {
    const pairs = Math.ceil((blocks - gap) / (2 * gap));
    // The longer of the two loops is that of the function.
    if (outputs >= pairs) {
      for (let pair = 0; pair < pairs; pair++) {
        const first = pair * 2 * gap * outputs;
        const run = { first, second: first + gap * outputs, target: first, step: 1, count: outputs };
        if (!states.merge(run)) return false;
      }
    } else {
      for (let first = 0; first < outputs; first++) {
        const run = { first, second: first + gap * outputs, target: first, step: 2 * gap * outputs, count: pairs };
        if (!states.merge(run)) return false;
      }
    }
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
    if (!states.merge({ first: second - outputs, second, target: second, step: 1, count: outputs })) return false;
  }
  return true;
}
