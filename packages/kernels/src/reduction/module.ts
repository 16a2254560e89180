/**
 * The module of a plan: its bytes, the same for the same key, always.
 *
 * @module
 */
import { assemble } from "../wasm/assembler.ts";
import { buildElementLoop } from "../wasm/element-loop.ts";
import { buildFoldLoop } from "../wasm/fold-loop.ts";
import type { FunctionBuilder } from "../wasm/function-builder.ts";
import { finishLoop, foldLoop, mergeLoop } from "./code.ts";
import type { PlannedReduction } from "./plan.ts";

/** The most pages of a heap: 4 GiB. */
const PAGES_MAX = 65_536;

/** Writes the functions of a plan's module: for texts of them, too. */
export function reductionFunctions({ plan, program }: PlannedReduction): FunctionBuilder[] {
  return plan.passes.flatMap((pass, place) => {
    const fold = program.folds[place]!;
    return [
      buildFoldLoop(foldLoop(place, pass, fold)).function,
      buildElementLoop(mergeLoop(place, fold)).function,
      buildElementLoop(finishLoop(place, pass, fold)).function,
    ];
  });
}

/** Writes the module of a plan. Cost: O(nodes). */
export function buildReduction(planned: PlannedReduction): Uint8Array<ArrayBuffer> {
  const memory = { minPages: 1, maxPages: PAGES_MAX, isShared: planned.plan.isInHeap };
  return assemble({ memory, functions: reductionFunctions(planned) });
}
