/**
 * The module of a plan: its bytes, the same for the same key, always.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { assemble, type MemoryImport } from "../wasm/assembler.ts";
import { buildElementLoop } from "../wasm/element-loop.ts";
import type { FunctionBuilder } from "../wasm/function-builder.ts";
import { buildTileLoop } from "../wasm/tile-loop.ts";
import type { ElementwisePlan } from "./plan.ts";

/** Any memory: what a module names is the most that its memory may become. */
const LIMITS: Omit<MemoryImport, "isShared"> = { minPages: 1, maxPages: 65_536 };

/** Writes the functions of a plan's module: for texts of them, too. */
export function elementwiseFunctions(graph: Graph, { loop, tile }: ElementwisePlan): FunctionBuilder[] {
  const run = buildElementLoop({ ...loop, graph }).function;
  return tile === null ? [run] : [run, buildTileLoop({ ...loop, graph, transposed: tile.transposed })];
}

/** Writes the module of a plan. Cost: O(nodes). */
export function buildElementwise(graph: Graph, plan: ElementwisePlan): Uint8Array<ArrayBuffer> {
  const functions = elementwiseFunctions(graph, plan);
  return assemble({ memory: { ...LIMITS, isShared: plan.isDirect }, functions });
}
