/**
 * The loop under `parallelFor` and `parallelReduce`: lend the operands, have the pool run the chunks, tell what came of it.
 *
 * @module
 */
import { describe, type MemoryOwner, ValueError } from "@instride/core";
import { checkFunction } from "./call-checks.ts";
import { type CallOptions, errorOfLoop, throwIfAborted, withLoans } from "./calls.ts";
import type { Interrupt, Pool } from "./pool.ts";
import type { KernelTarget, Partial } from "./protocol.ts";
import type { Cut } from "./cut.ts";
import { chunkStart } from "./range.ts";
import type { TurnBudget } from "./turn-budget.ts";

/** How far a call has come. */
export interface Progress {
  /** Iterations that are finished. */
  readonly done: number;
  /** Iterations of the whole range. */
  readonly total: number;
}

export interface LoopOptions extends CallOptions {
  /**
   * `"helps"`: the calling thread takes part as well. What runs there can hold up or end the program, as any code can.
   * Default: it waits. In mode `worker` it always does: the memory is on the thread.
   */
  readonly caller?: "helps" | "waits" | undefined;
  /**
   * Says that running a chunk twice does no harm: the chunks of a thread that dies run again. Default false. In mode
   * `worker` the operands are copied for this when the call begins, and all chunks run again.
   */
  readonly idempotent?: boolean | undefined;
  /**
   * Milliseconds after which the call is given up: it rejects with a `DeadlineError`, after threads that would not stop
   * have been ended. Not where the caller helps. Inline it is looked at between chunks.
   */
  readonly deadlineMs?: number | undefined;
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
  cut: Cut,
  collects: boolean,
  options: LoopOptions & { readonly interrupt?: Interrupt | undefined },
  prefixes?: readonly unknown[],
): Promise<readonly Partial[]> {
  const { signal } = options;
  const { chunks, grid } = cut;
  const mode = checkMode(options);
  checkLine(kernel, cut);
  return withLoans(owner, kernel, options, async (operands) => {
    if (chunks.chunkCount === 0) {
      pool.checkOpen();
      return [];
    }
    if (pool.givesWay !== true && turn.isUsedUp) await turn.giveWay();
    const onProgress = progressOf(cut, options.onProgress);
    const { partials, failures } = await pool.runLoop({
      grid,
      prefixes,
      ...operands,
      kernel,
      chunks,
      collects,
      signal,
      onProgress,
      interrupt: options.interrupt,
      inlineBelowMs: 0,
      ...mode,
    });
    throwIfAborted(signal);
    if (failures.length > 0) throw errorOfLoop(failures, kernel);
    return partials;
  });
}

export function progressOf(
  { chunks, total }: Cut,
  onProgress: LoopOptions["onProgress"],
): ((chunksDone: number) => void) | undefined {
  if (onProgress === undefined) return undefined;
  checkFunction("onProgress", onProgress, "a function of { done, total }");
  // As if the first chunks were the finished ones: those of different lengths are begun in order.
  const done = (chunksDone: number): number =>
    Math.floor((total * (chunkStart(chunks, chunksDone) - chunks.start)) / (chunks.stop - chunks.start));
  return (chunksDone) => onProgress({ done: done(chunksDone), total });
}

/** @throws {@link ValueError} for a built-in kernel over several dimensions */
export function checkLine(kernel: KernelTarget, { grid }: Cut): void {
  if (grid === undefined || !("name" in kernel)) return;
  throw new ValueError(
    `cannot run the built-in kernel "${kernel.name}" over ${grid.length} dimensions: it takes a line`,
  );
}

/** The options that say who runs a loop. @throws {@link ValueError} for what they don't know */
export function checkMode({ caller = "waits", idempotent = false, deadlineMs }: LoopOptions): {
  readonly helps: boolean;
  readonly idempotent: boolean;
  readonly deadlineMs: number | undefined;
} {
  if (caller !== "helps" && caller !== "waits") {
    throw new ValueError(`cannot run a loop whose caller ${describe(caller)}: expected "helps" or "waits"`);
  }
  if (deadlineMs !== undefined && !(typeof deadlineMs === "number" && deadlineMs >= 0)) {
    throw new ValueError(`cannot run a loop with a deadline of ${describe(deadlineMs)} ms: expected a number from 0`);
  }
  if (deadlineMs !== undefined && caller === "helps") {
    throw new ValueError("cannot keep a deadline where the caller helps: it can't end itself");
  }
  return { helps: caller === "helps", idempotent, deadlineMs };
}
