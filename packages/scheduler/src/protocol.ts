/**
 * What travels between the caller and its threads, in either direction. All of it survives structured clone.
 *
 * @module
 */
import type { Descriptor, LeaseWords, WireError } from "@instride/core";
import type { Grid } from "./grid.ts";
import type { LoopRange } from "./range.ts";

/** What a thread has to know of a runtime to work for it. */
export interface ThreadData {
  /** Tells the runtimes of one process apart. */
  readonly runtime: number;
  readonly leases: LeaseWords;
  /** The words of the lanes. */
  readonly lanes: Int32Array<SharedArrayBuffer>;
}

/** Which function to call: a built-in by its name, or the default export of a module. */
export type KernelTarget = { readonly name: string } | { readonly url: string };

/** What a kernel or task is called with, apart from its range. */
export interface Operands {
  /** By name; not trusted by who receives them. */
  readonly views: Readonly<Record<string, Descriptor>>;
  readonly args: unknown;
  /** Of a loop over several dimensions: its chunks are the cells. */
  readonly grid?: Grid | undefined;
  /** For the last pass of a scan: what each chunk begins with. */
  readonly prefixes?: readonly unknown[] | undefined;
}

/** A task of its own. */
export interface TaskMessage extends Operands {
  readonly kernel: KernelTarget;
}

/** What a chunk of a reduction gave. */
export interface Partial {
  readonly chunk: number;
  readonly value: unknown;
}

/** Something that was thrown, and where. */
export interface Failure {
  readonly error: WireError;
  /** The chunk's range; null if it was thrown outside the kernel. */
  readonly range: LoopRange | null;
}

/** How a loop ended. */
export interface LoopOutcome {
  readonly partials: readonly Partial[];
  /** Empty if all went well. */
  readonly failures: readonly Failure[];
}

/** How a task ended. */
export type TaskOutcome = { readonly value: unknown } | { readonly failure: Failure };
