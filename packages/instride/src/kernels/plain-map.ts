/**
 * With `debug`: a kernel's own function instead of what was compiled of it, where both give the same.
 *
 * @module
 */
import { BufferFlags, getBuffer, type MemoryView, sizeOf } from "@instride/core";
import type { PlainCall, PlainMemory } from "@instride/kernels/compiler";
import type { MapBinding, MapRequest, ReadKernel } from "./map-binding.ts";
import type { CallerRun } from "./ready-loop.ts";

/** What runs the function itself over the arrays of a call; null where the compiled kernel, or its graph, is run. */
export function runnerOf(read: ReadKernel, { values }: MapRequest, binding: MapBinding): CallerRun | null {
  const { context, compiler, settings, source, kernels, program } = read;
  const { compute = "float64" } = settings;
  if (!context.owner.debug || typeof source !== "function" || compute !== "float64") return null;
  const { graph } = binding.lowered;
  const isOfJavaScript = [...values.values()].every((value) => typeof value !== "bigint");
  if (!isOfJavaScript || !compiler.isPlain(graph) || !Object.values(kernels).every(isFunction)) return null;
  const { outputs, sources } = binding;
  const { shape } = outputs[0]!;
  const memories = (): PlainCall => {
    const operands = sources.map((view) => memoryOf(read, view, shape));
    return {
      function: source as PlainCall["function"],
      returns: program.returns,
      names: { ...kernels, ...Object.fromEntries(values) },
      shape,
      operands: operands.slice(0, program.operands.length),
      outputs: outputs.map((view) => memoryOf(read, view, shape)),
      mask: operands.length === program.operands.length ? null : operands.at(-1)!,
    };
  };
  return { total: sizeOf(shape), run: (range) => compiler.runPlainRange(memories(), range) };
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/** Where a view's elements lie at the moment: they may have been elsewhere. */
function memoryOf({ compiler }: ReadKernel, view: MemoryView, shape: readonly number[]): PlainMemory {
  using held = getBuffer(view, BufferFlags.FULL_RO);
  const { byteOffset, strides } = view;
  const dtype = view.dtype!;
  const layout = { dtype, shape: view.shape, byteOffset, strides, inHeap: false };
  return { ...compiler.broadcastLayout(layout, shape), buffer: held.buffer };
}
