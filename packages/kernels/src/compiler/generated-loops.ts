/**
 * How generated code reaches threads, and what a thread makes of it.
 *
 * Code travels to a thread once; what a call adds (where its operands lie, its parameters) comes with the call.
 *
 * @module
 */
import { ValueError } from "@instride/core";
import type { Graph } from "../graph/graph.ts";
import { type ElementwiseArguments, elementwiseBody, type ThreadMemory } from "../iteration/body.ts";
import type { Kernel, Views } from "../kernel.ts";
import type { WasmModule } from "../wasm/platform.ts";

/** The loops that run generated code, by the names under which threads know them. */
export type GeneratedLoop = "map";

/** Generated code: what survives structured clone. */
export interface GeneratedCode {
  /** Null where WebAssembly is refused: then the graph is interpreted. */
  readonly module: WasmModule | null;
  readonly graph: Graph;
}

/** What a call of generated code adds to it. */
export type MapArguments = Omit<ElementwiseArguments, keyof GeneratedCode>;

/** A loop on this thread, made with its code. */
export type LoopOfCode = (name: string, code: GeneratedCode) => Kernel<Views, never>;

/**
 * Makes the loops of a thread.
 *
 * @param thread - the memory that arrays lie in, if it shares it
 */
export function generatedLoops(thread: ThreadMemory): LoopOfCode {
  // Instances live as long as their code is known here.
  const made = new WeakMap<GeneratedCode, Kernel<Views, never>>();
  return (name, code) => {
    let loop = made.get(code);
    if (loop === undefined) made.set(code, (loop = loopOf(name, code, thread)));
    return loop;
  };
}

function loopOf(name: string, code: GeneratedCode, thread: ThreadMemory): Kernel<Views, never> {
  if (name !== ("map" satisfies GeneratedLoop)) throw new ValueError(`no generated loop is named "${name}"`);
  const map = elementwiseBody(thread);
  // By the arguments of a call: its chunks are to find what was made for the first of them.
  const joined = new WeakMap<MapArguments, ElementwiseArguments>();
  return (range, views: Views, args: MapArguments) => {
    let call = joined.get(args);
    if (call === undefined) joined.set(args, (call = { ...args, ...code }));
    return map(range, views, call);
  };
}
