/**
 * `out = a + b` as a kernel.
 *
 * It takes the raw arrays of all three operands, so that its loop is that of its rivals and only the way differs by
 * which the work reaches the threads.
 *
 * @module
 */
import type { HalfOpenRange, MemoryView } from "instride";
import { add } from "./add.ts";

type Views = Readonly<Record<"a" | "b" | "out", MemoryView<"float64">>>;

export default function addKernel({ start, stop }: HalfOpenRange, { a, b, out }: Views): void {
  add(a.unsafeElements().data, b.unsafeElements().data, out.elements().data, start, stop);
}
