/**
 * A thread that runs loops and tasks, and what it has for them.
 *
 * @module
 */
import { claimRow, errorToWire, type LeaseWords, type ThreadLeases } from "@instride/core";
import { type KernelRegistry, type LateRegistry, loadKernel, type TaskBody } from "./kernel-source.ts";
import { type BorrowedOperands, borrowOperands } from "./operands.ts";
import type { TaskMessage, TaskOutcome } from "./protocol.ts";
import { checkTaskResult } from "./sendable.ts";

/** @typeParam R - how it finds kernels: a lane has all of them at once */
export interface ThreadContext<R extends LateRegistry = KernelRegistry> {
  /** Its part in the owner's leases; null where memory moves, and nobody has to count who uses it. */
  readonly leases: ThreadLeases | null;
  readonly registry: R;
}

/**
 * Joins a thread to its owner's leases.
 *
 * @param id - positive, and of no other living thread of the runtime
 * @throws a `MemoryError` if there are too many threads
 */
export function joinThread<R extends LateRegistry>(leases: LeaseWords, id: number, registry: R): ThreadContext<R> {
  return { leases: claimRow(leases, id), registry };
}

/** Runs a task. Never rejects. */
export async function runTaskHere(message: TaskMessage, thread: ThreadContext<LateRegistry>): Promise<TaskOutcome> {
  let borrowed: BorrowedOperands | null = null;
  try {
    borrowed = borrowOperands(message, thread.leases);
    const body = (await loadKernel(message.kernel, thread.registry)) as TaskBody;
    refuseGenerator(body);
    const value = await body(borrowed.views, message.args);
    checkTaskResult(value);
    return { value };
  } catch (thrown) {
    return { failure: { error: errorToWire(thrown), range: null } };
  } finally {
    borrowed?.end();
  }
}

function refuseGenerator(body: TaskBody): void {
  const kind = (body as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (kind !== "GeneratorFunction" && kind !== "AsyncGeneratorFunction") return;
  throw new TypeError("cannot run a generator function as a task: nothing of it would run, expected a function");
}
