/**
 * What every thread has, wherever it runs: the built-in kernels, loops that run generated code, and the loops of bodies.
 *
 * @module
 */
import { kernelNamed } from "@instride/kernels";
import { type GeneratedCode, generatedLoops, reductionBody } from "@instride/kernels/compiler/bodies";
import { type KernelRegistry, type LoopBody, nestedLoops, provideLoops, type ThreadData } from "@instride/scheduler";

const builtin = (name: string): LoopBody => kernelNamed(name).run as LoopBody;

/** The built-ins of a thread, and the loops that run generated code on the memory that it shares. */
export function registryOf(memory: ThreadData["memory"]): KernelRegistry {
  const generated = generatedLoops({ memory }, () => ({ reductionBody }));
  return (name, code) =>
    code === undefined ? builtin(name) : (generated(name, code.content as GeneratedCode) as LoopBody);
}

/** Provides the thread with the loops that `instride/thread` has for modules of kernels and tasks. */
export function provideThreadLoops(): void {
  provideLoops(nestedLoops(builtin));
}
