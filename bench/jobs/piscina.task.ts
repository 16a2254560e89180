/**
 * The same jobs as tasks of a plain Piscina pool, as its users write them.
 *
 * @module
 */
import type { HalfOpenRange } from "instride";
import { add } from "./add.ts";
import emptyKernel from "./empty.kernel.ts";
import { meet } from "./rendezvous.ts";

/** A task of its own for each thread. */
interface ForkJoinTask extends HalfOpenRange {
  /** What the job's kernel gets as `args`. */
  readonly args: Int32Array | undefined;
}

interface AddSharedTask extends HalfOpenRange {
  readonly a: Float64Array<SharedArrayBuffer>;
  readonly b: Float64Array<SharedArrayBuffer>;
  readonly out: Float64Array<SharedArrayBuffer>;
}

interface AddClonedTask {
  readonly a: Float64Array<ArrayBuffer>;
  readonly b: Float64Array<ArrayBuffer>;
}

export function empty({ start, stop, args }: ForkJoinTask): void {
  emptyKernel({ start, stop }, {}, args);
}

export function rendezvous({ args }: ForkJoinTask): void {
  meet(args!);
}

/** Works on a part of arrays in shared memory. */
export function addShared({ a, b, out, start, stop }: AddSharedTask): void {
  add(a, b, out, start, stop);
}

/** Works on copies, and returns its part of the result. */
export function addCloned({ a, b }: AddClonedTask): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length);
  add(a, b, out, 0, a.length);
  return out;
}
