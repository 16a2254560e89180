/**
 * The loop under `parallelFor` and `parallelReduce`: lend the operands, have the pool run the chunks, tell what came of it.
 *
 * @module
 */
import type { MemoryOwner } from "@instride/core";
import { type CallOptions, errorOf, throwIfAborted, withLoans } from "./calls.ts";
import type { Pool } from "./pool.ts";
import type { KernelTarget, Partial } from "./protocol.ts";
import type { ChunkedRange } from "./range.ts";
import type { TurnBudget } from "./turn-budget.ts";

/** How far a call has come. */
export interface Progress {
  /** Iterations that are finished. */
  readonly done: number;
  /** Iterations of the whole range. */
  readonly total: number;
}

export interface LoopOptions extends CallOptions {
  /** Is called while chunks are finished, some 20 times a second at most, and at the end. If it throws, the loop is cancelled. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Who runs a loop, and over whose memory. */
export interface LoopContext {
  readonly owner: MemoryOwner;
  readonly pool: Pool;
  /** The budget of the calling thread's event loop. */
  readonly turn: TurnBudget;
}

/**
 * Runs a kernel on every chunk.
 *
 * @returns what it returned for each chunk if that is wanted, once nobody can touch the operands any more
 * @throws the signal's reason; a `KernelError`; what kept a kernel from starting; a `WorkerLostError`
 */
export async function parallelLoop(
  { owner, pool, turn }: LoopContext,
  kernel: KernelTarget,
  chunks: ChunkedRange,
  collects: boolean,
  options: LoopOptions,
): Promise<readonly Partial[]> {
  const { signal } = options;
  return withLoans(owner, kernel, options, async (operands) => {
    if (chunks.chunkCount === 0) return [];
    if (turn.isUsedUp) await turn.giveWay();
    const onProgress = progressOf(chunks, options);
    const { partials, failures } = await pool.runLoop({ ...operands, kernel, chunks, collects, signal, onProgress });
    throwIfAborted(signal);
    // Several chunks may have failed; the one with the earliest range speaks for all.
    const [first] = failures.toSorted((a, b) => (a.range?.start ?? -1) - (b.range?.start ?? -1));
    if (first !== undefined) throw errorOf(first, kernel, false);
    return partials;
  });
}

function progressOf(
  { start, stop, chunkLength }: ChunkedRange,
  { onProgress }: LoopOptions,
): ((chunksDone: number) => void) | undefined {
  if (onProgress === undefined) return undefined;
  const total = stop - start;
  return (chunksDone) => onProgress({ done: Math.min(total, chunksDone * chunkLength), total });
}
