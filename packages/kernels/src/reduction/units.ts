/**
 * What a unit of a fold's step is: some elements of the result by some blocks of those that are reduced to them.
 *
 * @module
 */
import type { HalfOpenRange } from "@instride/core";
import type { ReductionPass } from "./plan.ts";

/** Elements of the result that lie next to each other along the innermost axis that is kept. */
export interface OutputRun {
  readonly output: number;
  readonly outputs: number;
}

/** The outputs and the blocks of a unit, as numbers from 0. */
export function unitOf(pass: ReductionPass, unit: number): { outputs: HalfOpenRange; blocks: HalfOpenRange } {
  const { outputs, blocks, outputsPerUnit, blocksPerUnit } = pass;
  const chunks = Math.ceil(blocks / blocksPerUnit);
  const place = Math.floor(unit / chunks);
  const output = place * outputsPerUnit;
  const block = (unit - place * chunks) * blocksPerUnit;
  return {
    outputs: { start: output, stop: Math.min(output + outputsPerUnit, outputs) },
    blocks: { start: block, stop: Math.min(block + blocksPerUnit, blocks) },
  };
}

/**
 * Calls a function with the runs of a range of outputs, until it gives false.
 *
 * @param most - of a run
 * @returns whether it never did
 */
export function everyOutputRun(
  { kept }: ReductionPass,
  { start, stop }: HalfOpenRange,
  most: number,
  body: (run: OutputRun) => boolean,
): boolean {
  const length = kept.shape.at(-1)!;
  for (let output = start; output < stop;) {
    const outputs = Math.min(length - (output % length), stop - output, most);
    if (!body({ output, outputs })) return false;
    output += outputs;
  }
  return true;
}

/** Elements of a block: fewer in the last. */
export function blockLength({ elements, order }: ReductionPass, block: number): number {
  return Math.min(order.block, elements - block * order.block);
}
