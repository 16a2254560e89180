/**
 * The code of element-wise kernels: built and compiled once for each graph and way of walking, whoever asks.
 *
 * @module
 */
import { validateModule, compileModule, type WasmModule } from "../wasm/platform.ts";
import type { Graph } from "../graph/graph.ts";
import type { OperandLayout } from "../iteration/layouts.ts";
import { buildElementwise } from "../iteration/module.ts";
import { type ElementwisePlan, planElementwise } from "../iteration/plan.ts";
import { RecentMap } from "./recent-map.ts";
import type { MapCode } from "./generated-loops.ts";

/** Modules that are kept for later calls, in one process. */
const MODULES_KEPT_MAX = 512;

/** A module as it is kept. */
interface Entry {
  /** Short, and of this code only: it travels with each call. */
  readonly id: string;
  readonly code: MapCode;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A planned call, and the code that it runs. */
export interface PlannedMap extends Entry {
  readonly plan: ElementwisePlan;
}

const kept = new RecentMap<string, Entry>(MODULES_KEPT_MAX);
let count = 0;

/**
 * Plans an element-wise call, and compiles what has not been.
 *
 * @param outputs - as `planElementwise` takes them
 * @param compiles - false to have the graph interpreted
 *
 * Cost: some 20 µs for a plan; 0.2 ms and more where code is built.
 */
export function planMap(
  graph: Graph,
  outputs: readonly OperandLayout[],
  operands: readonly OperandLayout[],
  compiles: boolean = true,
): PlannedMap {
  const planned = planElementwise(graph, outputs, operands);
  const key = `${compiles ? "compiled" : "interpreted"}\n${planned.key}`;
  const known = kept.get(key);
  const entry = known ?? build(graph, planned, compiles);
  if (known === undefined) kept.set(key, entry);
  return { ...entry, plan: { ...planned, key: entry.id } };
}

function build(graph: Graph, plan: ElementwisePlan, compiles: boolean): Entry {
  const bytes = buildElementwise(graph, plan);
  return { id: `map ${++count}`, code: { module: compiles ? moduleOf(bytes) : null, graph }, bytes };
}

/** The module of some bytes, or null where the platform has no WebAssembly, or its policy refuses it. */
export function moduleOf(bytes: Uint8Array<ArrayBuffer>): WasmModule | null {
  if (typeof (globalThis as { readonly WebAssembly?: unknown }).WebAssembly === "undefined") return null;
  try {
    return compileModule(bytes);
  } catch (error) {
    // Bytes that the engine would take, but for its policy. All else is a fault of this package.
    if (validateModule(bytes)) return null;
    throw error;
  }
}
