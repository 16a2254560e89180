/**
 * How generated code reaches threads, and what a thread makes of it.
 *
 * Code travels to a thread once; what a call adds (where its operands lie, its parameters) comes with the call.
 *
 * @module
 */
import { ValueError } from "@instride/core";
import { type ElementwiseArguments, elementwiseBody, type ThreadMemory } from "../iteration/body.ts";
import type { Kernel, Views } from "../kernel.ts";
import type { reductionBody } from "../reduction/body.ts";
import type { ReductionArguments } from "../reduction/call.ts";

/** The loops that run generated code, by the names under which threads know them. */
export type GeneratedLoop = "map" | "reduce";

/** Generated code of an element-wise kernel. */
export type MapCode = Required<Pick<ElementwiseArguments, "module" | "graph">>;

/** Generated code of a reduction. */
export type ReduceCode = Required<Pick<ReductionArguments, "module" | "program">>;

/** Generated code: what survives structured clone. Its module is null where WebAssembly is refused. */
export type GeneratedCode = MapCode | ReduceCode;

/** What a call of an element-wise kernel adds to its code. */
export type MapArguments = Omit<ElementwiseArguments, keyof MapCode>;

/** What a step of a reduction's call adds to its code. */
export type ReduceArguments = Omit<ReductionArguments, keyof ReduceCode>;

/** A loop on this thread, made with its code. */
export type LoopOfCode = (name: string, code: GeneratedCode) => Kernel<Views, never>;

/** What runs reductions. */
export interface ReductionBodies {
  readonly reductionBody: typeof reductionBody;
}

/**
 * Makes the loops of a thread.
 *
 * @param thread - the memory that arrays lie in, if it shares it
 * @param reductions - what was loaded for reductions; it is asked for the first that comes
 */
export function generatedLoops(thread: ThreadMemory, reductions: () => ReductionBodies): LoopOfCode {
  // Instances live as long as their code is known here.
  const made = new WeakMap<GeneratedCode, Kernel<Views, never>>();
  return (name, code) => {
    let loop = made.get(code);
    if (loop === undefined) made.set(code, (loop = joined(bodyOf(name, thread, reductions), code)));
    return loop;
  };
}

/** The body of a loop. It keeps what it makes of code, so each code has one of its own. */
function bodyOf(name: string, thread: ThreadMemory, reductions: () => ReductionBodies): Kernel<Views, never> {
  if (name === ("map" satisfies GeneratedLoop)) return elementwiseBody(thread);
  if (name === ("reduce" satisfies GeneratedLoop)) return reductions().reductionBody(thread);
  throw new ValueError(`no generated loop is named "${name}"`);
}

/** A body that finds its code among the arguments of each call. */
function joined(body: Kernel<Views, never>, code: GeneratedCode): Kernel<Views, never> {
  // By the arguments of a call: its chunks are to find what was made for the first of them.
  const calls = new WeakMap<object, object>();
  return (range, views, args: object) => {
    let call = calls.get(args);
    if (call === undefined) calls.set(args, (call = { ...args, ...code }));
    return body(range, views, call as never);
  };
}
