/**
 * What travels between a moved pool and its thread. One request at a time, each with one answer; buffers move along.
 *
 * @module
 */
import type { Failure, KernelTarget, Operands, Partial, TaskMessage } from "../protocol.ts";
import type { ChunkedRange } from "../range.ts";

/** A loop, apart from its views: what a thread is told of it once. */
export interface LoopWork extends Omit<Operands, "views"> {
  readonly kernel: KernelTarget;
  readonly chunks: ChunkedRange;
  readonly collects: boolean;
}

/** Load a kernel, while no memory is at stake. */
export interface LoadRequest {
  readonly kind: "load";
  readonly kernel: KernelTarget;
}

/** Run chunks of a loop, until the slice has lasted. */
export interface SliceRequest extends Pick<Operands, "views"> {
  readonly kind: "slice";
  /** Which loop it is. */
  readonly loop: number;
  /** Null where the thread has been told. */
  readonly work: LoopWork | null;
  /** The chunk to begin with. */
  readonly first: number;
  /** The buffers of the views that moved along, each once. */
  readonly buffers: readonly ArrayBuffer[];
}

/** Run a task. */
export interface TaskRequest {
  readonly kind: "task";
  readonly task: TaskMessage;
  readonly buffers: readonly ArrayBuffer[];
}

/** What to do, and which loops are over: the thread may forget them. */
export type ThreadRequest = (LoadRequest | SliceRequest | TaskRequest) & { readonly over: readonly number[] };

export interface ThreadAnswer {
  /** Those of the request, in its order; null for one that the body has moved on to somewhere else. */
  readonly buffers: readonly (ArrayBuffer | null)[];
  /** Chunks that the slice has run. */
  readonly chunksRun: number;
  /** What they returned, if that is wanted. */
  readonly partials: readonly Partial[];
  /** What a task returned. */
  readonly value: unknown;
  readonly failure: Failure | null;
}
