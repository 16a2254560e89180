/**
 * The module of a plan: its bytes, the same for the same key, always.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { elementwiseFunctions } from "../iteration/module.ts";
import { assemble } from "../wasm/assembler.ts";
import { buildByteFoldLoop } from "../wasm/byte-fold-loop.ts";
import { byteFoldOf } from "../wasm/byte-folds.ts";
import { buildColumnLoop } from "../wasm/column-loop.ts";
import { buildElementLoop } from "../wasm/element-loop.ts";
import { buildFoldLoop } from "../wasm/fold-loop.ts";
import type { FoldLoop } from "../wasm/fold-parameters.ts";
import type { FunctionBuilder } from "../wasm/function-builder.ts";
import { buildScanLoop } from "../wasm/scan-loop.ts";
import { columnLoop, finishLoop, foldLoop, gatherLoops, mergeLoop, rowScans, scanLoop, wholeLoop } from "./code.ts";
import type { Fold } from "./fold.ts";
import type { PlannedReduction, ReductionPass } from "./plan.ts";

/** The most pages of a heap: 4 GiB. */
const PAGES_MAX = 65_536;

/** Writes the functions of a plan's module: for texts of them, too. */
export function reductionFunctions({ plan, program }: PlannedReduction): FunctionBuilder[] {
  const { passes } = plan;
  const { element, folds } = program;
  const making = element === null ? [] : elementFunctions(element, passes[0]!);
  return [...making, ...passes.flatMap((pass, place) => functionsOf(place, pass, folds[place]!))];
}

/** What computes elements before they are folded: of one pass as of another. */
function elementFunctions(element: Graph, { made, stored }: ReductionPass): FunctionBuilder[] {
  if (made !== null) return [buildElementLoop({ ...made.loop, graph: element }).function];
  return elementwiseFunctions(element, stored!.plan);
}

function functionsOf(place: number, pass: ReductionPass, fold: Fold): FunctionBuilder[] {
  const isScan = pass.kind !== "reduction";
  const functions: FunctionBuilder[] = [];
  if (pass.mode === "whole") return [buildElementLoop(wholeLoop(place, pass, fold)).function];
  if (isScan && pass.mode === "columns")
    return Object.values(rowScans(place, pass, fold)).map(({ loop }) => buildElementLoop(loop).function);
  if (pass.mode === "columns") functions.push(buildColumnLoop(columnLoop(place, pass, fold)));
  else if (pass.mode === "gathered")
    functions.push(
      ...gatherLoops(place, pass, fold).map(({ loop }) => buildElementLoop(loop).function),
      foldFunction(foldLoop(place, pass, fold)),
    );
  else if (pass.kind === "ordered scan") functions.push(buildScanLoop(scanLoop(place, pass, fold, true)).function);
  else functions.push(foldFunction(foldLoop(place, pass, fold)));
  if (pass.blocks > 1) functions.push(buildElementLoop(mergeLoop(place, fold)).function);
  if (isScan) functions.push(buildScanLoop(scanLoop(place, pass, fold, false)).function);
  else functions.push(buildElementLoop(finishLoop(place, pass, fold)).function);
  return functions;
}

function foldFunction(loop: FoldLoop): FunctionBuilder {
  const bytes = byteFoldOf(loop);
  return (bytes === null ? buildFoldLoop(loop) : buildByteFoldLoop(loop, bytes)).function;
}

/** Writes the module of a plan. Cost: O(nodes). */
export function buildReduction(planned: PlannedReduction): Uint8Array<ArrayBuffer> {
  const memory = { minPages: 1, maxPages: PAGES_MAX, isShared: planned.plan.isInHeap };
  return assemble({ memory, functions: reductionFunctions(planned) });
}
