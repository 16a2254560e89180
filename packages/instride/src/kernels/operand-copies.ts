/**
 * Copies of operands that are overwritten before they have been read.
 *
 * @module
 */
import type { MemoryView } from "@instride/core";
import type { Compiler } from "./compiler-loading.ts";
import type { KernelContext } from "./kernel-context.ts";
import { isSameShape } from "./map-outputs.ts";
import type { Copy } from "./ready-loop.ts";

/** What copies are made for. */
interface Copied {
  readonly context: KernelContext;
  readonly compiler: Compiler;
  readonly label: string;
}

/**
 * Memory for copies of those operands that share memory with an output, but not element by element.
 *
 * @param readsBeside - whether of an operand other elements are read than that which is at hand
 */
export function copiesOf(
  { context: { owner }, compiler, label }: Copied,
  sources: readonly MemoryView[],
  outputs: readonly MemoryView[],
  readsBeside: (operand: number) => boolean,
): Copy[] {
  const overlapped = sources.filter((source, i) =>
    outputs.some((output) => {
      if (isSameExtent(source, output) && !readsBeside(i)) return false;
      return owner.overlap(source, output) !== "no";
    }),
  );
  return [...new Set(overlapped)].map((from) => {
    const to = owner.empty(from.shape, from.dtype!, { label: `copy for ${label}` });
    const places = sources.flatMap((source, i) => (source === from ? [i] : []));
    return { from, to, names: places.map((i) => compiler.operandName(i)) };
  });
}

function isSameExtent(a: MemoryView, b: MemoryView): boolean {
  return (
    a.byteOffset === b.byteOffset &&
    a.itemsize === b.itemsize &&
    isSameShape(a.shape, b.shape) &&
    a.strides.every((stride, axis) => stride === b.strides[axis] || a.shape[axis]! <= 1)
  );
}
