/**
 * The loop under `parallelFor` and `parallelReduce`: cut a range, have every participant claim chunks, wait for all.
 *
 * @module
 */
import type { MemoryOwner } from "@instride/core";
import { type CallOptions, errorOf, throwIfAborted, withLoans } from "./calls.ts";
import { chunksDone, type ControlBlock, createControlBlock, moreChunksDone, stopLoop } from "./control-block.ts";
import type { Pool } from "./pool.ts";
import type { KernelTarget, LoopOutcome } from "./protocol.ts";
import type { ChunkedRange } from "./range.ts";

/** How far a call has come. */
export interface Progress {
  /** Iterations that are finished. */
  readonly done: number;
  /** Iterations of the whole range. */
  readonly total: number;
}

export interface LoopOptions extends CallOptions {
  /** Is called after chunks were finished, at most once for each 50 ms or chunk, and at the end. If it throws, the loop is cancelled. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Who runs a loop, and over whose memory. */
export interface LoopContext {
  readonly owner: MemoryOwner;
  readonly pool: Pool;
}

const PROGRESS_INTERVAL_MS = 50;

/**
 * Runs a kernel on every chunk.
 *
 * @returns the outcomes of all participants, once none of them can touch the operands any more
 * @throws the signal's reason; a `KernelError`; what kept a kernel from starting; a `WorkerLostError`
 */
export async function parallelLoop(
  { owner, pool }: LoopContext,
  kernel: KernelTarget,
  chunks: ChunkedRange,
  collects: boolean,
  options: LoopOptions,
): Promise<LoopOutcome[]> {
  return withLoans(owner, kernel, options, async (operands) => {
    if (chunks.chunkCount === 0) return [];
    const control = createControlBlock();
    const message = { ...operands, kernel, chunks, control, collects };
    const participants = Math.min(pool.participants, chunks.chunkCount);
    const watch = watchLoop(control, chunks, options);
    const settled = await Promise.allSettled(
      Array.from({ length: participants }, () =>
        pool.runLoop(message).catch((error: unknown) => {
          stopLoop(control);
          throw error;
        }),
      ),
    );
    await watch.end();
    throwIfAborted(options.signal);
    return outcomesOf(settled, kernel);
  });
}

function outcomesOf(settled: readonly PromiseSettledResult<LoopOutcome>[], kernel: KernelTarget): LoopOutcome[] {
  const outcomes: LoopOutcome[] = [];
  for (const result of settled) {
    if (result.status === "rejected") throw result.reason as unknown;
    outcomes.push(result.value);
  }
  // Several participants may have failed; the one with the earliest range speaks for all.
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  failures.sort((a, b) => (a.range?.start ?? -1) - (b.range?.start ?? -1));
  if (failures.length > 0) throw errorOf(failures[0]!, kernel, false);
  return outcomes;
}

/** Stops the loop when its signal aborts, and reports its progress. `end` throws what `onProgress` threw. */
function watchLoop(
  control: ControlBlock,
  chunks: ChunkedRange,
  { signal, onProgress }: LoopOptions,
): { end(): Promise<void> } {
  const onAbort = (): void => stopLoop(control);
  signal?.addEventListener("abort", onAbort, { once: true });
  let running = true;
  const reporting =
    onProgress === undefined ? Promise.resolve() : reportProgress(control, chunks, onProgress, () => running);
  // Waited for in `end`; until then its rejection has a handler here.
  reporting.catch(onAbort);
  return {
    async end(): Promise<void> {
      running = false;
      signal?.removeEventListener("abort", onAbort);
      await reporting;
    },
  };
}

async function reportProgress(
  control: ControlBlock,
  { start, stop, chunkLength }: ChunkedRange,
  onProgress: (progress: Progress) => void,
  isRunning: () => boolean,
): Promise<void> {
  const total = stop - start;
  let seen = 0;
  for (;;) {
    const running = isRunning();
    const chunks = chunksDone(control);
    const done = Math.min(total, chunks * chunkLength);
    if (chunks !== seen) {
      seen = chunks;
      onProgress({ done, total });
    }
    if (!running || done === total) return;
    await moreChunksDone(control, seen, PROGRESS_INTERVAL_MS);
  }
}
