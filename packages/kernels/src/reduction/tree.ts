/**
 * Merging the states of blocks: as the leaves of a binary tree, neighbours first.
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
export function mergeBlocks({ blocks, outputs }: Pick<ReductionPass, "blocks" | "outputs">, states: StateRunner): boolean {
  for (let gap = 1; gap < blocks; gap *= 2) {
    const pairs = Math.ceil((blocks - gap) / (2 * gap));
    // The longer of the two loops is that of the function.
    if (outputs >= pairs) {
      for (let pair = 0; pair < pairs; pair++) {
        const first = pair * 2 * gap * outputs;
        if (!states.merge(first, first + gap * outputs, 1, outputs)) return false;
      }
    } else {
      for (let output = 0; output < outputs; output++)
        if (!states.merge(output, output + gap * outputs, 2 * gap * outputs, pairs)) return false;
    }
  }
  return true;
}
