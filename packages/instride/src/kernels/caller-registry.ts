/**
 * The built-in kernels as the thread that called `open` runs them: those that run generated code among them.
 *
 * @module
 */
import type { MemoryOwner } from "@instride/core";
import type { GeneratedCode, LoopOfCode } from "@instride/kernels/compiler";
import type { KernelCode, LateRegistry, LoopBody } from "@instride/scheduler";
import { loadedCompiler, loadedReductions } from "./compiler-loading.ts";

/** Makes the registry of a runtime's own thread. It loads no compiler, and the other built-ins with the first of them. */
export function callerRegistry(owner: MemoryOwner): LateRegistry {
  const memory = owner.memory === "shared" ? owner.heap.memory : null;
  let generated: LoopOfCode | null = null;
  function bodyOf(name: string, code: KernelCode): LoopBody;
  function bodyOf(name: string, code?: KernelCode): LoopBody | Promise<LoopBody>;
  function bodyOf(name: string, code?: KernelCode): LoopBody | Promise<LoopBody> {
    if (code === undefined) return builtinNamed(name);
    generated ??= loadedCompiler().generatedLoops({ memory }, loadedReductions);
    return generated(name, code.content as GeneratedCode) as LoopBody;
  }
  return bodyOf;
}

async function builtinNamed(name: string): Promise<LoopBody> {
  const { kernelNamed } = await import("@instride/kernels/registry");
  return kernelNamed(name).run as LoopBody;
}
