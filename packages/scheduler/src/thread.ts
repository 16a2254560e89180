/**
 * A thread that runs loops and tasks, and what it has for them.
 *
 * @module
 */
import { claimRow, errorToWire, type LeaseWords, type ThreadLeases } from "@instride/core";
import { type KernelRegistry, loadKernel, type TaskBody } from "./kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "./operands.ts";
import type { TaskMessage, TaskOutcome } from "./protocol.ts";

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

/** Runs a task. Never rejects. */
export async function runTaskHere(message: TaskMessage, thread: ThreadContext): Promise<TaskOutcome> {
  let borrowed: BorrowedOperands | null = null;
  try {
    borrowed = borrowOperands(message, thread.leases);
    const body = (await loadKernel(message.kernel, thread.registry)) as TaskBody;
    return { value: await body(borrowed.views, message.args) };
  } catch (thrown) {
    return { failure: { error: errorToWire(thrown), range: null } };
  } finally {
    borrowed?.end();
  }
}
