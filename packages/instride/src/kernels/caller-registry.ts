/**
 * The built-in kernels as the thread that called `open` runs them: those that run generated code among them.
 *
 * @module
 */
import type { MemoryOwner } from "@instride/core";
import { kernelNamed } from "@instride/kernels";
import type { GeneratedCode, LoopOfCode } from "@instride/kernels/compiler";
import type { KernelRegistry, LoopBody } from "@instride/scheduler";
import { loadedCompiler, loadedReductions } from "./compiler-loading.ts";

/** Makes the registry of a runtime's own thread; it loads no compiler. */
export function callerRegistry(owner: MemoryOwner): KernelRegistry {
  const memory = owner.memory === "shared" ? owner.heap.memory : null;
  let generated: LoopOfCode | null = null;
  return (name, code) => {
    if (code === undefined) return kernelNamed(name).run as LoopBody;
    generated ??= loadedCompiler().generatedLoops({ memory }, loadedReductions);
    return generated(name, code.content as GeneratedCode) as LoopBody;
  };
}
