/**
 * What a participant does, on whichever thread it is: borrow the operands, claim chunks, run the body on each, give
 * everything back. It needs no host: the same code runs on a Piscina thread, in a browser's worker and inline.
 *
 * @module
 */
import {
  borrowView,
  errorToWire,
  type BorrowedView,
  claimRow,
  type HalfOpenRange,
  type LeaseWords,
  type MemoryView,
  type ThreadLeases,
} from "@instride/core";
import { claimChunk, finishChunk, stopLoop } from "./control-block.ts";
import { type KernelRegistry, loadKernel, type LoopBody, type TaskBody } from "./kernel-source.ts";
import type { Failure, LoopMessage, LoopOutcome, Operands, Partial, TaskMessage, TaskOutcome } from "./protocol.ts";
import { chunkAt } from "./range.ts";

/** What a thread has that its participants use. */
export interface ThreadContext {
  /** Its part in the owner's leases. */
  readonly leases: ThreadLeases;
  readonly registry: KernelRegistry;
}

/**
 * Joins a thread to its owner's leases.
 *
 * @param id - positive, and of no other living thread of the runtime
 * @throws a `MemoryError` if there are too many threads
 */
export function joinThread(leases: LeaseWords, id: number, registry: KernelRegistry): ThreadContext {
  return { leases: claimRow(leases, id), registry };
}

/** Is asked between chunks; what it returns is waited for. Lets an inline loop give way to the event loop. */
export type Pause = () => Promise<void> | null;

/** Takes part in a loop until no chunk is left. Never rejects: what is thrown is in the outcome. */
export async function runLoop(message: LoopMessage, thread: ThreadContext, pause?: Pause): Promise<LoopOutcome> {
  const partials: Partial[] = [];
  const failure = await withOperands(message, thread, async (views) => {
    const body = (await loadKernel(message.kernel, thread.registry)) as LoopBody;
    return runChunks(message, body, views, partials, pause);
  });
  if (failure !== null) stopLoop(message.control);
  return { partials, failure };
}

/** One function call for each chunk, so that the engine can replace the loop's code between chunks. */
async function runChunks(
  { chunks, control, args, collects }: LoopMessage,
  body: LoopBody,
  views: Readonly<Record<string, MemoryView>>,
  partials: Partial[],
  pause: Pause | undefined,
): Promise<Failure | null> {
  for (;;) {
    const chunk = claimChunk(control, chunks.chunkCount);
    if (chunk < 0) return null;
    const range = chunkAt(chunks, chunk);
    const failure = runChunk(body, range, views, args, collects ? (value) => partials.push({ chunk, value }) : null);
    if (failure !== null) return failure;
    finishChunk(control);
    const pausing = pause?.() ?? null;
    if (pausing !== null) await pausing;
  }
}

function runChunk(
  body: LoopBody,
  range: HalfOpenRange,
  views: Readonly<Record<string, MemoryView>>,
  args: unknown,
  collect: ((value: unknown) => void) | null,
): Failure | null {
  try {
    // `Reflect.apply` keeps the body out of this function's own code. V8 would inline a small body here, and since this
    // function is called once for each chunk only, the body's loop would stay at the speed of a lower tier.
    const value: unknown = Reflect.apply(body, undefined, [range, views, args]);
    if (isThenable(value)) {
      // It would go on after its chunk has been counted as finished.
      Promise.resolve(value).catch(() => {});
      throw new TypeError("a loop body returned a promise: it must be done when it returns, so it can't be async");
    }
    collect?.(value);
    return null;
  } catch (thrown) {
    return { error: errorToWire(thrown), range };
  }
}

/** Runs a task. Never rejects. */
export async function runTask(message: TaskMessage, thread: ThreadContext): Promise<TaskOutcome> {
  let value: unknown;
  const failure = await withOperands(message, thread, async (views) => {
    const body = (await loadKernel(message.kernel, thread.registry)) as TaskBody;
    value = await body(views, message.args);
    return null;
  });
  return failure === null ? { value } : { failure };
}

/** Borrows the operands for as long as `use` runs. No view of them works afterwards. */
async function withOperands(
  { views: descriptors }: Operands,
  { leases }: ThreadContext,
  use: (views: Readonly<Record<string, MemoryView>>) => Promise<Failure | null>,
): Promise<Failure | null> {
  const borrowed: BorrowedView[] = [];
  try {
    const views: Record<string, MemoryView> = {};
    for (const [name, descriptor] of Object.entries(descriptors)) {
      const loan = borrowView(descriptor, leases);
      borrowed.push(loan);
      views[name] = loan.view;
    }
    return await use(views);
  } catch (thrown) {
    return { error: errorToWire(thrown), range: null };
  } finally {
    for (const loan of borrowed) loan.end();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
