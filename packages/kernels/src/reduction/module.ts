/**
 * The module of a plan: its bytes, the same for the same key, always.
 *
 * @module
 */
import { assemble } from "../wasm/assembler.ts";
import { buildElementLoop } from "../wasm/element-loop.ts";
import { buildFoldLoop } from "../wasm/fold-loop.ts";
import type { FunctionBuilder } from "../wasm/function-builder.ts";
import { buildScanLoop } from "../wasm/scan-loop.ts";
import type { ElementLoop } from "../wasm/run-parameters.ts";
import { columnLoops, finishLoop, foldLoop, mergeLoop, scanLoop, wholeLoop } from "./code.ts";
import type { Fold } from "./fold.ts";
import type { PlannedReduction, ReductionPass } from "./plan.ts";

/** The most pages of a heap: 4 GiB. */
const PAGES_MAX = 65_536;

/** Writes the functions of a plan's module: for texts of them, too. */
export function reductionFunctions({ plan, program }: PlannedReduction): FunctionBuilder[] {
  return plan.passes.flatMap((pass, place) => functionsOf(place, pass, program.folds[place]!));
}

function functionsOf(place: number, pass: ReductionPass, fold: Fold): FunctionBuilder[] {
  const isScan = pass.kind !== "reduction";
  const functions: FunctionBuilder[] = [];
  if (pass.mode === "whole") return [buildElementLoop(wholeLoop(place, pass, fold)).function];
  if (pass.mode === "columns")
    functions.push(
      ...Object.values(columnLoops(place, pass, fold)).map((loop: ElementLoop) => buildElementLoop(loop).function),
    );
  else if (pass.kind === "ordered scan") functions.push(buildScanLoop(scanLoop(place, pass, fold, true)).function);
  else functions.push(buildFoldLoop(foldLoop(place, pass, fold)).function);
  if (pass.blocks > 1) functions.push(buildElementLoop(mergeLoop(place, fold)).function);
  if (isScan) functions.push(buildScanLoop(scanLoop(place, pass, fold, false)).function);
  else functions.push(buildElementLoop(finishLoop(place, pass, fold)).function);
  return functions;
}

/** Writes the module of a plan. Cost: O(nodes). */
export function buildReduction(planned: PlannedReduction): Uint8Array<ArrayBuffer> {
  const memory = { minPages: 1, maxPages: PAGES_MAX, isShared: planned.plan.isInHeap };
  return assemble({ memory, functions: reductionFunctions(planned) });
}
